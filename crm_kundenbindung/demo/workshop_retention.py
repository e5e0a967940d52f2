"""The workshop's life cycle: who slipped, who lapsed, who came back, and what the salesperson made of the proposals."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

SALESPERSON = "verkauf"


def generate(env):
    """Compute the life cycle with the changes of the last months, decide on some proposals; return whether anything was done."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, lang="en_US"))
    company = env.company.root_id
    history = env["crm.retention.history"]
    if history.search_count([("company_id", "=", company.id), ("from_stage_id", "!=", False)], limit=1):
        return False
    engine = env["crm.retention.engine"]
    engine._run(company)
    _step_back(env, company)
    engine._run(company)
    changed = _date_changes(env, company)
    _decide(env, company)
    return changed


def _rows(env, company, code):
    return env["crm.retention"].search([("company_id", "=", company.id), ("stage_id.code", "=", code)], order="id")


def _step_back(env, company):
    """Put some customers where they stood before, so that the next run lets them change."""
    stage = lambda code: env.ref(f"crm_kundenbindung.retention_stage_{code}").id  # noqa: E731
    for row in _rows(env, company, "at_risk"):
        row.stage_id = stage("loyal" if row.purchase_days > 4 else "growing" if row.purchase_days > 1 else "new")
    for row in _rows(env, company, "lapsed").filtered(lambda row: row.days_since_order < 600):
        row.stage_id = stage("at_risk")
    _rows(env, company, "new").filtered(lambda row: row.days_since_order < 60).stage_id = stage("prospect")
    loyal = _rows(env, company, "loyal")
    loyal.filtered(lambda row: row.purchase_days in (4, 5)).stage_id = stage("growing")
    for row in loyal.filtered(lambda row: row.purchase_days > 5 and row.days_since_order < 60)[:5]:
        row.write({"stage_id": stage("lapsed"), "last_order_date": row.last_order_date - timedelta(days=300)})


def _date_changes(env, company):
    """Date each change on the day it happened, that of a purchase or when the rhythm was broken for too long; return whether there are any."""
    env.flush_all()
    away = {row.code: (row.intervals, row.months) for row in env["crm.retention.stage"].search([])}
    today = company._werthaltigkeit_today()
    changes = env["crm.retention.history"].search([("company_id", "=", company.id), ("from_stage_id", "!=", False)])
    rows = env["crm.retention"].search([("company_id", "=", company.id), ("partner_id", "in", changes.partner_id.ids)])
    by_partner = {row.partner_id: row for row in rows}
    for change in changes:
        row, code = by_partner[change.partner_id], change.to_stage_id.code
        intervals, months = away[code]
        wait = intervals * row.mean_interval if row.purchase_days > 2 else months * 30
        day = min(row.last_order_date + timedelta(days=round(wait)), today - timedelta(days=1))
        env.cr.execute(
            SQL(
                "UPDATE crm_retention_history SET date = %s, days = %s WHERE id = %s",
                day,
                60 + 7 * (change.id % 40),
                change.id,
            )
        )
        env.cr.execute(SQL("UPDATE crm_retention SET stage_since = %s WHERE id = %s", day, row.id))
    env.cr.execute(
        SQL(
            "UPDATE crm_retention_history SET date = %s WHERE company_id = %s AND from_stage_id IS NULL",
            today - timedelta(days=700),
            company.id,
        )
    )
    env.invalidate_all()
    return bool(changes)


def _decide(env, company):
    """The salesperson did two things, put two off and refused two."""
    user = env["res.users"].search([("login", "=", SALESPERSON)], limit=1)
    if not user:
        return
    actions = (
        env["crm.next.action"]
        .with_user(user)
        .search([("company_id", "=", company.id), ("user_id", "=", user.id), ("state", "=", "open")])
    )
    actions[3:5].action_do()
    actions[6:8]._postpone(fields.Date.today() + timedelta(days=9))
    reasons = env["crm.next.action.refusal"].search([], limit=2)
    for action, reason, note in zip(
        actions[9:11],
        reasons,
        ("Termin ist schon vereinbart", "Fahrzeug ist verkauft, neues kommt im Frühjahr"),
        strict=False,
    ):
        action._refuse(reason, note)
