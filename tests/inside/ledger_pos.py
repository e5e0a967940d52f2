"""Run inside `odoo shell` on a database with the point of sale: its receipts and refunds in the points ledger."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user


def check(env):
    env["loyalty.program"].search([]).write({"active": False})
    program = env["loyalty.program"].create(
        {
            "name": "Desk",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "ledger_validity_months": 12,
            "rule_ids": [Command.clear(), Command.create({"reward_point_mode": "money", "reward_point_amount": 1})],
            "reward_ids": [
                Command.clear(),
                Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 100}),
            ],
        }
    )
    cashier = new_test_user(env, "ledger_cashier", groups="point_of_sale.group_pos_user")
    customer = env["res.partner"].create({"name": "Guest at the desk"})
    product = env["product.product"].create(
        {"name": "Wiper", "list_price": 50, "taxes_id": False, "available_in_pos": True, "type": "consu"}
    )
    config = env["pos.config"].search([], limit=1) or env["pos.config"].create({"name": "Desk"})
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})

    cash = config.payment_method_ids.filtered(lambda method: method.type == "cash")[:1]
    bank = config.payment_method_ids.filtered(lambda method: method.type == "bank")[:1]

    def receipt(quantity, refunds=None, reward=None, method=cash, **vals):
        order = env["pos.order"].create(
            {
                "session_id": session.id,
                "partner_id": customer.id,
                "amount_tax": 0,
                "amount_total": 50 * quantity,
                "amount_paid": 0,
                "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "qty": quantity,
                            "price_unit": 50,
                            "price_subtotal": 50 * quantity,
                            "price_subtotal_incl": 50 * quantity,
                            "refunded_orderline_id": refunds and refunds.lines.id,
                        }
                    )
                ],
                **vals,
            }
        )
        order.lines.reward_id = reward
        order.add_payment({"pos_order_id": order.id, "amount": order.amount_total, "payment_method_id": method.id})
        order.action_pos_order_paid()
        return order

    def points(order, amount, card_id=-1):
        data = {card_id: {"points": amount, "program_id": program.id, "partner_id": customer.id, "coupon_id": card_id}}
        order.with_user(cashier).confirm_coupon_programs(data)

    def statement():
        card = env["loyalty.card"].search([("program_id", "=", program.id)])
        entries = card.ledger_ids.sorted("id")
        return [(entry.cause, entry.amount, entry.res_model) for entry in entries], card

    sale = receipt(4)
    points(sale, 200)
    points(sale, 200)
    entries, card = statement()
    assert entries == [("earned", 200, "pos.order")], entries
    assert card.points == 200 and card.ledger_ids.expires_on and card.ledger_ids.document == sale.display_name
    second = receipt(1)
    points(second, -100, card.id)
    assert statement()[0][-1] == ("redeemed", -100, "pos.order")

    receipt(-1, refunds=sale)
    assert statement()[0][-1] == ("clawed_back", -50, "pos.order"), statement()[0]
    receipt(-3, refunds=sale)
    entries, card = statement()
    assert entries[-2:] == [("clawed_back", -150, "pos.order"), ("debt", 100, "pos.order")], entries
    assert (card.points, card.ledger_debt) == (0, 100)
    count = len(entries)
    env["loyalty.ledger.pos"]._settle_refunds(env["pos.order"].search([]))
    assert len(statement()[0]) == count, "running again changes nothing"
    receipt(-1, refunds=second)
    assert statement()[0][-2:] == [("returned", 100, "pos.order"), ("debt", -100, "pos.order")], statement()[0]
    refunds = card.ledger_ids.filtered(lambda entry: entry.cause in ("clawed_back", "returned"))
    assert all(env["pos.order"].browse(entry.res_id).lines.refunded_orderline_id for entry in refunds), "the refund"
    assert set(refunds.mapped("origin_id")) == {sale.id, second.id}
    assert not env["loyalty.ledger.engine"]._deviations()

    # A limited promotion: one counter for the desk and for orders.
    promotion = env["loyalty.program"].create(
        {
            "name": "Two of these",
            "program_type": "promotion",
            "applies_on": "current",
            "trigger": "auto",
            "reward_ids": [Command.clear(), Command.create({"discount_mode": "percent", "discount": 10})],
        }
    )
    reward = promotion.reward_ids
    receipt(1, reward=reward)
    promotion.write({"limit_usage": True, "max_usage": 2})
    assert receipt(1, reward=reward).state == "paid"
    usage = env["loyalty.program.usage"].search([("program_id", "=", promotion.id)])
    assert usage.used == 2, "receipts from before the limit count"
    orders = env["pos.order"].search_count([])
    try:
        with env.cr.savepoint():
            receipt(1, reward=reward)
    except ValidationError as error:
        assert "Two of these" in str(error)
    else:
        raise AssertionError("a third receipt was accepted")
    env.invalidate_all()
    assert env["pos.order"].search_count([]) == orders and usage.used == 2
    order = env["sale.order"].create(
        {"partner_id": customer.id, "order_line": [Command.create({"product_id": product.id})]}
    )
    env["sale.order.line"].create(
        {"order_id": order.id, "product_id": product.id, "name": "10 %", "reward_id": reward.id, "price_unit": -5}
    )
    try:
        with env.cr.savepoint():
            order.action_confirm()
    except ValidationError:
        env.invalidate_all()
    else:
        raise AssertionError("an order was accepted after the desk had used the promotion up")
    # Paid by card, or off line for an hour: it happened, and the manager is told.
    charged = receipt(1, reward=reward, method=bank)
    late = receipt(1, reward=reward, date_order=fields.Datetime.now() - timedelta(hours=1))
    overruns = env["loyalty.ledger.issue"].search([("kind", "=", "overrun"), ("res_model", "=", "pos.order")])
    assert set(overruns.mapped("res_id")) == {charged.id, late.id}
    assert usage.used == 4
    receipt(-1, refunds=late, reward=reward)
    assert usage.used == 4, "a refund uses nothing"

    # Wrong codes at the desk: ten, then not even a right one is looked up.
    coupons = env["loyalty.program"].create(
        {
            "name": "Coupons",
            "program_type": "coupons",
            "applies_on": "current",
            "trigger": "with_code",
            "reward_ids": [Command.clear(), Command.create({"discount_mode": "percent", "discount": 10})],
        }
    )
    coupon = env["loyalty.card"].create({"program_id": coupons.id, "points": 1})
    attempts = env.registry["loyalty.code.attempt"]

    def try_code(code, key):
        with (
            patch.object(attempts, "_keys", lambda self, internal=False: [key] if internal else []),
            patch.object(attempts, "_count", lambda self, keys, code=None: count(keys)),
        ):
            return config.with_user(cashier).use_coupon_code(code, "2026-11-01 10:00:00", customer.id, False)

    count = env["loyalty.code.engine"].sudo()._count_attempt
    assert try_code(coupon.code, "desk")["successful"], try_code(coupon.code, "desk")
    answers = [try_code(f"044WRONG{number}", "desk") for number in range(10)]
    answers.append(try_code(coupon.code, "desk"))
    assert len({answer["payload"]["error_message"] for answer in answers}) == 1
    assert not any(answer["successful"] for answer in answers)
    assert try_code(coupon.code, "another desk")["successful"]
    print("POINTS OF THE DESK PROVED")
