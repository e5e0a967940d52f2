"""The workshop's goals: one not started yet, one on plan, one slightly off, one off plan that waits for a decision, one reached."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

TOP = "Kunden binden statt suchen"
# name, kind, indicator, months measured over, started so many months ago, part behind the plan (None: not started), why
GOALS = (
    (TOP, "retention", "retention_rate", "12", 5, -0.03, "Ein gehaltener Kunde kostet weniger als ein neuer."),
    ("Mehr Erstkunden kommen wieder", "retention", "second_purchase", "12", 6, 0.2, "Der zweite Besuch entscheidet, ob jemand Stammkunde wird."),
    ("Weniger Kunden bleiben weg", "retention", "churn", "12", 5, 0.05, "Wer lange nicht da war, kommt selten von allein zurück."),
    ("Umsatz halten, auch im Sommer", "value", "revenue", "1", 7, -0.1, "Die Werkstatt trägt sich, wenn auch die ruhigen Monate stimmen."),
    ("Mehr neue Kunden", "acquisition", "new_customers", "12", 0, None, "Einige ziehen immer weg: Ohne neue Kunden schrumpft der Stamm."),
    ("Zusagen einhalten", "service", "promises_kept", "12", 12, -0.02, "Worauf man sich verlassen kann, das empfiehlt man weiter."),
)  # fmt: skip
LESSON = "Seit jede Zusage beim Anruf erfasst wird, fällt keine mehr unter den Tisch. Der Freitagsblick auf die Liste genügt."


def generate(env):
    """Set the workshop's goals once; return whether anything was done."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, lang="en_US"))
    company, goals = env.company.root_id, env["crm.goal"]
    if goals.search_count([("company_id", "=", company.id)], limit=1):
        return False
    user = env["res.users"].search([("login", "=", "leitung")], limit=1) or env.user
    kpis = {kpi.code: kpi for kpi in env["crm.kpi"]._computable()}
    month = company._werthaltigkeit_today().replace(day=1)
    made = goals.create([_vals(row, company, user, kpis[row[2]], month) for row in GOALS if row[2] in kpis])
    by_name = {goal.name: goal for goal in made}
    for name, *_what, behind, _why in GOALS:
        goal = by_name.get(name)
        if goal and goal.actual_known:
            _aim(goal, behind)
    for name in (GOALS[1][0], GOALS[2][0]):
        if name in by_name:
            by_name[name].parent_id = by_name.get(TOP)
    made.filtered(lambda goal: goal.state == "reached").write({"lessons": LESSON})
    return True


def _vals(row, company, user, kpi, month):
    name, kind, _code, window, ago, _behind, why = row
    start = month - relativedelta(months=ago)
    return {
        "name": name,
        "description": why,
        "kind": kind,
        "kpi_id": kpi.id,
        "window": window,
        "path": "seasonal" if window == "1" else "linear",
        "company_id": company.id,
        "user_id": user.id,
        "start_date": start,
        "end_date": start + relativedelta(months=12, days=-1),
    }


def _aim(goal, behind):
    """Set the target so that the goal is where its story wants it, and start it."""
    upwards = goal.direction == "higher"
    if behind is None:
        goal.target = _round(goal, goal.baseline * 1.15)
        return
    inside = goal.measurement_ids.filtered(
        lambda row: row.has_data and not row.partial and goal.start_date <= row.date_end <= goal.end_date
    ).sorted(lambda row: (row.date_end, row.id))
    if not inside:
        return
    last = inside[-1]
    eve = goal.start_date - timedelta(days=1)
    part = (last.date_end - eve).days / (goal.end_date - eve).days
    planned = last.value / (1 - behind) if upwards else last.value / (1 + behind)
    planned += goal._season_of(eve) - goal._season_of(last.date_end)
    if not goal.baseline_on or (planned > goal.baseline) != upwards:
        goal.write({"baseline_entered": True, "baseline": _round(goal, planned * (0.9 if upwards else 1.1))})
    target = goal.baseline + (planned - goal.baseline) / part + goal._season_of(goal.end_date) - goal._season_of(eve)
    if goal.unit == "rate":
        target = min(max(target, 0.0), 1.0)
    goal.target = _round(goal, target)
    if (goal.target > goal.baseline) == upwards and goal.target != goal.baseline:
        goal.action_start()


def _round(goal, value):
    """A number somebody would set."""
    if goal.unit == "rate":
        return round(value, 3)
    return round(value, -2 if abs(value) >= 10000 else -1 if abs(value) >= 1000 else 0 if abs(value) >= 20 else 1)
