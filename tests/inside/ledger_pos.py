"""Run inside `odoo shell` on a database with the point of sale: its receipts and refunds in the points ledger."""

from odoo import Command
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

    def receipt(quantity, refunds=None):
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
            }
        )
        method = config.payment_method_ids[:1]
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
    assert not env["loyalty.ledger.engine"]._deviations()
    print("POINTS OF THE DESK PROVED")
