from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

PAST = 36  # months that a new goal looks back
RECENT = 3  # months that are measured anew each night: what is entered late still counts
GRACE = 7  # days that the first month of data may lack at its beginning
TABLES = (
    SQL("DROP TABLE IF EXISTS crm_goal_want, crm_goal_found"),
    SQL(
        "CREATE TEMP TABLE crm_goal_want (goal_id int4, kpi_id int4, group_id int4, team_id int4, date_start date, date_end date,"
        " running bool, partial bool, plan float8) ON COMMIT DROP"
    ),
    SQL(
        "CREATE TEMP TABLE crm_goal_found (goal_id int4, date_start date, date_end date, above float8, below float8,"
        " customers int8) ON COMMIT DROP"
    ),
)


class CrmGoalEngine(models.AbstractModel):
    """Measures goals: all of a company at once, with one or two statements per period.

    What the indicators of customer groups hold already, of this very night, is taken from there. The order lines are
    read once for all the rest, and the customers of a period once for all its indicators.
    """

    _name = "crm.goal.engine"
    _description = "Measuring of Goals"

    @api.model
    def _cron_measure(self):
        """Each night: all open goals; one company that fails holds up no other."""
        goals = self.env["crm.goal"].search([("state", "in", ("setting", "control", "steering"))])
        for own in goals.grouped("company_id").values():
            self._measure(own)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _cron_due(self):
        """Every few minutes: goals that somebody waits for."""
        due = self.env["crm.goal"].search([("measure_due", "=", True)])
        for own in due.grouped("company_id").values():
            self._measure(own)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _measure(self, goals, full=False):
        """Measure goals of one or more companies and judge where they stand.

        :param full: all periods of the past three years anew; otherwise new goals alone look back so far
        """
        goals = goals.sudo().filtered(lambda goal: self.env["crm.kpi.engine"]._has(goal.kpi_id))
        self.env.flush_all()
        for company, own in goals.grouped("company_id").items():
            self._want(company, own, full)
            self._take_figures(company)
            self._read(company, own)
            self._append(company)
            self.env["crm.goal.measurement"].invalidate_model(flush=False)
            self._judge(own)

    # -- which periods ----------------------------------------------------------------------------

    def _want(self, company, goals, full):
        """Leave in a temporary table which periods of which goals are measured, end exclusive."""
        today = company._werthaltigkeit_today()
        rows = []
        for goal in goals:
            months = PAST if full or goal.measure_due else RECENT
            for day, running in self._days(goal, today, months):
                start, end = goal._period(day)
                partial = False
                if running and goal.window == "1":
                    start, partial = today.replace(day=1), True
                plan = goal._plan_on(day) if goal._is_on_the_way(day) else None
                scope = (goal.id, goal.kpi_id.id, goal.group_id.id or 0, goal.team_id.id or 0)
                rows.append((*scope, start, end, running, partial, plan))
        for statement in TABLES:
            self.env.cr.execute(statement)
        if rows:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO crm_goal_want SELECT * FROM unnest(%s::int4[], %s::int4[], %s::int4[], %s::int4[], %s::date[], %s::date[], %s::bool[], %s::bool[], %s::float8[])",
                    *(list(column) for column in zip(*rows, strict=True)),
                )
            )

    def _days(self, goal, today, months):
        """Return [(last day, not a month's end)] of what is measured: month ends, today, start and end of the goal."""
        first = today.replace(day=1)
        ends = {first - relativedelta(months=n) - timedelta(days=1) for n in range(months)}
        eve = goal.start_date - timedelta(days=1)
        extra = {day for day in (eve, goal.end_date) if day < today and (goal.measure_due or day >= min(ends))} | {
            today
        }
        return sorted((day, day not in ends) for day in ends | extra)

    # -- what is known already --------------------------------------------------------------------

    def _take_figures(self, company):
        """Take what the indicators of groups hold of these very days, if they were computed since midnight."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_goal_found
                SELECT DISTINCT ON (w.goal_id, w.date_end, w.date_start) w.goal_id, w.date_start, w.date_end,
                       f.numerator, CASE WHEN f.is_ratio THEN f.denominator END, f.customers
                  FROM crm_goal_want w
                  JOIN crm_customer_group_figure f ON f.kpi_id = w.kpi_id AND COALESCE(f.group_id, 0) = w.group_id
                       AND f.date_start = w.date_start AND f.date_end = w.date_end - 1
                 WHERE f.company_id = %s AND w.team_id = 0 AND f.computed_on >= %s
                 ORDER BY w.goal_id, w.date_end, w.date_start, f.computed_on DESC
                """,
                company.id,
                self._midnight(company),
            )
        )

    def _midnight(self, company):
        """When the day of a company began, in UTC; a group's members may have changed since an older figure."""
        zone, today = company._werthaltigkeit_tz(), company._werthaltigkeit_today()
        return SQL("(%s::timestamp AT TIME ZONE %s AT TIME ZONE 'UTC')", today, zone)

    # -- the rest ---------------------------------------------------------------------------------

    def _read(self, company, goals):
        """Measure all that is not known, with one reading of the order lines."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT w.date_start, w.date_end, array_agg(DISTINCT w.kpi_id)
                  FROM crm_goal_want w
                 WHERE NOT EXISTS (SELECT FROM crm_goal_found f WHERE f.goal_id = w.goal_id
                                      AND f.date_start = w.date_start AND f.date_end = w.date_end)
                 GROUP BY w.date_start, w.date_end ORDER BY w.date_end, w.date_start
                """
            )
        )
        if not rows:
            return
        engine = self.env["crm.kpi.engine"].sudo()
        wanted = goals.kpi_id.browse({kpi for *_period, kpis in rows for kpi in kpis})
        engine = engine.with_context(kpi_codes=tuple(wanted.mapped("code")), kpi_sets=True)
        engine._make_sets(self._members(engine, company))
        engine._prepare(company, min(row[0] for row in rows), max(row[1] for row in rows))
        rows = self._without_beginnings(rows)
        for start, end, kpi_ids in rows:
            engine._sum_up(goals.kpi_id.browse(kpi_ids), company, start, end)
        self._add_sums()

    def _without_beginnings(self, rows):
        """Leave out periods that begin before there were data: a year with five months of data shows a rise that is none."""
        [[first]] = self.env.execute_query(SQL("SELECT min(day) FROM crm_kpi_day"))
        return [row for row in rows if first and row[0] >= first - timedelta(days=GRACE)]

    def _members(self, engine, company):
        """Select who belongs to which scope: what goals are about, a group, a team, or both."""
        engine._temporary(
            "crm_goal_scope",
            SQL(
                """
                SELECT group_id, team_id, row_number() OVER ()::int4 AS scope_id
                  FROM (SELECT DISTINCT group_id, team_id FROM crm_goal_want) s
                """
            ),
        )
        return SQL(
            """
            SELECT m.partner_id, s.scope_id
              FROM crm_goal_scope s JOIN crm_customer_group_member m ON m.group_id = s.group_id AND m.company_id = %(company)s
             WHERE s.team_id = 0 AND m.partner_id IS NOT NULL
             UNION ALL
            SELECT v.partner_id, s.scope_id
              FROM crm_goal_scope s JOIN crm_customer_value v ON v.team_id = s.team_id AND v.company_id = %(company)s
             WHERE s.team_id <> 0 AND (s.group_id = 0 OR EXISTS (
                   SELECT FROM crm_customer_group_member m WHERE m.group_id = s.group_id AND m.partner_id = v.partner_id))
            """,
            company=company.id,
        )

    def _add_sums(self):
        """Put the sums of sets together for each goal; without group and team all customers count."""
        self.env.cr.execute(
            SQL(
                """
                WITH scopes AS (
                    SELECT c.group_id, c.team_id, s.*
                      FROM crm_kpi_sum s JOIN crm_kpi_set t ON t.set_id = s.set_id JOIN crm_goal_scope c ON c.scope_id = t.scope_id
                     UNION ALL
                    SELECT 0, 0, s.* FROM crm_kpi_sum s),
                sums AS (
                    SELECT group_id, team_id, kpi_id, date_start, date_end, sum(numerator) AS above, sum(denominator) AS below,
                           sum(customers) AS customers
                      FROM scopes GROUP BY group_id, team_id, kpi_id, date_start, date_end)
                INSERT INTO crm_goal_found
                SELECT w.goal_id, w.date_start, w.date_end, s.above, s.below, s.customers
                  FROM crm_goal_want w
                  JOIN sums s USING (group_id, team_id, kpi_id, date_start, date_end)
                 WHERE NOT EXISTS (SELECT FROM crm_goal_found f WHERE f.goal_id = w.goal_id
                                      AND f.date_start = w.date_start AND f.date_end = w.date_end)
                """
            )
        )

    # -- writing ----------------------------------------------------------------------------------

    def _append(self, company):
        """Add what is new or differs from what was known of a period; the running period only if it changed."""
        self.env.cr.execute(
            SQL(
                """
                WITH found AS (
                    SELECT w.*, f.above, f.below, f.customers,
                           round((CASE WHEN f.below IS NULL THEN f.above ELSE f.above / NULLIF(f.below, 0) END)::numeric, 10) AS value
                      FROM crm_goal_want w
                 LEFT JOIN crm_goal_found f ON f.goal_id = w.goal_id AND f.date_start = w.date_start AND f.date_end = w.date_end),
                known AS (
                    SELECT DISTINCT ON (m.goal_id, m.date_start, m.date_end) m.goal_id, m.date_start, m.date_end,
                           m.numerator, m.denominator, m.has_data
                      FROM crm_goal_measurement m JOIN crm_goal g ON g.id = m.goal_id
                     WHERE m.goal_id IN (SELECT goal_id FROM crm_goal_want) AND m.kpi_id = g.kpi_id
                       AND m.group_id IS NOT DISTINCT FROM g.group_id AND m.team_id IS NOT DISTINCT FROM g.team_id
                     ORDER BY m.goal_id, m.date_start, m.date_end, m.id DESC)
                INSERT INTO crm_goal_measurement
                       (goal_id, company_id, kpi_id, group_id, team_id, date_start, date_end, running, partial, numerator,
                        denominator, is_ratio, value, has_data, customers, correction, plan, has_plan, measured_on)
                SELECT n.goal_id, %s, n.kpi_id, NULLIF(n.group_id, 0), NULLIF(n.team_id, 0), n.date_start, n.date_end - 1, n.running,
                       n.partial, n.above, n.below, n.below IS NOT NULL, n.value, n.value IS NOT NULL, COALESCE(n.customers, 0),
                       k.goal_id IS NOT NULL, n.plan, n.plan IS NOT NULL, now() AT TIME ZONE 'UTC'
                  FROM found n
             LEFT JOIN known k ON k.goal_id = n.goal_id AND k.date_start = n.date_start AND k.date_end = n.date_end - 1
                 WHERE CASE WHEN k.goal_id IS NULL THEN n.value IS NOT NULL
                            ELSE abs(COALESCE(n.above, 0) - COALESCE(k.numerator, 0)) > 0.005
                                 OR abs(COALESCE(n.below, 0) - COALESCE(k.denominator, 0)) > 0.005
                                 OR k.has_data <> (n.value IS NOT NULL) END
                 ORDER BY n.goal_id, n.date_end
                """,
                company.id,
            )
        )
