"""A standing rule of the workshop: who becomes at risk is called, a few never are, and the last half-year is compared."""

from datetime import datetime, time, timedelta
from random import Random

from odoo.tools import SQL

from ..models.crm_measure_terms import TOKEN

SEED = 1907
DAYS = 60  # over which each customer is compared
SIZE = 160


def generate(env):
    """Generate the rule once; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
    company = env.company.root_id
    origin = env["crm.measure"].search(
        [("company_id", "=", company.id), ("state", "=", "evaluated"), ("control_share", ">", 0)],
        order="date_start",
        limit=1,
    )
    stage = env["crm.retention.stage"].search([("code", "=", "at_risk")], limit=1)
    values = env["crm.customer.value"].search(
        [("company_id", "=", company.id), ("partner_id", "!=", False)], order="id"
    )
    if (
        not origin
        or not stage
        or len(values) < SIZE
        or env["crm.measure"].search_count([("standing", "=", True)], limit=1)
    ):
        return False
    rng = Random(SEED)
    since, until = _half_year(company._werthaltigkeit_today())
    standing = _rule(env, origin, stage, since)
    partners = env["res.partner"].browse(sorted(rng.sample(sorted(values.partner_id.ids), SIZE)))
    _entered(env, rng, standing, partners, since, until)
    origin._internal().write({"state": "adopted"})
    env["crm.measure.engine"]._evaluate(standing)
    return True


def _half_year(today):
    """The last half-year whose customers have all been watched."""
    last = today - timedelta(days=DAYS + 1)
    until = last.replace(month=6, day=30) if last.month >= 7 else last.replace(year=last.year - 1, month=12, day=31)
    return until.replace(month=until.month - 5, day=1), until


def _rule(env, origin, stage, since):
    standing = origin._internal().create(
        {
            **origin._prepare_standing_vals(),
            "name": "Dauerregel: Anruf, wenn ein Kunde wegzubleiben droht",
            "goal": "Wer länger nicht da war, wird angerufen, bevor er abwandert.",
            "treatment": "activity",
            "task_type_id": env.ref("mail.mail_activity_data_call").id,
            "task_summary": "Anrufen: Inspektion anbieten",
            "standing_stage_id": stage.id,
            "standing_share": 0.2,
            "control_share": 0.2,
            "standing_days": DAYS,
            "date_start": since,
            "cost_each": 3.5,
            "seed": SEED,
        }
    )
    standing._internal().automation_id = env["base.automation"].create(standing._prepare_automation_vals())
    return standing


def _entered(env, rng, standing, partners, since, until):
    """Customers who entered in the half-year; of those called, most bought in the weeks after."""
    orders = env["sale.order"].search(
        [
            ("state", "=", "sale"),
            ("date_order", ">=", since),
            ("date_order", "<", until),
            ("partner_id", "child_of", partners.ids),
        ]
    )
    bought = {}
    for order in orders:
        bought.setdefault(order.partner_id.commercial_partner_id, []).append(order.date_order.date())
    vals_list, days = [], []
    for partner in partners:
        held_back = standing._held_back(partner)
        day = since + timedelta(days=rng.randrange((until - since).days))
        if not held_back and partner in bought and rng.random() < 0.8:
            day = max(since, rng.choice(sorted(bought[partner])) - timedelta(days=rng.randrange(4, 40)))
        days.append(day)
        vals_list.append(
            {
                "measure_id": standing.id,
                "company_id": standing.company_id.id,
                "partner_id": partner.id,
                "arm": "control" if held_back else "treated",
                "stage_id": standing.standing_stage_id.id,
                "treated_on": False if held_back else day + timedelta(days=2),
                "checked": True,
            }
        )
    rows = env["crm.measure.participant"].with_context(measure_token=TOKEN).create(vals_list)
    env.flush_all()
    for row, day in zip(rows, days, strict=True):
        moment = datetime.combine(day, time(4))
        env.cr.execute(SQL("UPDATE crm_measure_participant SET create_date = %s WHERE id = %s", moment, row.id))
    env.invalidate_all()
    arms = rows.grouped("arm")
    standing._internal().write(
        {
            "treated_count": len(arms["treated"]),
            "control_count": len(arms["control"]),
            "drawn_on": datetime.combine(since, time(4)),
        }
    )
    standing._count_reached()
