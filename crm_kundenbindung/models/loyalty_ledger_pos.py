from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import ValidationError

from ..movement import KEY, Movement

# A receipt that was written off line reaches us later: then the goods are gone, and nobody can refuse it.
FRESH = timedelta(minutes=2)
# With these the money can still be handed back.
REFUSABLE = ("cash", "pay_later")


class LoyaltyLedgerPos(models.AbstractModel):
    """The point of sale, where it is installed: its steps that move points are marked, its refunds settled.

    The app is not required, so its model cannot be inherited: its methods are wrapped when the registry is ready.
    """

    _name = "loyalty.ledger.pos"
    _description = "Points Ledger at the Point of Sale"

    def _register_hook(self):
        super()._register_hook()
        for model, name, wrapper in self._wrappers():
            if model in self.env and hasattr(self.env[model], name):
                self._wrap(self.env.registry[model], name, wrapper)

    def _unregister_hook(self):
        result = super()._unregister_hook()
        for model, name, _wrapper in self._wrappers():
            model = self.env.registry.get(model)
            if model and getattr(vars(model).get(name), "ledger_origin", None):
                delattr(model, name)
        return result

    def _wrappers(self):
        return (
            ("pos.order", "action_pos_order_paid", _action_pos_order_paid),
            ("pos.order", "confirm_coupon_programs", _confirm_coupon_programs),
            ("pos.config", "use_coupon_code", _use_coupon_code),
        )

    def _wrap(self, model, name, wrapper):
        origin = getattr(model, name)
        if not getattr(origin, "ledger_origin", None):
            method = wrapper(origin)
            method.ledger_origin = origin
            setattr(model, name, method)

    def _claim_limited_programs(self, orders):
        """Count each receipt as a use of its limited programmes; refuse it at the desk where the limit is reached.

        What cannot be refused any more, since a card was charged or the desk was off line, is shown to the manager.
        """
        if "reward_id" not in orders.lines._fields:
            return
        engine = self.env["loyalty.claim.engine"].sudo()
        for order in orders.sudo():
            used = order.lines.filtered(lambda line: not line.refunded_orderline_id).reward_id.program_id
            for program in used.filtered("limit_usage").sorted("id"):
                if engine._claim_usage(program, order, program.max_usage):
                    continue
                if self._may_be_refused(order):
                    raise ValidationError(
                        self.env._(
                            "“%(program)s” has been used up: it was limited to %(limit)s orders. "
                            "Please remove its reward from order %(order)s.",
                            program=program.name,
                            limit=program.max_usage,
                            order=order.display_name,
                        )
                    )
                engine._claim_usage(program, order, None)
                self.env["loyalty.ledger.issue"]._report("overrun", company=order.company_id, document=order)

    def _refuse_strangers(self, orders):
        """Refuse a receipt with a discount for a customer group at the desk, where its customer is not in the group."""
        if "reward_id" not in orders.lines._fields:
            return
        for order in orders.sudo():
            used = order.lines.filtered(lambda line: not line.refunded_orderline_id).reward_id.program_id
            for program in used.filtered(lambda program: program.card_group_id and program.applies_on == "current"):
                if program._admits(order.partner_id):
                    continue
                if self._may_be_refused(order):
                    raise ValidationError(
                        self.env._(
                            "“%(program)s” is for customers of the group “%(group)s” only.",
                            program=program.name,
                            group=program.card_group_id.name,
                        )
                    )
                self.env["loyalty.ledger.issue"]._report("overrun", company=order.company_id, document=order)

    def _admitted(self, order, coupon_data):
        """What the desk sends about cards, without points of programmes that are not open to the customer."""
        cards, programs = self.env["loyalty.card"].sudo(), self.env["loyalty.program"].sudo()
        admitted = {}
        for key, data in coupon_data.items():
            card = cards.browse(int(key)).exists() if int(key) > 0 else cards
            program = card.program_id or programs.browse(data.get("program_id")).exists()
            if data.get("points", 0) <= 0 or not program.card_group_id or program._admits(order.sudo().partner_id):
                admitted[key] = data
            elif card:
                admitted[key] = {**data, "points": 0}
        return admitted

    def _may_be_refused(self, order):
        types = set(order.payment_ids.payment_method_id.mapped("type"))
        return types.issubset(REFUSABLE) and abs(fields.Datetime.now() - order.date_order) < FRESH

    def _settle_refunds(self, orders):
        """Take back and give back the points of receipts, in proportion to what was refunded; once."""
        if "refunded_orderline_id" not in orders.lines._fields:
            return
        engine = self.env["loyalty.ledger.engine"].sudo()
        for refund in orders.sudo():
            receipts = refund.lines.refunded_orderline_id.order_id
            booked = sorted(engine._booked(receipts).items(), key=lambda item: item[0][1])
            for (order_id, card_id), row in booked:
                receipt = receipts.browse(order_id)
                card = self.env["loyalty.card"].sudo().browse(card_id)
                engine._lock_cards(card)
                if lines := self._lines_of_refund(receipt, refund, card, row):
                    card._move(lines, Movement("settle", document=refund))

    def _lines_of_refund(self, receipt, refund, card, row):
        engine = self.env["loyalty.ledger.engine"].sudo()
        base = {
            "res_model": refund._name,
            "res_id": refund.id,
            "origin_model": receipt._name,
            "origin_id": receipt.id,
            "company_id": receipt.company_id.id,
        }
        share = self._kept_share(receipt)
        earned = engine._kept_points(card.program_id, row["earned"] + row["clawed"], share)
        spent = engine._kept_points(card.program_id, row["spent"] + row["returned"], share)
        return engine._lines_to_reach(base, row, earned, spent)

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
        self.env["loyalty.ledger.pos"]._refuse_strangers(self)
        self.env["loyalty.ledger.pos"]._claim_limited_programs(self)
        self.env["loyalty.ledger.pos"]._settle_refunds(self)
        return result

    return action_pos_order_paid


def _confirm_coupon_programs(origin):
    def confirm_coupon_programs(self, coupon_data):
        coupon_data = self.env["loyalty.ledger.pos"]._admitted(self, coupon_data)
        return origin(self.with_context(**{KEY: Movement("pos", document=self)}), coupon_data)

    return confirm_coupon_programs


def _use_coupon_code(origin):
    def use_coupon_code(self, code, *args, **kwargs):
        attempts = self.env["loyalty.code.attempt"]
        keys = attempts._keys(internal=True)
        refused = {"successful": False, "payload": {"error_message": attempts._message()}}
        if attempts._are_blocked(keys):
            return refused
        result = origin(self, code, *args, **kwargs)
        if not keys or result["successful"]:
            return result
        attempts._count(keys, code)
        return refused

    return use_coupon_code
