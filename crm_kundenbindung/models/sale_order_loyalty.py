# One file per concern. pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.tools import format_amount

from ..movement import KEY, current


class SaleOrder(models.Model):
    """Odoo's own steps that move points, each marked as trusted; and what a cancelled order gets back."""

    _inherit = "sale.order"

    def _update_programs_and_rewards(self):
        orders = self._with_ledger("order")
        result = super(SaleOrder, orders)._update_programs_and_rewards()
        if not current(self.env):
            self.filtered(lambda order: order.state == "sale")._ledger_settle()
        return result

    def _apply_program_reward(self, reward, coupon, **kwargs):
        order = self._with_ledger("order")
        return super(SaleOrder, order)._apply_program_reward(reward, coupon, **kwargs)

    def _try_apply_program(self, program, coupon=None):
        return super(SaleOrder, self._with_ledger("order"))._try_apply_program(program, coupon)

    def _try_apply_code(self, code):
        """Who tries codes that are wrong is told nothing about them, and soon has to wait."""
        attempts = self.env["loyalty.code.attempt"]
        keys = attempts._keys() if code else []
        if attempts._are_blocked(keys):
            return {"error": attempts._message()}
        status = super(SaleOrder, self._with_ledger("order"))._try_apply_code(code)
        if not keys or "error" not in status or self._knows_code(code):
            return status
        attempts._count(keys, code)
        # Without "not_found": the shop would tell unknown codes from those that cannot be used.
        return {"error": attempts._message()}

    def _knows_code(self, code):
        """Whether the order has this code already, or it is one of a price list, which the shop looks up next."""
        if code in self.code_enabled_rule_ids.mapped("code") + self.applied_coupon_ids.mapped("code"):
            return True
        pricelists = self.env["product.pricelist"].sudo()
        if "code" not in pricelists._fields or "website_id" not in self._fields or not self.website_id:
            return False
        pricelist = pricelists.search([("code", "=", code)], limit=1)
        return bool(pricelist) and self.website_id.is_pricelist_available(pricelist.id)

    def _add_points_for_coupon(self, coupon_points):
        order = self._with_ledger("order")
        mark = {KEY: current(order.env)}
        coupon_points = {coupon.with_context(**mark): points for coupon, points in coupon_points.items()}
        result = super(SaleOrder, order)._add_points_for_coupon(coupon_points)
        if self.state == "sale":
            self._ledger_settle()
        return result

    @api.private
    def _core_changes(self):
        """Odoo's own idea of what this order moved."""
        changes = {}
        for entry in self.coupon_point_ids:
            changes[entry.coupon_id] = changes.get(entry.coupon_id, 0.0) + entry.points
        for card, spent in self._points_spent().items():
            changes[card] = changes.get(card, 0.0) - spent
        return changes.items()

    def copy_data(self, default=None):
        """Odoo removes the rewards of a copy afterwards: leave them out, since nobody may write them by hand."""
        data = super().copy_data(default)
        if default and "order_line" in default:
            return data
        for vals in data:
            vals["order_line"] = [
                command
                for command in vals.get("order_line", [])
                if not (isinstance(command[2], dict) and command[2].get("reward_id"))
            ]
        return data

    # --- cancel → draft → confirm ------------------------------------------------------------------------------------

    def _rewards_to_remember(self):
        """What it takes to give the order its rewards again."""
        self.ensure_one()
        seen, rewards = set(), []
        for line in self.order_line.filtered("reward_id"):
            if line.reward_identifier_code not in seen:
                seen.add(line.reward_identifier_code)
                rewards.append([line.reward_id.id, line.coupon_id.id, line.product_id.id])
        return {
            "total": self.amount_total,
            "rewards": rewards,
            "rules": self.code_enabled_rule_ids.ids,
            "coupons": self.applied_coupon_ids.ids,
        }

    def action_draft(self):
        result = super().action_draft()
        for order in self.filtered(lambda order: order.state == "draft" and order.sudo().loyalty_before_cancel):
            order._restore_rewards(order.sudo().loyalty_before_cancel)
        return result

    def _restore_rewards(self, before):
        """Give the order the rewards that cancelling removed, as far as they are still to be had."""
        order = self._with_ledger("order")
        rules = self.env["loyalty.rule"].browse(before["rules"]).exists()
        order.code_enabled_rule_ids |= rules
        order.applied_coupon_ids |= self.env["loyalty.card"].browse(before["coupons"]).exists().filtered("active")
        for program in rules.program_id:
            order._try_apply_program(program)
        order._update_programs_and_rewards()
        for reward_id, card_id, product_id in before["rewards"]:
            reward = self.env["loyalty.reward"].browse(reward_id).exists()
            claimable = order._get_claimable_rewards()
            cards = [card for card, rewards in claimable.items() if reward and reward in rewards]
            for card in sorted(cards, key=lambda card: card.id != card_id)[:1]:
                product = self.env["product.product"].browse(product_id)
                product = product if product in reward.reward_product_ids else None
                order._apply_program_reward(reward, card, product=product)
        order._update_programs_and_rewards()

    def _tell_lost_rewards(self):
        """After confirming a cancelled order again: say so where its total is not what it was."""
        told = False
        for order in self.filtered(lambda order: order.sudo().loyalty_before_cancel):
            total = order.sudo().loyalty_before_cancel["total"]
            order.sudo().loyalty_before_cancel = False
            if not order.currency_id.compare_amounts(order.amount_total, total):
                continue
            told = order.env._(
                "Before it was cancelled, order %(order)s came to %(before)s; now it comes to %(now)s. "
                "Rewards that were removed could not all be given again.",
                order=order.name,
                before=format_amount(order.env, total, order.currency_id),
                now=format_amount(order.env, order.amount_total, order.currency_id),
            )
            order.message_post(body=told)
        return told and {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": told,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
