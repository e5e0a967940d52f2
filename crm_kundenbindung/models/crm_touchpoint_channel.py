from odoo import fields, models


class CrmTouchpointChannel(models.Model):
    _inherit = "crm.touchpoint.channel"

    customer_choice = fields.Boolean(
        "Customers May Choose It", help="Offered on the portal as the way a customer wants."
    )
