from odoo import api, models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    @api.constrains("required_points", "clear_wallet", "discount_mode")
    def _check_stamps(self):
        self.program_id._check_stamps()

    def _cost_when_given(self):
        """What handing out this reward costs, in the currency of the company: goods at cost, discounts in full.

        A percentage has no amount without an order: 0.
        """
        self.ensure_one()
        if self.reward_type == "product":
            return self.reward_product_ids[:1].standard_price * self.reward_product_qty
        return self.discount if self.discount_mode == "per_order" else 0.0
