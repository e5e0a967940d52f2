from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .crm_value_engine import KNOWN_COST_LIMIT

MONTHS = 13  # past month ends that are reconstructed: a year, and the month end before it to compare with


class CrmValueSnapshotEngine(models.AbstractModel):
    """Writes the month ends of customer values, each in one statement, once."""

    _name = "crm.value.snapshot.engine"
    _description = "Month Ends of Customer Values"

    @api.model
    def _take(self, company):
        """Write the month ends of a root company that are missing; return {month end: rows written}.

        The last one is read from the values of today, however late the run. Others that are missing
        among the past 12, and on the first run all of them, are reconstructed from the documents.
        A month end that is there is never touched, so that the run may be killed and repeated.
        """
        self.env.flush_all()
        months = self._month_ends(company)
        there = self._there(company, months)
        missing = [month for month in months if month not in there]
        written = self._reconstruct(company, [month for month in missing if not there or month != months[-1]])
        if there and months[-1] in missing:
            written[months[-1]] = self._write(self._current(company, months[-1]))
        self._count_migrations(company, months)
        self.env["crm.customer.value.snapshot"].invalidate_model(flush=False)
        return written

    def _there(self, company, months):
        """Return which of these month ends were written."""
        query = SQL(
            """
            SELECT m.month FROM unnest(%s::date[]) m (month)
             WHERE EXISTS (SELECT FROM crm_customer_value_snapshot s WHERE s.company_id = %s AND s.month_end = m.month)
            """,
            months,
            company.id,
        )
        return {row[0] for row in self.env.execute_query(query)}

    def _month_ends(self, company):
        """Return the past month ends, oldest first, since the company's first order."""
        first = self.env["crm.customer.value"].search(
            [("company_id", "=", company.id), ("first_order_date", "!=", False)], order="first_order_date", limit=1
        )
        last = company._werthaltigkeit_today().replace(day=1) - relativedelta(days=1)
        months = [last + relativedelta(days=1) - relativedelta(months=i, days=1) for i in reversed(range(MONTHS))]
        return [month for month in months if first and month >= first.first_order_date]

    def _write(self, select):
        """Insert the selected rows; return their number."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_value_snapshot
                       (company_id, partner_id, month_end, taken_on, reconstructed, currency_id, user_id, team_id,
                        value_class, last_order_date, revenue, db1, db2, expected_db, lifetime_value, probability_active,
                        create_uid, create_date, write_uid, write_date)
                SELECT s.*, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC' FROM (%(select)s) s
           ON CONFLICT (company_id, month_end, partner_id) DO NOTHING
                """,
                uid=self.env.uid,
                select=select,
            )
        )
        return self.env.cr.rowcount

    def _current(self, company, month):
        """Select the values of today of everybody who was a customer at the month end."""
        return SQL(
            """
            SELECT v.company_id, v.partner_id, %(month)s::date, %(today)s::date, FALSE, v.currency_id, v.user_id, v.team_id,
                   v.value_class, v.last_order_date, v.revenue, v.db1, v.db2, v.expected_db, v.lifetime_value, v.probability_active
              FROM crm_customer_value v
             WHERE v.company_id = %(company)s AND v.partner_id IS NOT NULL AND v.first_order_date <= %(month)s
               AND NOT EXISTS (SELECT FROM crm_customer_value_snapshot s
                                WHERE s.company_id = %(company)s AND s.month_end = %(month)s)
            """,
            month=month,
            today=company._werthaltigkeit_today(),
            company=company.id,
        )

    # -- the past -----------------------------------------------------------------------------

    def _reconstruct(self, company, months):
        """Write these month ends from the documents that were there by then."""
        if not months:
            return {}
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_value_months"))
        self.env.cr.execute(
            SQL("CREATE TEMP TABLE crm_value_months ON COMMIT DROP AS %s", self._monthly(company, months[-1]))
        )
        self.env.cr.execute(SQL("ANALYZE crm_value_months"))
        return {month: self._write(self._past(company, month)) for month in months}

    def _monthly(self, company, until):
        """Select the sums of the documents per customer and month."""
        lines = self.env["crm.value.lines"].with_company(company)._lines(company, lambda column: SQL("TRUE"))
        return SQL(
            """
            SELECT customer, date_trunc('month', day)::date AS month, sum(gross) AS gross, sum(discount) AS discounts,
                   sum(reward) AS rewards, sum(returned) AS returns, sum(sold) AS sold, sum(known) AS known,
                   sum(cost) AS cost, max(day) FILTER (WHERE gross > 0) AS last_order
              FROM (%s) l WHERE customer IS NOT NULL AND day <= %s GROUP BY customer, 2
            """,
            lines,
            until,
        )

    def _past(self, company, month):
        """Select what each customer was worth at a month end; classes as `stats.abc.classify` cuts them."""
        period = company.werthaltigkeit_period
        start = (
            fields.Date.to_date("0001-01-01")
            if period == "all"
            else month.replace(day=1) - relativedelta(months=int(period) - 1)
        )
        return SQL(
            """
            WITH sums AS (
                SELECT customer, max(last_order) AS last_order,
                       %(sums)s
                  FROM crm_value_months WHERE month <= %(month)s GROUP BY customer HAVING max(last_order) IS NOT NULL),
            figures AS (
                SELECT s.*, gross - discounts - rewards - returns AS revenue, gross <> 0 OR returns <> 0 AS has_documents,
                       COALESCE(known / NULLIF(sold, 0), 0) AS known_share,
                       CASE WHEN known / NULLIF(sold, 0) >= %(limit)s THEN gross - returns - cost END AS db1
                  FROM sums s),
            basis AS (
                SELECT COALESCE(sum(abs(revenue * known_share)) / NULLIF(sum(abs(revenue)), 0), 0) >= %(limit)s AS by_margin,
                       sum(db1) / NULLIF(sum(revenue) FILTER (WHERE db1 IS NOT NULL), 0) AS rate
                  FROM figures),
            ranked AS (
                SELECT f.*, CASE WHEN by_margin THEN COALESCE(db1, revenue * COALESCE(rate, 0)) ELSE revenue END AS value
                  FROM figures f, basis),
            cut AS (
                SELECT r.*, COALESCE(sum(GREATEST(value, 0)) OVER better, 0) / NULLIF(sum(GREATEST(value, 0)) OVER (), 0) AS above
                  FROM ranked r
                WINDOW better AS (ORDER BY value DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
            SELECT v.company_id, v.partner_id, %(month)s::date, %(today)s::date, TRUE, v.currency_id, v.user_id, v.team_id,
                   CASE WHEN NOT c.has_documents OR v.no_profiling THEN NULL WHEN c.value <= 0 OR c.above IS NULL THEN 'C'
                        WHEN c.above < %(limit_a)s THEN 'A' WHEN c.above < %(limit_b)s THEN 'B' ELSE 'C' END,
                   c.last_order, c.revenue, c.db1, c.db1 - c.discounts - c.rewards,
                   NULL::numeric, NULL::numeric, NULL::float8
              FROM cut c
              JOIN crm_customer_value v ON v.partner_id = c.customer AND v.company_id = %(company)s
             WHERE NOT EXISTS (SELECT FROM crm_customer_value_snapshot s
                                WHERE s.company_id = %(company)s AND s.month_end = %(month)s)
            """,
            sums=SQL(", ").join(
                SQL(
                    "round(COALESCE(sum(%(name)s) FILTER (WHERE month >= %(start)s), 0), %(places)s) AS %(name)s",
                    name=SQL.identifier(name),
                    start=start,
                    places=company.currency_id.decimal_places,
                )
                for name in ("gross", "discounts", "rewards", "returns", "sold", "known", "cost")
            ),
            month=month,
            today=company._werthaltigkeit_today(),
            company=company.id,
            limit=KNOWN_COST_LIMIT,
            limit_a=company.werthaltigkeit_limit_a / 100,
            limit_b=company.werthaltigkeit_limit_b / 100,
        )

    # -- migration between classes --------------------------------------------------------------

    def _count_migrations(self, company, months):
        """Count, for each of these month ends not yet counted, who moved from which class to which."""
        counted = set(
            self.env["crm.value.migration"]
            .search([("company_id", "=", company.id), ("month_end", "in", months)])
            .mapped("month_end")
        )
        there = self._there(company, months)
        for month in months:
            if month in there and month not in counted:
                before = month.replace(day=1) - relativedelta(days=1)
                known = bool(self._there(company, [before]))
                self.env.cr.execute(self._moves(company, month, before, known))
        self.env["crm.value.migration"].invalidate_model(flush=False)

    def _moves(self, company, month, before, known):
        """Insert the counts of one month end; where the one before is not known, nobody comes from anywhere."""
        return SQL(
            """
            INSERT INTO crm_value_migration
                   (company_id, currency_id, month_end, reconstructed, class_from, class_to, user_id, team_id,
                    customers, revenue, db1, lifetime_value)
            SELECT %(company)s, s.currency_id, %(month)s, s.reconstructed,
                   CASE WHEN NOT %(known)s THEN NULL WHEN p.month_end IS NULL THEN 'new' ELSE COALESCE(p.value_class, 'none') END,
                   COALESCE(s.value_class, 'none'), s.user_id, s.team_id,
                   count(*), sum(s.revenue), sum(s.db1), sum(s.lifetime_value)
              FROM crm_customer_value_snapshot s
         LEFT JOIN crm_customer_value_snapshot p
                ON p.company_id = %(company)s AND p.month_end = %(before)s AND p.partner_id = s.partner_id
             WHERE s.company_id = %(company)s AND s.month_end = %(month)s
             GROUP BY 2, 4, 5, 6, 7, 8
            """,
            company=company.id,
            month=month,
            before=before,
            known=known,
        )

    # -- merges -------------------------------------------------------------------------------

    @api.model
    def _merge_customers(self, old_ids, new_id):
        """Leave one row per company and month end of customers about to be merged, with the sums of all."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH rows AS (
                    SELECT *, row_number() OVER (PARTITION BY company_id, month_end ORDER BY partner_id = %(kept)s DESC, id) AS position
                      FROM crm_customer_value_snapshot WHERE partner_id = ANY(%(all)s)),
                sums AS (
                    SELECT company_id, month_end, min(value_class) AS value_class, max(last_order_date) AS last_order_date,
                           sum(revenue) AS revenue, sum(db1) AS db1, sum(db2) AS db2, sum(expected_db) AS expected_db,
                           sum(lifetime_value) AS lifetime_value, max(probability_active) AS probability_active
                      FROM rows GROUP BY company_id, month_end HAVING count(*) > 1),
                removed AS (
                    DELETE FROM crm_customer_value_snapshot s USING rows r WHERE r.id = s.id AND r.position > 1)
                UPDATE crm_customer_value_snapshot s
                   SET (value_class, last_order_date, revenue, db1, db2, expected_db, lifetime_value, probability_active)
                     = (n.value_class, n.last_order_date, n.revenue, n.db1, n.db2, n.expected_db, n.lifetime_value, n.probability_active)
                  FROM rows r JOIN sums n ON n.company_id = r.company_id AND n.month_end = r.month_end
                 WHERE s.id = r.id AND r.position = 1
                """,
                kept=new_id,
                all=[*old_ids, new_id],
            )
        )
        self.env["crm.customer.value.snapshot"].invalidate_model(flush=False)
