from odoo import api, fields, models
from odoo.tools import SQL


class CrmCustomerGroupFigureEngine(models.AbstractModel):
    """Computes the indicators of all groups of a company at once.

    Customers in the same groups form a set: ten more groups cost nothing, and no customer is read twice.
    """

    _name = "crm.customer.group.figure.engine"
    _description = "Indicators of Customer Groups"

    @api.model
    def _compute(self, company, groups=None):
        """Write the figures of these groups; without groups those of all of a company's, and of all customers."""
        figures = self.env["crm.customer.group.figure"]
        periods = self._due(company, groups, figures._periods(company._werthaltigkeit_today()))
        engine = self.env["crm.kpi.engine"].sudo()
        kpis = self.env["crm.kpi"].sudo()._computable()
        self.env.flush_all()
        engine._make_sets(self._members(company, groups))
        engine.with_context(kpi_sets=True)._prepare(
            company, min(p[1] for p in periods), max(p[2] for p in periods), groups and self._customers(groups)
        )
        for start, end in dict.fromkeys(period[1:] for period in periods):
            engine._sum_up(kpis, company, start, end)
        self._write_figures(company, groups, kpis, periods)
        figures.invalidate_model(flush=False)
        if groups:
            groups.sudo().write({"figures_on": fields.Datetime.now(), "figures_due": False})

    def _due(self, company, groups, periods):
        """The periods to compute: the oldest month and quarter, long over, only where nobody did before."""
        if groups:
            return periods
        oldest = {min(period for period in periods if period[0] == span)[:2] for span in ("month", "quarter")}
        figures = self.env["crm.customer.group.figure"].search(
            [
                ("company_id", "=", company.id),
                ("group_id", "=", False),
                ("running", "=", False),
                ("span", "in", ("month", "quarter")),
                ("date_start", "in", [start for _span, start in oldest]),
            ]
        )
        there = {(figure.span, figure.date_start) for figure in figures}
        return [period for period in periods if period[:2] not in oldest or period[:2] not in there]

    def _customers(self, groups):
        """Condition which customers count: the members of groups."""
        return lambda column: SQL(
            "%s IN (SELECT partner_id FROM crm_customer_group_member WHERE group_id = ANY(%s))", column, groups.ids
        )

    def _members(self, company, groups):
        """Select who belongs to which of the groups, without groups to which of all."""
        return SQL(
            """
            SELECT m.partner_id, m.group_id AS scope_id
              FROM crm_customer_group_member m JOIN crm_customer_group g ON g.id = m.group_id
             WHERE m.company_id = %s AND m.partner_id IS NOT NULL AND %s
            """,
            company.id,
            SQL("g.id = ANY(%s)", groups.ids) if groups else SQL("g.active"),
        )

    def _write_figures(self, company, groups, kpis, periods):
        """Replace the figures of these periods, also where there is no data; past months and quarters stay."""
        wanted = SQL("f.group_id = ANY(%s)", groups.ids) if groups else SQL("TRUE")
        spans, starts, ends = zip(*periods, strict=True)
        common = {
            "company": company.id,
            "spans": list(spans),
            "starts": list(starts),
            "ends": list(ends),
            "today": company._werthaltigkeit_today(),
            "kpis": kpis.ids,
        }
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_customer_group_figure f
                 WHERE f.company_id = %(company)s AND %(wanted)s
                   AND (f.span IN ('year', 'year_before')
                        OR (f.span, f.date_start) IN (SELECT * FROM unnest(%(spans)s::text[], %(starts)s::date[])))
                """,
                wanted=wanted,
                **common,
            )
        )
        total = SQL() if groups else SQL("UNION ALL SELECT NULL::int4")
        total_sums = SQL() if groups else SQL("UNION ALL SELECT NULL::int4, s.* FROM crm_kpi_sum s")
        self.env.cr.execute(
            SQL(
                """
                WITH parts AS (
                    SELECT t.scope_id AS group_id, s.* FROM crm_kpi_sum s JOIN crm_kpi_set t ON t.set_id = s.set_id %(total_sums)s),
                sums AS (
                    SELECT group_id, kpi_id, date_start, date_end, sum(numerator) AS above, sum(denominator) AS below,
                           sum(customers) AS customers
                      FROM parts GROUP BY group_id, kpi_id, date_start, date_end),
                wanted AS (
                    SELECT id AS group_id FROM crm_customer_group WHERE company_id = %(company)s AND %(groups)s %(total)s),
                figures AS (
                    SELECT w.group_id, k.id AS kpi_id, k.sequence, p.span, p.date_start, p.date_end - 1 AS date_end,
                           p.date_end > %(today)s AND p.span NOT IN ('year', 'year_before') AS running, s.above, s.below, s.customers,
                           CASE WHEN s.below IS NULL THEN s.above ELSE s.above / NULLIF(s.below, 0) END AS value
                      FROM wanted w
                CROSS JOIN unnest(%(spans)s::text[], %(starts)s::date[], %(ends)s::date[]) p (span, date_start, date_end)
                CROSS JOIN (SELECT id, sequence FROM crm_kpi WHERE id = ANY(%(kpis)s)) k
                 LEFT JOIN sums s ON s.group_id IS NOT DISTINCT FROM w.group_id AND s.kpi_id = k.id
                       AND s.date_start = p.date_start AND s.date_end = p.date_end)
                INSERT INTO crm_customer_group_figure
                       (company_id, group_id, kpi_id, sequence, span, date_start, date_end, running, numerator, denominator,
                        is_ratio, value, has_data, customers, computed_on)
                SELECT %(company)s, group_id, kpi_id, sequence, span, date_start, date_end, running, above, below,
                       below IS NOT NULL, value, value IS NOT NULL, COALESCE(customers, 0), now() AT TIME ZONE 'UTC'
                  FROM figures
                """,
                total=total,
                total_sums=total_sums,
                groups=SQL("id = ANY(%s)", groups.ids) if groups else SQL("active"),
                **common,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_group_figure f
                   SET previous_value = p.value, has_previous = TRUE
                  FROM crm_customer_group_figure p
                 WHERE f.company_id = %(company)s AND %(wanted)s AND p.company_id = f.company_id AND p.has_data AND NOT f.running
                   AND p.group_id IS NOT DISTINCT FROM f.group_id AND p.kpi_id = f.kpi_id AND p.date_end = f.date_start - 1
                   AND (p.span = f.span OR f.span = 'year' AND p.span = 'year_before')
                """,
                company=company.id,
                wanted=wanted,
            )
        )

    # -- what a figure is made of -----------------------------------------------------------------

    @api.model
    def _explain(self, figure):
        """Write what each customer contributes to a figure; the lines of its group's members alone are read."""
        if self.env["crm.customer.group.figure.part"].search_count([("figure_id", "=", figure.id)], limit=1):
            return
        company, start = figure.company_id, figure.date_start
        end = fields.Date.add(figure.date_end, days=1)
        engine = self.env["crm.kpi.engine"].sudo()
        customers = self._customers(figure.group_id) if figure.group_id else None
        engine._prepare(company, start, end, customers)
        engine._prepare_period(company, start, end)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_group_figure_part (figure_id, company_id, partner_id, numerator, denominator)
                SELECT %s, %s, k.partner_id, k.numerator, COALESCE(k.denominator, 0) FROM (%s) k
                 WHERE k.partner_id IS NOT NULL AND %s
           ON CONFLICT (figure_id, partner_id) DO NOTHING
                """,
                figure.id,
                company.id,
                engine._statement(figure.kpi_id, company, start, end),
                customers(SQL("k.partner_id")) if customers else SQL("TRUE"),
            )
        )
        self.env["crm.customer.group.figure.part"].invalidate_model(flush=False)
