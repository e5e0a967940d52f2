# One file per concern. pylint: disable=consider-merging-classes-inherited
from odoo import fields, models

from ..movement import current


class SaleOrderCouponPoints(models.Model):
    _inherit = "sale.order.coupon.points"

    tier_multiplier = fields.Float(
        "Points Times", default=1.0, readonly=True, help="By the tier that the customer had when the order was confirmed."
    )  # fmt: skip


class SaleOrder(models.Model):
    """The tier of the customer multiplies what an order earns and opens rewards.

    The multiplier is remembered with the confirmation: whatever becomes of the order later is computed with it, so
    that a cancellation or a credit note takes back exactly what was given.
    """

    _inherit = "sale.order"

    def _tiers(self, programs):
        """Return {programme: tier of the customer} for those of these programmes that have tiers."""
        self.ensure_one()
        programs = programs.sudo().filtered(lambda program: program.program_type == "loyalty" and program.tier_ids)
        if not programs or not self.partner_id:
            return {}
        members = self.env["loyalty.tier.member"].sudo().search(
            [
                ("program_id", "in", programs.ids),
                ("company_id", "=", self.company_id.root_id.id),
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
            ]
        )  # fmt: skip
        none = self.env["loyalty.tier"].sudo()
        tiers = {member.program_id.id: member.tier_id for member in members}
        return {program: tiers.get(program.id, none) for program in programs}

    def _program_check_compute_points(self, programs):
        result = super()._program_check_compute_points(programs)
        for program, multiplier in self._tier_multipliers(programs).items():
            status = result.get(program)
            if status and status.get("points") and multiplier != 1.0:
                status["points"] = [program.sudo()._tier_points(points, multiplier) for points in status["points"]]
        return result

    def _tier_multipliers(self, programs):
        """Return {programme: multiplier}: of today's tier, or of the one the order was confirmed with."""
        multipliers = {}
        for program, tier in self._tiers(programs).items():
            entry = self.coupon_point_ids.filtered(lambda e, p=program: e.coupon_id.program_id == p)[:1]
            if self.state == "sale" and entry:
                multipliers[program] = entry.tier_multiplier or 1.0
            else:
                multipliers[program] = tier.multiplier or 1.0
        return multipliers

    def _add_points_for_coupon(self, coupon_points):
        """A programme that comes to a confirmed order is remembered with today's tier."""
        known = self.coupon_point_ids
        result = super()._add_points_for_coupon(coupon_points)
        if self.state == "sale":
            self._remember_multipliers(self.coupon_point_ids - known)
        return result

    def _get_point_changes(self):
        """Odoo asks for it just before a confirmation writes points: what they were multiplied by is remembered."""
        movement = current(self.env)
        if movement and movement.mode == "confirm":
            for order in self:
                order._remember_multipliers(order.coupon_point_ids)
        return super()._get_point_changes()

    def _remember_multipliers(self, entries):
        tiers = self._tiers(entries.coupon_id.program_id) if entries else {}
        for entry in entries.sudo():
            tier = tiers.get(entry.coupon_id.program_id)
            multiplier = tier.multiplier if tier else 1.0
            if entry.tier_multiplier != multiplier:
                entry.tier_multiplier = multiplier

    # -- rewards of a tier ------------------------------------------------------------------------------

    def _get_claimable_rewards(self, forced_coupons=None):
        claimable = super()._get_claimable_rewards(forced_coupons)
        limited = [card for card, rewards in claimable.items() if rewards.sudo().tier_id]
        if not limited:
            return claimable
        tiers = self._tiers(self.env["loyalty.card"].union(*limited).program_id)
        for card in limited:
            claimable[card] = claimable[card]._within_tier(tiers.get(card.program_id))
            if not claimable[card]:
                del claimable[card]
        return claimable

    def _apply_program_reward(self, reward, coupon, **kwargs):
        if reward.sudo().tier_id and not reward._within_tier(self._tiers(reward.program_id).get(reward.program_id)):
            return {"error": self.env._("This reward is for customers from tier %s on.", reward.sudo().tier_id.name)}
        return super()._apply_program_reward(reward, coupon, **kwargs)
