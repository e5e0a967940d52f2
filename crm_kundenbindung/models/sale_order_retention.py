from odoo import fields, models

from .res_partner_retention import USER_GROUP


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kundenbindung_stage_id = fields.Many2one(
        related="partner_id.kundenbindung_stage_id", string="Life Cycle Stage", groups=USER_GROUP
    )
    kundenbindung_margin_at_risk = fields.Monetary(
        related="partner_id.kundenbindung_margin_at_risk", currency_field="kundenbindung_currency_id", groups=USER_GROUP
    )
    kundenbindung_currency_id = fields.Many2one(related="partner_id.werthaltigkeit_currency_id", groups=USER_GROUP)
