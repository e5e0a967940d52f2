"""What the workshop's board shows: goals from what the indicators say today, and who gets it by mail each month."""

from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from ..models.crm_goal import TOKEN

MANAGER = "leitung"
# indicator, name, kind, target as a part of today's value, light, probability of reaching it
GOALS = (
    ("crm_kundenbindung.kpi_repurchase_rate", "Mehr Kunden kommen wieder", "retention", 1.08, "red", 0.22),
    ("crm_kundenbindung.kpi_churn", "Weniger Kunden wandern ab", "retention", 0.80, "yellow", 0.48),
    ("crm_kundenbindung.kpi_referral_rate", "Mehr Kunden empfehlen uns weiter", "acquisition", 1.10, "green", 0.83),
    ("crm_werthaltigkeit.kpi_orders_per_customer", "Jeder Kunde kommt öfter", "value", 1.05, "green", 0.71),
)


def generate(env):
    """Choose who gets the monthly report, set goals where there are none; return whether anything was done."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, lang="en_US"))
    company = env.company.root_id
    if company.controlling_report_user_ids:
        return False
    manager = env["res.users"].search([("login", "=", MANAGER)], limit=1) or env.ref("base.user_admin")
    company.controlling_report_user_ids = [Command.link(manager.id)]
    env.ref("base.group_user").implied_ids |= env.ref("crm_kundenbindung.group_kundenbindung_measure")
    env["crm.board.engine"]._refresh(company)
    if not env["crm.goal"].search_count([("company_id", "=", company.id)], limit=1):
        _set_goals(env, company, manager)
    return True


def _set_goals(env, company, manager):
    """Goals half way to their end, as measuring would leave them."""
    start = company._werthaltigkeit_today().replace(day=1) - relativedelta(months=6)
    for xml_id, name, kind, part, light, probability in GOALS:
        kpi = env.ref(xml_id)
        figure = env["crm.customer.group.figure"].search(
            [("company_id", "=", company.id), ("group_id", "=", False), ("kpi_id", "=", kpi.id), ("span", "=", "year")],
            limit=1,
        )
        if not figure.has_data:
            continue
        env["crm.goal"].with_context(goal_token=TOKEN).create(
            {
                "name": name,
                "kind": kind,
                "kpi_id": kpi.id,
                "company_id": company.id,
                "user_id": manager.id,
                "stage_id": env["crm.goal"]._stage("steering" if light == "red" else "control").id,
                "start_date": start,
                "end_date": start + relativedelta(months=12, days=-1),
                "baseline": figure.previous_value,
                "target": round(figure.value * part, 3),
                "light": light,
                "actual": figure.value,
                "actual_known": True,
                "actual_on": figure.date_end,
                "forecast_known": True,
                "probability": probability,
            }
        )
