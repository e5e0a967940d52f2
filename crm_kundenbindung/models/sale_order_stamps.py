from odoo import models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    """Stamp cards and programmes for a customer group, on sales orders."""

    _inherit = "sale.order"

    def _program_check_compute_points(self, programs):
        """Stamps are whole, and programmes of a group are for its customers."""
        result = super()._program_check_compute_points(programs)
        for program, status in result.items():
            if status.get("points") and program.card_kind == "stamps":
                status["points"] = [float(int(points)) for points in status["points"]]
            if program.sudo().card_group_id and not program._admits(self.partner_id):
                result[program] = {
                    "error": self.env._(
                        "“%(program)s” is for customers of the group “%(group)s” only.",
                        program=program.name,
                        group=program.sudo().card_group_id.name,
                    )
                }
        return result

    def _get_claimable_rewards(self, forced_coupons=None):
        result = super()._get_claimable_rewards(forced_coupons)
        for card in list(result):
            if self._keeps_stamps(card):
                times = card._rewards_open(self)
                if rewards := result[card].filtered(lambda reward, times=times: times.get(reward)):
                    result[card] = rewards
                else:
                    del result[card]
        return result

    def _apply_program_reward(self, reward, coupon, **kwargs):
        if self._keeps_stamps(coupon) and not coupon._rewards_open(self).get(reward):
            return {"error": self.env._("This reward was given from the same book of stamps before.")}
        return super()._apply_program_reward(reward, coupon, **kwargs)

    def _get_reward_line_values(self, reward, coupon, **kwargs):
        """One reward at a time, and those along the way cost no stamps."""
        values = super()._get_reward_line_values(reward, coupon, **kwargs)
        if self._keeps_stamps(coupon):
            cost = coupon._reward_cost(reward)
            for vals in values:
                if reward.reward_type == "product":
                    vals["product_uom_qty"] = reward.reward_product_qty
                vals["points_cost"] = cost if vals["points_cost"] else 0.0
        return values

    def _keeps_stamps(self, card):
        program = card.sudo().program_id
        return program.card_kind == "stamps" and program.card_keep

    def action_confirm(self):
        """Of several orders that give the same reward of a book, one wins."""
        result = super().action_confirm()
        self._check_books()
        return result

    def _check_books(self):
        lines = self.sudo().order_line.filtered(lambda line: line.reward_id and line.coupon_id)
        cards = lines.coupon_id.filtered(self._keeps_stamps)
        if not cards:
            return
        engine = self.env["loyalty.stamp.engine"].sudo()
        engine._touch(cards)
        for card_id, book in engine._books(cards).items():
            program = cards.browse(card_id).program_id
            given = lines.filtered(lambda line, card_id=card_id: line.coupon_id.id == card_id).reward_id
            for reward in given.filtered(lambda reward, program=program: reward.required_points < program.card_size):
                if book["taken"].get(reward.id, 0) > engine._reached(reward, program.card_size, book):
                    raise ValidationError(
                        self.env._(
                            "“%(reward)s” was given from the same book of stamps before. Please remove it from: %(orders)s",
                            reward=reward.description,
                            orders=", ".join(
                                self.filtered(lambda o, r=reward: r in o.order_line.reward_id).mapped("name")
                            ),
                        )
                    )
