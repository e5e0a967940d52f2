from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    controlling_report_user_ids = fields.Many2many(
        "res.users",
        "res_company_controlling_report_user_rel",
        string="Monthly Report To",
        domain=[("share", "=", False)],
        help="They get the board as PDF by mail at the beginning of each month, in their language.",
    )
