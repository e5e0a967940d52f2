"""What the workshop's board shows: goals from what the indicators say today, and who gets it by mail each month."""

from dateutil.relativedelta import relativedelta

from odoo.fields import Command

MANAGER = "leitung"
# indicator, name, kind, target as a part of the value a year ago
GOALS = (
    ("crm_kundenbindung.kpi_repurchase_rate", "Mehr Kunden kommen wieder", "retention", 1.03),
    ("crm_kundenbindung.kpi_churn", "Weniger Kunden wandern ab", "retention", 0.80),
    ("crm_kundenbindung.kpi_referral_rate", "Mehr Kunden empfehlen uns weiter", "acquisition", 1.05),
    ("crm_werthaltigkeit.kpi_orders_per_customer", "Jeder Kunde kommt öfter", "value", 1.01),
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
    """Goals half way to their end; what they show is measured."""
    start = company._werthaltigkeit_today().replace(day=1) - relativedelta(months=6)
    goals = env["crm.goal"]
    for xml_id, name, kind, part in GOALS:
        kpi = env.ref(xml_id)
        figure = env["crm.customer.group.figure"].search(
            [("company_id", "=", company.id), ("group_id", "=", False), ("kpi_id", "=", kpi.id), ("span", "=", "year")],
            limit=1,
        )
        if figure.has_previous:
            goals += goals.create(
                {
                    "name": name,
                    "kind": kind,
                    "kpi_id": kpi.id,
                    "company_id": company.id,
                    "user_id": manager.id,
                    "stage_id": goals._stage("control").id,
                    "start_date": start,
                    "end_date": start + relativedelta(months=12, days=-1),
                    "baseline": figure.previous_value,
                    "target": round(figure.previous_value * part, 3),
                }
            )
    goals._measure(full=True)
