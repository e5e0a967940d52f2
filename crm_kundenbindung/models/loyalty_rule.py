from odoo import api, models


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    @api.constrains("reward_point_mode", "reward_point_amount")
    def _check_stamps(self):
        self.program_id._check_stamps()
