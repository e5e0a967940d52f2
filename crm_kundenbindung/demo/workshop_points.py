"""The workshop's customer card: a point per euro, and what happened to points in two years."""

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import Command, fields

from ..movement import Movement

PROGRAM = "Kundenkarte Sommer & Söhne"
MONTHS = 18
REWARD_POINTS = 500
CARDS = 45


def generate(env):
    """Create programme, cards and entries; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, loyalty_no_mail=True, lang="en_US"))
    company = env.company
    programs = env["loyalty.program"].with_context(active_test=False)
    if programs.search_count([("name", "=", PROGRAM), ("company_id", "=", company.id)], limit=1):
        return False
    program = _create_program(env, company)
    regulars = sorted(_orders(env, company).items(), key=lambda item: (-len(item[1]), item[0].id))[:CARDS]
    for number, (partner, orders) in enumerate(regulars):
        card = env["loyalty.card"].create({"program_id": program.id, "partner_id": partner.id})
        _book(env, card, orders)
        if number == 4:
            reason = env.ref("crm_kundenbindung.ledger_reason_goodwill")
            gift = {"amount": 50, "cause": "adjustment", "reason_id": reason.id}
            card._move([gift], Movement("adjustment", cause="adjustment"))
        if number == 7:
            # An order that earned what was spent since was taken back: a debt that the manager sees.
            back = {"amount": -card.points - 120, "cause": "clawed_back"}
            card._move([back], Movement("settle", document=orders[-1]))
    return True


def _create_program(env, company):
    return env["loyalty.program"].create(
        {
            "name": PROGRAM,
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "company_id": company.id,
            "portal_visible": True,
            "portal_point_name": "Punkte",
            "ledger_validity_months": MONTHS,
            "rule_ids": [
                Command.clear(),
                Command.create({"reward_point_mode": "money", "reward_point_amount": 1}),
            ],
            "reward_ids": [
                Command.clear(),
                Command.create(
                    {"description": "15 € auf den Auftrag", "discount_mode": "per_order", "discount": 15, "required_points": REWARD_POINTS}
                ),
            ],
        }
    )  # fmt: skip


def _orders(env, company):
    """Orders of the last months per customer, oldest first, where there were several."""
    since = fields.Datetime.now() - relativedelta(months=MONTHS)
    orders = env["sale.order"].search(
        [("company_id", "=", company.id), ("state", "=", "sale"), ("date_order", ">", since), ("amount_total", ">", 0)],
        order="date_order",
    )
    found = defaultdict(lambda: env["sale.order"])
    for order in orders:
        found[order.partner_id] |= order
    return {partner: own for partner, own in found.items() if len(own) > 1}


def _book(env, card, orders):
    """What each order earned, and now and then a reward at the desk."""
    lines, balance = [], 0
    for order in orders:
        points = int(order.amount_total)
        balance += points
        base = order._ledger_base() | {"moment": order.date_order}
        lines.append(
            {
                **base,
                "amount": points,
                "cause": "earned",
                "user_id": order.user_id.id or env.uid,
                "expires_on": card.program_id._ledger_expires_on(order.date_order.date()),
            }
        )
        env["sale.order.coupon.points"].create({"order_id": order.id, "coupon_id": card.id, "points": points})
        if balance > 2 * REWARD_POINTS:
            balance -= REWARD_POINTS
            lines.append({**base, "amount": -REWARD_POINTS, "cause": "redeemed"})
    card._move(lines, Movement("demo", cause="earned"))
