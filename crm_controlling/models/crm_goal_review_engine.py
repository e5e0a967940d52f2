from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

CUSTOMERS = 10  # customers named, those who contributed most to the better or the worse
GROUPS = 10
COLUMNS = SQL("sum(n0)::float8 AS n0, sum(d0)::float8 AS d0, sum(n1)::float8 AS n1, sum(d1)::float8 AS d1")


class CrmGoalReviewEngine(models.AbstractModel):
    """Finds who contributed to the change of an indicator between the time before a goal's start and now."""

    _name = "crm.goal.review.engine"
    _description = "Analysis of Deviations"

    @api.model
    def _cron_analyse(self):
        """What was opened in big companies."""
        for review in self.env["crm.goal.review"].search([("analysed", "=", False), ("state", "=", "open")]):
            if not review.base_end:
                self._analyse(review)
            self.env["ir.cron"]._commit_progress(1)

    def _analyse(self, review):
        """Write the contributions of customers, groups, classes and stages; those found before are replaced."""
        goal, company = review.goal_id, review.company_id
        before = goal._period(goal.start_date - timedelta(days=1))
        now = goal._period(goal.actual_on) if goal.actual_known else before
        self._collect(goal, company, before, now)
        [(n0, d0, n1, d1)] = self.env.execute_query(SQL("SELECT %s FROM crm_goal_part", COLUMNS))
        values = [None if n is None else n if d is None else n / d if d else None for n, d in ((n0, d0), (n1, d1))]
        vals = {"base_start": before[0], "base_end": before[1] - timedelta(days=1), "now_start": now[0], "now_end": now[1] - timedelta(days=1)}  # fmt: skip
        review.line_ids.unlink()
        if None in values or before == now:
            review._internal().write(dict(vals, analysed=False))
            return
        review._internal().write(dict(vals, analysed=True, base_value=values[0], now_value=values[1]))
        self._write_lines(review, n0, d0, n1, d1, *values)

    def _collect(self, goal, company, before, now):
        """Leave what each customer adds to the indicator in both periods."""
        engine = self.env["crm.kpi.engine"].sudo().with_context(kpi_codes=(goal.kpi_id.code,))
        customers = self._customers(goal)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_goal_part_raw, crm_goal_part"))
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE crm_goal_part_raw (partner_id int4, n0 float8, d0 float8, n1 float8, d1 float8) ON COMMIT DROP"
            )
        )
        engine._prepare(company, min(before[0], now[0]), max(before[1], now[1]), customers)
        for (start, end), columns in ((before, SQL("n0, d0")), (now, SQL("n1, d1"))):
            engine._prepare_period(company, start, end)
            self.env.cr.execute(
                SQL(
                    "INSERT INTO crm_goal_part_raw (partner_id, %s) SELECT k.partner_id, k.numerator, k.denominator FROM (%s) k WHERE %s",
                    columns,
                    engine._statement(goal.kpi_id, company, start, end),
                    customers(SQL("k.partner_id")) if customers else SQL("TRUE"),
                )
            )
        engine._temporary(
            "crm_goal_part",
            SQL("SELECT partner_id, %s FROM crm_goal_part_raw GROUP BY partner_id", COLUMNS),
        )

    def _customers(self, goal):
        """Condition which customers the goal is about; None: all."""
        if not goal.group_id and not goal.team_id:
            return None
        team = SQL("SELECT partner_id FROM crm_customer_value WHERE company_id = %s AND team_id = %s", goal.company_id.id, goal.team_id.id)  # fmt: skip
        group = SQL("SELECT partner_id FROM crm_customer_group_member WHERE group_id = %s", goal.group_id.id)
        return lambda column: SQL(
            "(%s AND %s)",
            SQL("%s IN (%s)", column, group) if goal.group_id else SQL("TRUE"),
            SQL("%s IN (%s)", column, team) if goal.team_id else SQL("TRUE"),
        )

    # -- lines ------------------------------------------------------------------------------------

    def _write_lines(self, review, n0, d0, n1, d1, v0, v1):
        """One statement a dimension: what each of its parts contributes, the most first, the others together."""
        mean = (v0 + v1) / 2
        if d1 is None:
            contribution = SQL("COALESCE(n1, 0) - COALESCE(n0, 0)")
        else:
            contribution = SQL(
                "(COALESCE(n1, 0) - %(mean)s * COALESCE(d1, 0)) / %(d1)s - (COALESCE(n0, 0) - %(mean)s * COALESCE(d0, 0)) / %(d0)s",
                mean=mean,
                d0=d0,
                d1=d1,
            )
        no_name = SQL("NULL::int4")
        objectors = SQL("SELECT partner_id FROM (%s) o (partner_id)", self.env["crm.value.query"]._objectors())
        dimensions = {
            "customer": (SQL("CASE WHEN p.partner_id NOT IN (%s) THEN p.partner_id END", objectors), no_name, SQL("NULL::text"), no_name, SQL(), CUSTOMERS),
            "group": (
                no_name, SQL("m.group_id"), SQL("NULL::text"), no_name,
                SQL("JOIN crm_customer_group_member m ON m.partner_id = p.partner_id AND m.company_id = %s", review.company_id.id), GROUPS,
            ),
            "value_class": (
                no_name, no_name, SQL("v.value_class"), no_name,
                SQL("LEFT JOIN crm_customer_value v ON v.partner_id = p.partner_id AND v.company_id = %s", review.company_id.id), GROUPS,
            ),
            "stage": (
                no_name, no_name, SQL("NULL::text"), SQL("r.stage_id"),
                SQL("LEFT JOIN crm_retention r ON r.partner_id = p.partner_id AND r.company_id = %s", review.company_id.id), GROUPS,
            ),
        }  # fmt: skip
        for dimension, (partner, group, value_class, stage, join, most) in dimensions.items():
            self.env.cr.execute(
                SQL(
                    """
                    WITH parts AS (
                        SELECT %(partner)s AS partner_id, %(group)s AS group_id, %(value_class)s AS value_class, %(stage)s AS stage_id,
                               %(columns)s
                          FROM crm_goal_part p %(join)s GROUP BY 1, 2, 3, 4),
                    ranked AS (
                        SELECT *, %(contribution)s AS contribution,
                               row_number() OVER (ORDER BY %(named)s DESC, abs(%(contribution)s) DESC, partner_id, group_id) > %(most)s
                                   OR NOT %(named)s AS rest
                          FROM parts),
                    told AS (
                        SELECT CASE WHEN NOT rest THEN partner_id END AS partner_id, CASE WHEN NOT rest THEN group_id END AS group_id,
                               CASE WHEN NOT rest THEN value_class END AS value_class, CASE WHEN NOT rest THEN stage_id END AS stage_id,
                               rest, %(columns)s, sum(contribution) AS contribution
                          FROM ranked WHERE %(keep)s GROUP BY 1, 2, 3, 4, 5)
                    INSERT INTO crm_goal_review_line
                           (review_id, company_id, dimension, sequence, partner_id, group_id, value_class, stage_id, rest, base_numerator,
                            base_denominator, now_numerator, now_denominator, is_ratio, contribution, share, worse)
                    SELECT %(review)s, %(company)s, %(dimension)s, row_number() OVER (ORDER BY rest, contribution * %(sign)s), partner_id,
                           group_id, value_class, stage_id, rest, COALESCE(n0, 0), COALESCE(d0, 0), COALESCE(n1, 0), COALESCE(d1, 0),
                           %(ratio)s, contribution, COALESCE(contribution / NULLIF(%(change)s::float8, 0), 0), contribution * %(sign)s < 0
                      FROM told WHERE contribution <> 0
                    """,
                    partner=partner,
                    group=group,
                    value_class=value_class,
                    stage=stage,
                    join=join,
                    columns=COLUMNS,
                    contribution=contribution,
                    named=SQL("(partner_id IS NOT NULL)") if dimension == "customer" else SQL("TRUE"),
                    keep=SQL("NOT rest") if dimension == "group" else SQL("TRUE"),
                    most=most,
                    review=review.id,
                    company=review.company_id.id,
                    dimension=dimension,
                    sign=1 if review.goal_id.direction == "higher" else -1,
                    ratio=d1 is not None,
                    change=v1 - v0,
                )
            )
        review.line_ids.invalidate_model(flush=False)
        review.invalidate_recordset(["line_ids"])
