from odoo import fields, models


class CrmTouchpointKind(models.Model):
    _inherit = "crm.touchpoint.kind"

    is_promotional = fields.Boolean(
        "Counts as Advertising",
        help="Coming from us, it counts for the cap on contact pressure and for how often a customer wants to hear from us.",
    )
    customer_visible = fields.Boolean(
        "Visible to the Customer",
        help="The customer finds it in the own history on the portal: what happened and when, never what was noted.",
    )
