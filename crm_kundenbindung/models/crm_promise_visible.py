from odoo import fields, models


class CrmPromise(models.Model):
    """Promises that the customer may read on the portal."""

    _inherit = "crm.promise"

    customer_visible = fields.Boolean(
        "Visible to the Customer",
        help="The customer reads this promise, its due date and whether it was kept on the portal.",
    )
