"""The workshop's Bonusheft: a stamp per order, a wash at three, wiper blades at five, a full tank at ten."""

import random
from datetime import timedelta

from odoo import Command, fields

from ..movement import Movement
from .workshop_points import _orders

SEED = 1912
PROGRAM = "Bonusheft Sommer & Söhne"
BOOKS = 32
REWARDS = (("Autowäsche", 3, 12), ("Wischerblätter", 5, 25), ("Einmal volltanken", 10, 80))
WITHOUT_ORDER = 12  # books with a stamp for a visit without an order
RULES = (
    ("touchpoint", "Bewertung abgegeben", 25, 1, "month", "rating"),
    ("birthday", "Geburtstag", 50, 1, "year", ""),
    ("profile", "Angaben vollständig", 40, 1, "ever", ""),
)


def generate(env):
    """Create programme, books and what was given for them; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, loyalty_no_mail=True, lang="en_US"))
    company = env.company
    programs = env["loyalty.program"].with_context(active_test=False)
    if programs.search_count([("name", "=", PROGRAM), ("company_id", "=", company.id)], limit=1):
        return False
    rng = random.Random(SEED)
    program = _create_program(env, company)
    customers = sorted(_orders(env, company).items(), key=lambda item: (-len(item[1]), item[0].id))
    private = [item for item in customers if not item[0].is_company] or customers
    for number, (partner, orders) in enumerate(private[:BOOKS]):
        card = env["loyalty.card"].create({"program_id": program.id, "partner_id": partner.id})
        _fill(env, rng, card, orders, number < WITHOUT_ORDER)
    _events_on_points_cards(env, company)
    return True


def _create_program(env, company):
    values = env["loyalty.program"]._stamp_card_values(PROGRAM, [{"reward_point_mode": "order"}])
    values["reward_ids"] = [
        Command.clear(),
        *(
            Command.create(
                {"description": name, "discount_mode": "per_order", "discount": value, "required_points": stamps}
            )
            for name, stamps, value in REWARDS
        ),
    ]
    return env["loyalty.program"].create({**values, "company_id": company.id, "portal_point_name": "Stempel"})


def _fill(env, rng, card, orders, visit):
    """A stamp per order, oldest first; what the book brings is handed out at the desk, mostly."""
    rewards = card.program_id.reward_ids.sorted("required_points")
    stamps = 0
    for order in orders:
        line = order._ledger_base() | {"moment": order.date_order, "amount": 1, "cause": "earned"}
        env["sale.order.coupon.points"].create({"order_id": order.id, "coupon_id": card.id, "points": 1})
        card._move([{**line, "user_id": order.user_id.id or env.uid}], Movement("demo", cause="earned"))
        stamps += 1
        for reward in rewards.filtered(lambda reward, stamps=stamps: reward.required_points == stamps):
            if reward == rewards[-1] or rng.random() < 0.8:
                _give(env, card, reward, order)
        if stamps == card.program_id.card_size:
            stamps = 0
    if visit:
        _stamp_without_order(env, rng, card, orders[-1])


def _give(env, card, reward, order):
    moment = min(order.date_order + timedelta(days=1), fields.Datetime.now())
    given = env["loyalty.reward.given"].create(
        {
            "card_id": card.id,
            "reward_id": reward.id,
            "company_id": order.company_id.id,
            "moment": moment,
            "user_id": order.user_id.id or env.uid,
            "points": card._reward_cost(reward),
            "cost": reward._cost_when_given(),
        }
    )
    if given.points:
        line = given._line(-given.points, "redeemed", moment=moment)
        card._move([line], Movement("demo", cause="redeemed"))


def _stamp_without_order(env, rng, card, order):
    moment = order.date_order + timedelta(days=rng.randint(3, 30))
    if moment > fields.Datetime.now() - timedelta(days=1):
        return
    event = env["loyalty.event"].create(
        {
            "program_id": card.program_id.id,
            "card_id": card.id,
            "partner_id": card.partner_id.id,
            "company_id": order.company_id.id,
            "moment": moment,
            "key": f"hand:demo:{card.id}",
            "points": 1,
            "user_id": order.user_id.id or env.uid,
        }
    )
    card._move([{**line, "moment": moment} for line in event._lines(None)], Movement("demo", cause="earned"))
    event.state = "given"


def _events_on_points_cards(env, company):
    """The points card rewards more than purchases from now on."""
    program = env["loyalty.program"].search(
        [("company_id", "=", company.id), ("card_kind", "=", "points"), ("program_type", "=", "loyalty")], limit=1
    )
    if program and not program.event_rule_ids:
        program.event_rule_ids = env["loyalty.program"]._event_rules(*RULES)
