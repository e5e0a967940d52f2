from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    controlling_report_user_ids = fields.Many2many(
        related="company_id.root_id.controlling_report_user_ids", readonly=False
    )
