"""Run inside `odoo shell` by test_points_ledger.py: prepares, contends for and counts points.

Each function gets the environment and a dict of arguments, and returns what the test wants to know.
"""

import os
import threading
import time

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.service.model import retrying

QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True, "loyalty_no_mail": True}


def _program(env, name, rules=(), **vals):
    return env["loyalty.program"].create(
        {
            "name": name,
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "rule_ids": [Command.clear(), *(Command.create(rule) for rule in rules)],
            "reward_ids": [
                Command.clear(),
                Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 100}),
            ],
            **vals,
        }
    )


def _orders(env, partners, product):
    return env["sale.order"].create(
        [{"partner_id": partner.id, "order_line": [Command.create({"product_id": product.id})]} for partner in partners]
    )


def _product(env):
    return env["product.product"].create(
        {"name": "Race Tyre", "list_price": 100.0, "type": "service", "taxes_id": False, "invoice_policy": "order"}
    )


def _bare(env, args):
    """Without the claims: what Odoo's own checks are worth, to show that the claims are what is tried."""
    if args.get("bare"):
        engine = env.registry["loyalty.claim.engine"]
        engine._claim_usage = lambda self, *args: True
        engine._claim_holders = lambda self, *args: None


def _alone(env):
    """Only the programmes of this scenario are active."""
    env["loyalty.program"].search([]).write({"active": False})
    return env(context=dict(env.context, **QUIET))


def prepare_pairs(env, args):
    """Cards with points for one reward each, and two orders per card that want it."""
    env = _alone(env)
    program, product = _program(env, "Race"), _product(env)
    partners = env["res.partner"].create([{"name": f"Racer {number}"} for number in range(args["pairs"])])
    cards = env["loyalty.card"].create(
        [{"program_id": program.id, "partner_id": partner.id, "points": 100} for partner in partners]
    )
    pairs = []
    for partner, card in zip(partners, cards):
        pair = _orders(env, [partner, partner], product)
        for order in pair:
            order._update_programs_and_rewards()
            assert not order._apply_program_reward(program.reward_ids, card)
        pairs.append(pair.ids)
    env.cr.commit()
    return {"pairs": pairs, "cards": cards.ids}


def run_pairs(env, args):
    """Confirm one order of each pair, at the same moment as the partner process confirms the other."""
    won, side = 0, args["worker"] % 2
    for number, pair in enumerate(args["pairs"]):
        if number % 2 != args["worker"] // 2:
            continue
        _meet(args["folder"], number, args["worker"])
        won += _confirm(env, pair[side])
    return won


def _meet(folder, number, worker):
    """Wait until the partner is at the same pair."""
    open(os.path.join(folder, f"{number}-{worker}"), "w").close()
    partner = os.path.join(folder, f"{number}-{worker ^ 1}")
    limit = time.monotonic() + 120
    while not os.path.exists(partner):
        assert time.monotonic() < limit, "the partner did not come"
        time.sleep(0.0005)


def _confirm(env, order_id, patient=False):
    """Confirm as a request would; `patient` tries on beyond Odoo's five times."""
    while True:
        try:
            retrying(lambda: env["sale.order"].browse(order_id).action_confirm(), env)
            env.cr.commit()
            return True
        except ValidationError:
            env.cr.rollback()
            env.transaction.reset()
            return False
        except Exception as error:
            env.cr.rollback()
            env.transaction.reset()
            if not patient or getattr(error, "pgcode", None) not in ("40001", "40P01", "55P03"):
                raise


def prepare_capped(env, args):
    """More orders with an automatic promotion than the promotion allows."""
    env = _alone(env)
    product = _product(env)
    program = _program(
        env,
        "Capped",
        [{"reward_point_mode": "order", "reward_point_amount": 1}],
        program_type="promotion",
        applies_on="current",
        reward_ids=[Command.clear(), Command.create({"discount_mode": "percent", "discount": 10})],
    )
    partners = env["res.partner"].create([{"name": f"Capped {number}"} for number in range(args["attempts"])])
    orders = _orders(env, partners, product)
    for order in orders:
        order._update_programs_and_rewards()
        assert not order._apply_program_reward(program.reward_ids, order.coupon_point_ids.coupon_id)
    program.write({"limit_usage": True, "max_usage": args["cap"]})
    env.cr.commit()
    return {"orders": orders.ids, "program": program.id}


def run_capped(env, args):
    _bare(env, args)
    return sum(_confirm(env, order_id, patient=True) for order_id in args["orders"][args["worker"] :: args["workers"]])


def check_capped(env, args):
    orders = env["sale.order"].browse(args["orders"])
    usage = env["loyalty.program.usage"].search([("program_id", "=", args["program"])])
    confirmed = orders.filtered(lambda order: order.state == "sale")
    return {
        "confirmed": len(confirmed),
        "with discount": len(confirmed.filtered(lambda order: order.amount_total < 100)),
        "counter": usage.used,
    }


def prepare_first(env, args):
    env = _alone(env)
    product = _product(env)
    program = _program(env, "First", [{"reward_point_mode": "money", "reward_point_amount": 1}])
    partner = env["res.partner"].create({"name": "Newcomer"})
    orders = _orders(env, [partner] * args["orders"], product)
    env.cr.commit()
    return {"orders": orders.ids, "program": program.id, "partner": partner.id}


def run_first(env, args):
    """Confirm this process's share of the orders all at once, a thread and a connection each."""
    _bare(env, args)
    own = args["orders"][args["worker"] :: args["workers"]]
    barrier, errors = threading.Barrier(len(own)), []

    def confirm(order_id):
        try:
            with env.registry.cursor() as cr:
                mine = api.Environment(cr, SUPERUSER_ID, QUIET)
                mine["sale.order"].browse(order_id).name  # noqa: B018 - takes the snapshot
                barrier.wait(60)
                _confirm(mine, order_id, patient=True)
        except Exception as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=confirm, args=(order_id,)) for order_id in own]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def check_first(env, args):
    cards = env["loyalty.card"].with_context(active_test=False).search([("partner_id", "=", args["partner"])])
    return {"cards": len(cards), "points": sum(cards.mapped("points")), "entries": len(cards.ledger_ids)}


def prepare_event(env, args):
    env = _alone(env)
    card = env["loyalty.card"].create(
        {"program_id": _program(env, "Event").id, "partner_id": env["res.partner"].create({"name": "Guest"}).id}
    )
    env.cr.commit()
    return {"card": card.id}


def run_event(env, args):
    """Deliver the same events as all the other processes do."""
    new = 0
    for number in range(args["events"]):
        while True:
            try:
                new += retrying(lambda n=number: env["loyalty.card"].browse(args["card"])._grant_once(f"e{n}", 5), env)
                env.cr.commit()
                break
            except Exception as error:
                env.cr.rollback()
                env.transaction.reset()
                if getattr(error, "pgcode", None) != "40001":
                    raise
    return new


def check_event(env, args):
    card = env["loyalty.card"].browse(args["card"])
    return {"points": card.points, "entries": len(card.ledger_ids)}


def prepare_expiry(env, args):
    """Many cards with points that have expired, each with a holder to write to."""
    env = _alone(env)
    program = _program(env, "Expiring", ledger_validity_months=12, ledger_reminder_days=30)
    partners = env["res.partner"].create(
        [{"name": f"Holder {number}", "email": f"holder{number}@example.com"} for number in range(args["cards"])]
    )
    cards = env["loyalty.card"].create([{"program_id": program.id, "partner_id": p.id, "points": 50} for p in partners])
    env.flush_all()
    env.cr.execute(
        "UPDATE loyalty_ledger SET expires_on = current_date + %s WHERE card_id IN %s", [args["days"], tuple(cards.ids)]
    )
    env.cr.commit()
    return {"program": program.id}


def run_job(env, args):
    """Run a job over and over, as crons do, until it has nothing left; the test kills the process."""
    print("STARTED", flush=True)
    return getattr(env["loyalty.card"], args["job"])()


def run_poisoned(env, args):
    """Run the job while five of the cards, and only they, cannot be done; what the manager then sees of it."""
    from odoo.tests import new_test_user

    model = env.registry["loyalty.card"]
    cards = env["loyalty.card"].search([("program_id", "=", args["program"])], order="id")
    bad, origin = set(cards[:: len(cards) // 5].ids), getattr(model, args["method"])

    def sometimes(card, value):
        origin(card, value)
        if card.id in bad:
            raise ValueError("a bad card")

    setattr(model, args["method"], sometimes)
    done = [getattr(env["loyalty.card"], args["job"])() for _run in range(2)]
    setattr(model, args["method"], origin)
    manager = new_test_user(env, "poison_manager", groups="crm_kundenbindung.group_kundenbindung_manager")
    action = env["ir.actions.actions"]._for_xml_id("crm_kundenbindung.loyalty_ledger_issue_action")
    issues = env["loyalty.ledger.issue"].with_user(manager).search([("state", "=", "open")])
    return {
        "done": done,
        "bad": len(bad),
        "shown": sorted(issues.card_id.ids) == sorted(bad) and action["res_model"] == issues._name,
        "reasons": sorted(set(issues.mapped("message"))),
        "times": sorted(set(issues.mapped("count"))),
        "then": getattr(env["loyalty.card"], args["job"])(),
    }


def check_expiry(env, args):
    env.cr.execute(
        """SELECT count(*), count(*) FILTER (WHERE n = 1), count(*) FILTER (WHERE n > 1)
             FROM (SELECT c.id, count(l.id) AS n FROM loyalty_card c
                     LEFT JOIN loyalty_ledger l ON l.card_id = c.id AND l.cause = 'expired'
                    WHERE c.program_id = %s GROUP BY c.id) x""",
        [args["program"]],
    )
    cards, once, twice = env.cr.fetchone()
    env.cr.execute(
        "SELECT count(*), count(DISTINCT res_id) FROM mail_message m WHERE model = 'loyalty.card' AND res_id IN "
        "(SELECT id FROM loyalty_card WHERE program_id = %s) AND EXISTS (SELECT 1 FROM mail_mail WHERE mail_message_id = m.id)",
        [args["program"]],
    )
    mails, recipients = env.cr.fetchone()
    if args.get("job") == "_cron_remind":
        once, twice = recipients, mails - recipients
    return {"cards": cards, "once": once, "twice": twice, "mails": mails, "recipients": recipients}


def check_balances(env, args):
    deviations = env["loyalty.ledger.engine"]._deviations()
    env.cr.execute("SELECT count(*) FROM loyalty_card WHERE points < 0")
    return {"deviations": len(deviations), "negative": env.cr.fetchone()[0]}


def prepare_hot(env, args):
    """One hot programme; every customer has a card already, orders are drafts that use a reward."""
    env = _alone(env)
    product = _product(env)
    program = _program(env, "Hot", [{"reward_point_mode": "money", "reward_point_amount": 1}])
    partners = env["res.partner"].create([{"name": f"Hot {number}"} for number in range(args["orders"])])
    cards = env["loyalty.card"].create(
        [{"program_id": program.id, "partner_id": p.id, "points": 500} for p in partners]
    )
    orders = _orders(env, partners, product)
    for order, card in zip(orders, cards):
        order._update_programs_and_rewards()
        assert not order._apply_program_reward(program.reward_ids, card)
    env.cr.commit()
    return {"orders": orders.ids}


def run_hot(env, args):
    """Confirm this worker's share with several threads; seconds of each, and the errors."""
    own = args["orders"][args["worker"] :: args["workers"]]
    times, errors, lock = [], [], threading.Lock()

    def employee(order_ids):
        for order_id in order_ids:
            start = time.monotonic()
            try:
                with env.registry.cursor() as cr:
                    assert _confirm(api.Environment(cr, SUPERUSER_ID, {}), order_id)
            except Exception as error:
                errors.append(repr(error))
            with lock:
                times.append(time.monotonic() - start)

    threads = [threading.Thread(target=employee, args=(own[n :: args["threads"]],)) for n in range(args["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"times": times, "errors": errors}
