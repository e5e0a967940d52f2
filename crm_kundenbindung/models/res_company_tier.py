from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_tier_watermark = fields.Datetime("Tiers Computed Until", help="Empty: everybody is computed next.")
