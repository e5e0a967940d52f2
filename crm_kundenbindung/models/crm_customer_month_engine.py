from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_werthaltigkeit.models.crm_value_engine import KNOWN_COST_LIMIT

COHORTS = {"month": 24, "quarter": 12}  # newest ones that the table shows
COLUMNS = ("buyer_id", "cohort", "months_since", "quarters_since", "purchases", "revenue", "db1", "db1_known")


class CrmCustomerMonthEngine(models.AbstractModel):
    """Writes what customers bought per month, and sums it up by month or quarter of the first purchase."""

    _name = "crm.customer.month.engine"
    _description = "Queries of Cohorts"

    @api.model
    def _rebuild(self, company, prepared=False):
        """Bring the months of a company to what its documents say; unchanged rows are not written.

        :param prepared: the lines were read in this transaction, see `crm.kpi.engine._prepare`
        """
        if not prepared:
            today = company._werthaltigkeit_today()
            self.env["crm.kpi.engine"]._prepare(company, today, self.env["crm.kpi.engine"]._tomorrow(company))
        columns = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        new = SQL(", ").join(SQL.identifier("n", name) for name in COLUMNS)
        excluded = SQL(", ").join(SQL.identifier("excluded", name) for name in COLUMNS)
        current = SQL(", ").join(SQL.identifier("m", name) for name in COLUMNS)
        self.env["crm.kpi.engine"]._temporary("crm_month_new", self._months(company))
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_customer_month m
                 WHERE m.company_id = %s
                   AND NOT EXISTS (SELECT FROM crm_month_new n WHERE n.partner_id = m.partner_id AND n.month = m.month)
                """,
                company.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_month AS m (company_id, partner_id, month, %(columns)s)
                SELECT %(company)s, n.partner_id, n.month, %(new)s FROM crm_month_new n
           ON CONFLICT (company_id, partner_id, month) DO UPDATE SET (%(columns)s) = (%(excluded)s)
                 WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
                """,
                company=company.id,
                columns=columns,
                new=new,
                excluded=excluded,
                current=current,
            )
        )
        self.env["crm.customer.month"].invalidate_model(flush=False)

    def _months(self, company):
        """Select the months of all customers who bought, from the month of the first purchase on."""
        return SQL(
            """
            WITH months AS (
                SELECT customer, date_trunc('month', day)::date AS month, count(*) FILTER (WHERE gross > 0)::int4 AS purchases,
                       round(sum(revenue)::numeric, %(places)s) AS revenue, sum(gross - returned - cost) AS margin,
                       sum(sold) AS sold, sum(known) AS known, sum(cost) AS cost
                  FROM crm_kpi_day WHERE customer IS NOT NULL GROUP BY 1, 2),
            firsts AS (
                SELECT customer, date_trunc('month', min(day))::date AS cohort FROM crm_kpi_day WHERE gross > 0 GROUP BY 1),
            known AS (
                SELECT m.*, f.cohort,
                       CASE WHEN m.sold > 0 THEN m.known >= %(limit)s * m.sold ELSE m.cost <> 0 END AS db1_known,
                       (EXTRACT(YEAR FROM m.month) * 12 + EXTRACT(MONTH FROM m.month)
                        - EXTRACT(YEAR FROM f.cohort) * 12 - EXTRACT(MONTH FROM f.cohort))::int4 AS months_since,
                       (EXTRACT(YEAR FROM m.month) * 4 + EXTRACT(QUARTER FROM m.month)
                        - EXTRACT(YEAR FROM f.cohort) * 4 - EXTRACT(QUARTER FROM f.cohort))::int4 AS quarters_since
                  FROM months m JOIN firsts f ON f.customer = m.customer AND m.month >= f.cohort)
            SELECT customer AS partner_id, month, CASE WHEN purchases > 0 THEN customer END AS buyer_id, cohort, months_since,
                   quarters_since, purchases, revenue, CASE WHEN db1_known THEN round(margin::numeric, %(places)s) END AS db1, db1_known
              FROM known
            """,
            places=company.currency_id.decimal_places,
            limit=KNOWN_COST_LIMIT,
        )

    @api.model
    def _cohorts(self, company, interval, group):
        """Return [{"cohort", "since", "customers", "revenue", "db1", "running"}] of the newest cohorts."""
        since = SQL.identifier("m", f"{interval}s_since")
        members = SQL("TRUE")
        if group:
            members = SQL(
                "m.partner_id IN (SELECT partner_id FROM crm_customer_group_member WHERE group_id = %s)", group.id
            )
        return self.env.execute_query_dict(
            SQL(
                """
                WITH cells AS (
                    SELECT date_trunc(%(interval)s, m.cohort)::date AS cohort, %(since)s AS since,
                           count(DISTINCT m.buyer_id) AS customers, sum(m.revenue)::float8 AS revenue, sum(m.db1)::float8 AS db1,
                           max(m.month) >= date_trunc(%(interval)s, %(today)s::date) AS running
                      FROM crm_customer_month m
                     WHERE m.company_id = %(company)s AND m.partner_id IS NOT NULL AND %(members)s
                     GROUP BY 1, 2)
                SELECT cohort, since, customers, revenue, db1, running FROM cells
                 WHERE cohort >= date_trunc(%(interval)s, %(today)s::date) - %(back)s * interval '1 month'
                 ORDER BY cohort, since
                """,
                interval=interval,
                since=since,
                company=company.id,
                members=members,
                today=company._werthaltigkeit_today(),
                back=COHORTS[interval] * (1 if interval == "month" else 3) - 1,
            )
        )

    @api.model
    def _merge_customers(self, old_ids, new_id):
        """Months of customers about to be merged are computed anew the next night, as those of one customer."""
        self.env["crm.customer.month"].search([("partner_id", "in", [*old_ids, new_id])]).unlink()
        self.env["crm.customer.group.figure.part"].search([("partner_id", "in", [*old_ids])]).unlink()
