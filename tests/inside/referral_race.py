"""Run inside `odoo shell` by test_referral_race.py: prepares referrals, settles them from several processes, counts."""

import time

from odoo.fields import Command
from odoo.service.model import retrying

QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True, "loyalty_no_mail": True}
GIVEN = 100


def prepare(env, args):
    """Referrals of one referrer, each with an invoiced first order that nobody looked at yet; the referrer has a limit."""
    env["loyalty.program"].search([]).write({"active": False})
    env = env(context=dict(env.context, **QUIET))
    program = env["loyalty.program"].create(
        {
            "name": "Race",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "referral_active": True,
            "referral_points_referrer": GIVEN,
            "referral_points_new": 10,
            "referral_limit": args["limit"],
            "rule_ids": [Command.clear()],
            "reward_ids": [
                Command.clear(),
                Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 100}),
            ],
        }
    )
    product = env["product.product"].create(
        {"name": "Race Tyre", "list_price": 100.0, "type": "service", "taxes_id": False, "invoice_policy": "order"}
    )
    referrer = env["res.partner"].create({"name": "Referrer"})
    referrals = env["crm.referral"]
    for number in range(args["referrals"]):
        partner = env["res.partner"].create({"name": f"New {number}"})
        referrals |= referrals._enter(referrer, env.company.root_id, partner_id=partner.id)
        order = env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        order.action_confirm()
        order._create_invoices().action_post()
    env.cr.commit()
    return {"referrals": referrals.ids, "referrer": referrer.id, "program": program.id}


def settle(env, args):
    """Look at the referrals, all processes at the same ones or each at its own; return how often it was run again."""
    ids, again = args["referrals"], 0
    if args["apart"]:
        ids = ids[args["worker"] :: args["workers"]]
    time.sleep(max(0, args["start"] - time.time()))
    for referral_id in ids:
        while True:
            try:
                retrying(lambda i=referral_id: env["crm.referral"].browse(i)._follow(), env)
                env.cr.commit()
                break
            except Exception as error:
                env.cr.rollback()
                env.transaction.reset()
                if getattr(error, "pgcode", None) not in ("40001", "40P01", "55P03"):
                    raise
                again += 1
    return again


def check(env, args):
    referrals = env["crm.referral"].browse(args["referrals"])
    cards = env["loyalty.card"].with_context(active_test=False).search([("program_id", "=", args["program"])])
    own = cards.filtered(lambda card: card.partner_id.id == args["referrer"])
    return {
        "rewarded": len(referrals.filtered(lambda r: r.state == "rewarded")),
        "paid": len(referrals.filtered("points_referrer")),
        "cards of the referrer": len(own),
        "points of the referrer": sum(own.mapped("points")),
        "cards": len(cards),
        "entries": sum(len(card.ledger_ids) for card in cards),
        "deviations": len(env["loyalty.ledger.engine"]._deviations()),
    }
