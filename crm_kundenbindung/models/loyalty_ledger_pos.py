from odoo import models

from ..movement import KEY, Movement


class LoyaltyLedgerPos(models.AbstractModel):
    """The point of sale, where it is installed: its steps that move points are marked, its refunds settled.

    The app is not required, so its model cannot be inherited: its methods are wrapped when the registry is ready.
    """

    _name = "loyalty.ledger.pos"
    _description = "Points Ledger at the Point of Sale"

    def _register_hook(self):
        super()._register_hook()
        if "pos.order" not in self.env or "lines" not in self.env["pos.order"]._fields:
            return
        self._wrap("action_pos_order_paid", _action_pos_order_paid)
        if hasattr(self.env["pos.order"], "confirm_coupon_programs"):
            self._wrap("confirm_coupon_programs", _confirm_coupon_programs)

    def _unregister_hook(self):
        result = super()._unregister_hook()
        model = self.env.registry.get("pos.order")
        for name in ("action_pos_order_paid", "confirm_coupon_programs"):
            if model and getattr(vars(model).get(name), "ledger_origin", None):
                delattr(model, name)
        return result

    def _wrap(self, name, wrapper):
        model = self.env.registry["pos.order"]
        origin = getattr(model, name)
        if not getattr(origin, "ledger_origin", None):
            method = wrapper(origin)
            method.ledger_origin = origin
            setattr(model, name, method)

    def _settle_refunds(self, orders):
        """Take back and give back the points of receipts, in proportion to what was refunded; once."""
        refunded = orders.sudo().lines
        if "refunded_orderline_id" not in refunded._fields:
            return
        receipts = refunded.refunded_orderline_id.order_id
        engine = self.env["loyalty.ledger.engine"].sudo()
        for (order_id, card_id), row in sorted(engine._booked(receipts).items(), key=lambda item: item[0][1]):
            receipt = receipts.browse(order_id)
            share = self._kept_share(receipt)
            base = {"res_model": receipt._name, "res_id": receipt.id, "company_id": receipt.company_id.id}
            earned = round((row["earned"] + row["clawed"]) * share, 2)
            spent = round((row["spent"] + row["returned"]) * share, 2)
            if lines := engine._lines_to_reach(base, row, earned, spent):
                card = self.env["loyalty.card"].sudo().browse(card_id)
                engine._lock_cards(card)
                card._move(lines, Movement("settle", document=receipt))

    def _kept_share(self, receipt):
        """The share of a receipt's lines, by value and without rewards, that was not refunded."""
        lines = receipt.lines.filtered(lambda line: line.price_subtotal > 0)
        if "is_reward_line" in lines._fields:
            lines = lines.filtered(lambda line: not line.is_reward_line)
        bought = sum(lines.mapped("price_subtotal"))
        back = lines.refund_orderline_ids.filtered(lambda line: line.order_id.state not in ("draft", "cancel"))
        returned = -sum(back.mapped("price_subtotal"))
        return min(1.0, max(0.0, 1 - returned / bought)) if bought > 0 else 1.0


def _action_pos_order_paid(origin):
    def action_pos_order_paid(self):
        result = origin(self)
        self.env["loyalty.ledger.pos"]._settle_refunds(self)
        return result

    return action_pos_order_paid


def _confirm_coupon_programs(origin):
    def confirm_coupon_programs(self, coupon_data):
        return origin(self.with_context(**{KEY: Movement("pos", document=self)}), coupon_data)

    return confirm_coupon_programs
