from math import floor

from odoo import fields, models

from ..movement import EPSILON


class LoyaltyCard(models.Model):
    """Books of stamps: which rewards of them may be given, along the way and at the end."""

    _inherit = "loyalty.card"

    kundenbindung_merged_into_id = fields.Many2one(
        "loyalty.card", "Merged Into", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    card_kind = fields.Selection(related="program_id.card_kind")

    def _stamps_shown(self):
        """Stamps in the open book: a full one is shown as full until the next stamp begins a new one."""
        self.ensure_one()
        size, stamps = self.program_id.card_size, int(self.points + EPSILON)
        return (stamps - 1) % size + 1 if size and stamps > size else stamps

    def _rewards_open(self, order=None):
        """How often each reward may be given now.

        Where rewards along the way keep the stamps, one that asks for m stamps of a book of n was reached
        floor((s − m) / n) + 1 times after s stamps; what was given of it before is counted off.

        :param order: a sales order whose own stamps and rewards count too
        :return: {reward: times}
        """
        self.ensure_one()
        card = self.sudo()
        program, rewards = card.program_id, card.program_id.reward_ids
        points = order.sudo()._get_real_points_for_coupon(card) if order else card.points
        times = {
            reward: floor(points / reward.required_points + EPSILON) if reward.required_points else 1
            for reward in rewards
        }
        if program.card_kind != "stamps" or not program.card_keep:
            return times
        size = program.card_size
        engine = self.env["loyalty.stamp.engine"].sudo()
        book = engine._books(card)[card.id]
        stamps, taken = book["stamps"], dict(book["taken"])
        if order and order.state != "sale":
            stamps += sum(
                order.sudo().coupon_point_ids.filtered(lambda entry: entry.coupon_id == card).mapped("points")
            )
            for reward, lines in order.sudo().order_line.filtered(
                lambda line: line.coupon_id == card
            ).grouped("reward_id").items():  # fmt: skip
                taken[reward.id] = taken.get(reward.id, 0) + len(set(lines.mapped("reward_identifier_code")))
        for reward in rewards.filtered(lambda reward: reward.required_points < size):
            times[reward] = max(0, engine._reached(reward, size, book, stamps) - taken.get(reward.id, 0))
        return times

    def _reward_cost(self, reward):
        """What a reward costs of this card."""
        program = self.program_id
        keeps = program.card_kind == "stamps" and program.card_keep and reward.required_points < program.card_size
        return 0.0 if keeps else reward.required_points
