"""The workshop's complaints and promises: two years of them, some solved late, a few open, one overdue."""

import random
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import SQL

SEED = 1911
COMPLAINTS = 62
PROMISES = 150
# cause, severity, remedy, cost of the remedy, what the customer said
STORIES = (
    ("work_again", "serious", "rework", (45, 160), "Bremse quietscht nach der Reparatur immer noch"),
    ("work_careless", "annoying", "rework", (30, 90), "Ölfleck auf dem Beifahrersitz"),
    ("work_damage", "critical", "rework", (120, 420), "Kratzer an der Felge nach dem Reifenwechsel"),
    ("time_late", "serious", "gift", (15, 30), "Wagen war zum zugesagten Termin nicht fertig"),
    ("time_waiting", "annoying", "apology", (0, 0), "Eine Stunde auf die Abholung gewartet"),
    ("price_offer", "serious", "reduction", (40, 120), "Rechnung höher als der Kostenvoranschlag"),
    ("price_invoice", "annoying", "reduction", (10, 60), "Position doppelt berechnet"),
    ("people_promise", "serious", "apology", (0, 0), "Zugesagter Rückruf kam nicht"),
    ("people_reach", "annoying", "apology", (0, 0), "Dreimal angerufen, niemand erreicht"),
    ("goods_defect", "serious", "replacement", (20, 75), "Wischer schmieren nach zwei Wochen"),
)
PROMISES_TEXTS = (
    ("call", "Rückruf mit dem Preis für den Auspuff"),
    ("call", "Rückruf, sobald der TÜV-Bericht da ist"),
    ("date", "Wagen bis Freitag fertig"),
    ("date", "Ersatzwagen steht am Morgen bereit"),
    ("offer", "Angebot für Winterreifen schicken"),
    ("offer", "Kostenvoranschlag für die Versicherung"),
    ("goodwill", "Beim nächsten Mal Ölwechsel zum alten Preis"),
)


def generate(env):
    """Create complaints and promises with their past; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
    company = env.company
    if env["crm.complaint"].search_count([("company_id", "=", company.id)], limit=1):
        return False
    env.ref("base.group_user").implied_ids |= env.ref("crm_kundenbindung.group_kundenbindung_service")
    rng = random.Random(SEED)
    orders = env["sale.order"].search(
        [
            ("company_id", "=", company.id),
            ("state", "=", "sale"),
            ("amount_untaxed", ">", 0),
            ("date_order", ">", fields.Datetime.now() - relativedelta(years=3)),
            ("date_order", "<", fields.Datetime.now() - timedelta(days=2)),
        ],
        order="date_order, id",
    )
    if len(orders) < 5:
        return False
    _complaints(env, rng, orders)
    _promises(env, rng, orders)
    env["crm.touchpoint.engine"]._run_all()
    env["crm.value.engine"]._rebuild(company)
    env["crm.trust.engine"]._compute(company)
    env["crm.complaint.effect.engine"]._compute(company)
    _month_ends(env, company)
    return True


def _complaints(env, rng, orders):
    """Complaints some days after an order; the latest are open, and one of them is overdue."""
    stages = {stage.name: stage for stage in env["crm.complaint.stage"].search([])}
    now = fields.Datetime.now()
    chosen = rng.sample(list(orders), min(COMPLAINTS, len(orders)))
    recent = list(orders[-6:])
    for order in chosen + recent:
        cause, severity, remedy, (low, high), text = rng.choice(STORIES)
        opened = min(order.date_order + timedelta(days=rng.randint(1, 9), hours=rng.randint(0, 5)), now)
        products = order.order_line.filtered(lambda line: line.price_subtotal > 0).product_id
        complaint = env["crm.complaint"].create(
            {
                "name": text,
                "partner_id": order.partner_id.id,
                "company_id": order.company_id.id,
                "order_id": order.id,
                "product_id": products[:1].id,
                "cause_id": env.ref(f"crm_kundenbindung.complaint_cause_{cause}").id,
                "severity_id": env.ref(f"crm_kundenbindung.complaint_severity_{severity}").id,
                "channel_id": env.ref(
                    f"crm_werthaltigkeit.touchpoint_channel_{rng.choice(('phone', 'counter', 'letter'))}"
                ).id,
                "user_id": order.user_id.id,
                "opened_on": opened,
            }
        )
        days = complaint.severity_id.days
        solved = opened + timedelta(days=max(0.3, rng.gauss(days * 0.8, days * 0.6)), hours=rng.randint(0, 8))
        if solved > now or order in recent:
            complaint.stage_id = stages[rng.choice(("New", "Being Examined", "Remedy Agreed"))]
            if order in recent[:2]:
                complaint.due_date = max(opened.date(), fields.Date.today() - timedelta(days=2))
            continue
        complaint.write(
            {
                "remedy_id": env.ref(f"crm_kundenbindung.complaint_remedy_{remedy}").id,
                "remedy_cost": rng.randint(low, high),
                "stage_id": stages["No Complaint" if rng.random() < 0.06 else "Solved"].id,
            }
        )
        complaint.closed_on = solved


def _promises(env, rng, orders):
    """Promises around orders: most kept, some broken, some still open, two of them overdue."""
    today = fields.Date.today()
    for number, order in enumerate(rng.sample(list(orders), min(PROMISES, len(orders))) + list(orders[-7:])):
        kind, text = rng.choice(PROMISES_TEXTS)
        latest = number >= min(PROMISES, len(orders))
        made = (
            fields.Datetime.now() - timedelta(days=1)
            if latest
            else order.date_order - timedelta(days=rng.randint(0, 3))
        )
        due = today + timedelta(days=rng.randint(-2, 6)) if latest else made.date() + timedelta(days=rng.randint(1, 5))
        promise = env["crm.promise"].create(
            {
                "name": text,
                "partner_id": order.partner_id.id,
                "company_id": order.company_id.id,
                "direction": "by" if rng.random() < 0.1 else "to",
                "kind_id": env.ref(f"crm_kundenbindung.promise_kind_{kind}").id,
                "user_id": order.user_id.id or env.uid,
                "team_id": order.team_id.id,
                "res_model": order._name,
                "res_id": order.id,
                "promised_on": made,
                "due_date": due,
            }
        )
        if not latest and due < today:
            state = rng.choices(("kept", "broken", "withdrawn"), weights=(82, 14, 4))[0]
            closed = datetime.combine(due + timedelta(days=0 if state == "kept" else 2), time(10))
            promise.write({"state": state, "closed_on": min(closed, fields.Datetime.now())})


def _month_ends(env, company):
    """Month ends of the past year, as if the index had been computed then: towards today's, with ups and downs."""
    rng = random.Random(SEED)
    env.flush_all()
    last = fields.Date.today().replace(day=1)
    for part in ("credibility", "advantage", "reliability"):
        [(score,)] = env.execute_query(
            SQL("SELECT %s FROM crm_trust WHERE company_id = %s AND whole", SQL.identifier(part), company.id)
        )
        for back in range(1, 12):
            env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_trust_history (company_id, month_end, part, score) VALUES (%s, %s, %s, %s)
                    ON CONFLICT (company_id, month_end, part) DO NOTHING
                    """,
                    company.id,
                    last - relativedelta(months=back) - timedelta(days=1),
                    part,
                    round(max(0, min(100, score - 0.9 * back + rng.gauss(0, 1.5))), 2),
                )
            )
