from odoo import api, models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    @api.model_create_multi
    def create(self, vals_list):
        with (
            self.env["loyalty.program"]
            .browse({vals.get("program_id") for vals in vals_list} - {None, False})
            ._keep_books()
        ):
            return super().create(vals_list)

    def write(self, vals):
        if not {"required_points", "active", "program_id"} & vals.keys():
            return super().write(vals)
        with (self.program_id | self.env["loyalty.program"].browse(vals.get("program_id") or []))._keep_books():
            return super().write(vals)

    def unlink(self):
        with self.program_id._keep_books():
            return super().unlink()

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
