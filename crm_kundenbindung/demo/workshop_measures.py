"""The workshop's measures: one that worked, one that did harm, one that proved nothing, one that runs, and an idea.

Who came again because of a measure is made up here, so the truth behind each result is known.
"""

from datetime import datetime, time, timedelta
from random import Random

from odoo import fields
from odoo.tools import SQL

SEED = 1907
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True, "lang": "en_US"}
# name, instrument, group, days from start to end back from today, customers, control group, came again in both arms
PAST = (
    {
        "name": "Brief mit Gutschein zur Inspektion",
        "goal": "Wer länger nicht da war, kommt zur Inspektion wieder.",
        "instrument": "direct",
        "group": "Länger nicht gesehen",
        "days": (230, 171),
        "size": 90,
        "control_share": 0.4,
        "came": (0.48, 0.17),
        "cost": {"cost_fixed": 180, "cost_each": 1.2, "hours": 6, "hour_rate": 38, "cost_planned": 500, "budget": 600},
        "channel": "letter",
        "response": "Gutschein mit Nummer, am Tresen abzugeben",
    },
    {
        "name": "Werbeanruf am Samstag",
        "goal": "Freie Plätze am Montag füllen.",
        "instrument": "outbound",
        "group": "Kunden mit Telefon",
        "days": (165, 106),
        "size": 80,
        "control_share": 0.5,
        "came": (0.10, 0.40),
        "cost": {"hours": 14, "hour_rate": 38, "cost_planned": 400},
        "channel": "phone",
        "response": "Am Telefon",
    },
    {
        "name": "Einladung zum Lichttest",
        "goal": "Ein kostenloser Lichttest bringt Kunden vor dem Winter in die Werkstatt.",
        "instrument": "service",
        "group": "Vor dem Winter",
        "days": (98, 39),
        "size": 90,
        "control_share": 0.2,
        "came": (0.28, 0.17),
        "cost": {"cost_fixed": 90, "cost_each": 0.9, "hours": 10, "hour_rate": 38, "cost_planned": 520},
        "wanted_effect": 10,
        "channel": "letter",
        "response": "Kommen ohne Termin",
    },
)


def generate(env):
    """Generate the measures once; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, **QUIET))
    company = env.company.root_id
    if env["crm.measure"].search_count([("company_id", "=", company.id)], limit=1):
        return False
    values = env["crm.customer.value"].search(
        [("company_id", "=", company.id), ("partner_id", "!=", False)], order="id"
    )
    product = env["product.product"].search(
        [("type", "=", "service"), ("standard_price", ">", 0), ("sale_ok", "=", True)], order="list_price desc", limit=1
    )
    if len(values) < 150 or not product:
        return False
    env.ref("base.group_user").implied_ids |= env.ref("crm_kundenbindung.group_kundenbindung_measure")
    manager = env["res.users"].search([("login", "=", "leitung")], limit=1) or env.user
    company.kundenbindung_measure_manager_id = manager
    rng = Random(SEED)
    for past in PAST:
        _past(env(user=manager.id, su=True), company, rng, values.partner_id, product, past)
    _running(env(user=manager.id, su=True), company, rng, values.partner_id)
    _idea(env(user=manager.id, su=True), company, values.partner_id)
    env["crm.touchpoint.engine"]._run_all()
    env["crm.value.engine"]._rebuild(company)
    env["crm.measure.treatment.engine"]._refresh_costs(env["crm.measure"].search([("drawn_on", "!=", False)]))
    return True


def _past(env, company, rng, partners, product, past):
    """Draw, let a known share of each arm come again, evaluate, and date it all back."""
    today = company._werthaltigkeit_today()
    start, end = (today - timedelta(days=days) for days in past["days"])
    customers = _absent(env, partners, start - timedelta(days=60), end)[: past["size"]]
    measure = _create(
        env,
        company,
        past,
        customers,
        date_start=start,
        date_end=end,
        control_share=past["control_share"],
        wanted_effect=past.get("wanted_effect", 0),
        **past["cost"],
    )
    _start(measure)
    rows = measure.participant_ids
    for arm, share in zip(("treated", "control"), past["came"], strict=True):
        arm_rows = rows.filtered(lambda row, arm=arm: row.arm == arm)
        came = rng.sample(arm_rows.partner_id.ids, round(share * len(arm_rows)))
        _orders(env, company, rng, env["res.partner"].browse(came), product, start, end)
    treated = rows.filtered(lambda row: row.arm == "treated")
    treated._internal().write({"treated_on": start + timedelta(days=1)})
    measure._count_reached()
    env["crm.touchpoint.engine"]._run_all()
    measure.action_evaluate()
    env.flush_all()
    for table, column, moment, key in (
        ("crm_measure", "drawn_on", start, "id"),
        ("crm_measure", "approved_on", start - timedelta(days=3), "id"),
        ("crm_measure_result", "date", end + timedelta(days=1), "measure_id"),
    ):
        env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE %s = %s",
                SQL.identifier(table),
                SQL.identifier(column),
                moment,
                SQL.identifier(key),
                measure.id,
            )
        )
    env.invalidate_all()


def _running(env, company, rng, partners):
    """A letter that goes out these days: some are reached, a few have called already."""
    today = company._werthaltigkeit_today()
    plan = {
        "name": "Brief: kostenloser Batterietest",
        "goal": "Wer den Test macht, kommt vor der nächsten Panne.",
        "instrument": "direct",
        "group": "Länger als ein Vierteljahr weg",
        "channel": "letter",
        "response": "Anruf mit der Nummer auf dem Brief",
    }
    customers = _absent(env, partners, today - timedelta(days=90), today)[:100]
    measure = _create(
        env, company, plan, customers, date_start=today - timedelta(days=9), date_end=today + timedelta(days=50),
        control_share=0.3, cost_fixed=60, cost_each=1.1, budget=200,
    )  # fmt: skip
    _start(measure)
    treated = measure.participant_ids.filtered(lambda row: row.arm == "treated")
    treated[:40]._internal().write({"treated_on": today - timedelta(days=6)})
    measure._count_reached()
    env["crm.measure.response"]._log(treated[3:30:5], "phone")


def _idea(env, company, partners):
    """An idea that asks for approval, with what could be found."""
    today = company._werthaltigkeit_today()
    plan = {
        "name": "Treuekarte: zehn Punkte geschenkt",
        "goal": "Wer schon Punkte hat, sammelt weiter.",
        "instrument": "loyalty",
        "group": "Karteninhaber",
        "channel": "letter",
        "response": "Karte vorzeigen",
    }
    measure = _create(
        env, company, plan, partners[20:140], date_start=today + timedelta(days=7), date_end=today + timedelta(days=66),
        control_share=0.5, wanted_effect=15, cost_planned=120,
    )  # fmt: skip
    measure.action_plan()


def _create(env, company, plan, customers, **vals):
    group = env["crm.customer.group"].create(
        {
            "name": plan["group"],
            "kind": "picked",
            "partner_ids": [(6, 0, customers.ids)],
            "company_id": company.id,
            "sequence": 30,
        }
    )
    return env["crm.measure"].create(
        {
            "name": plan["name"],
            "goal": plan["goal"],
            "instrument_id": env.ref(f"crm_kundenbindung.measure_instrument_{plan['instrument']}").id,
            "group_id": group.id,
            "company_id": company.id,
            "response": plan["response"],
            "channel_id": env.ref(f"crm_werthaltigkeit.touchpoint_channel_{plan['channel']}").id,
            "seed": SEED,
            **vals,
        }
    )


def _start(measure):
    measure.override_reason = "Probelauf" if measure.below_minimum else False
    measure.action_approve()
    measure.action_start()


def _absent(env, partners, start, end):
    """Customers who bought before, but not from start to end."""
    came = env["sale.order"].search(
        [("state", "=", "sale"), ("date_order", ">=", start), ("date_order", "<", end + timedelta(days=1))]
    )
    return partners - came.partner_id.commercial_partner_id


def _orders(env, company, rng, customers, product, start, end):
    """One order each between start and end, as people would have made it on that day."""
    moments = [
        datetime.combine(start + timedelta(days=rng.randrange((end - start).days)), time(8 + rng.randrange(8)))
        for _customer in customers
    ]
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "date_order": moment,
                "order_line": [
                    fields.Command.create({"product_id": product.id, "product_uom_qty": 1 + rng.randrange(3)})
                ],
            }
            for customer, moment in zip(customers, moments, strict=True)
        ]
    )
    orders.write({"state": "sale"})
    for order, moment in zip(orders, moments, strict=True):
        order.date_order = moment
    env.flush_all()
    for order, moment in zip(orders, moments, strict=True):
        for table, key in (("sale_order", "id"), ("sale_order_line", "order_id")):
            env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = %s WHERE %s = %s",
                    SQL.identifier(table),
                    moment,
                    SQL.identifier(key),
                    order.id,
                )
            )
    env.invalidate_all()
