from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

SUMS = ("gross", "discount", "reward", "returned", "sold", "known", "cost")  # columns of the lines
INSIDE = (*SUMS, "revenue", "orders", "discounted")  # what is summed up over the days of a period


class CrmKpiEngine(models.AbstractModel):
    """Calculates indicators: one method `_kpi_<code>(company, start, end)` each.

    A method returns SQL that selects `partner_id, numerator, denominator`, at most one row per customer
    (commercial partner, or NULL for what belongs to nobody), for a root company and the days from `start`
    (inclusive) to `end` (exclusive). The value is Σ numerator / Σ denominator over the customers asked for;
    where the denominator is NULL in all rows, Σ numerator. No row is "no data", never 0.

    Order lines are read once per company, however many indicators and periods there are: `_prepare` leaves
    `crm_kpi_day` (purchases and returns per customer and day), `_prepare_period` reads it once per period and
    leaves `crm_kpi_customer`, one row per customer. Both are temporary tables of the transaction.
    """

    _name = "crm.kpi.engine"
    _description = "Calculation of Indicators"

    @api.model
    def _has(self, kpi):
        return callable(getattr(self, f"_kpi_{kpi.code}", None))

    def _statement(self, kpi, company, start, end):
        """Return the SQL of one indicator; its period must have been prepared."""
        return getattr(self, f"_kpi_{kpi.code}")(company, start, end)

    @api.model
    def _measure(self, company, kpis, periods, customers=None):
        """Return {(kpi, (start, end)): (value, numerator, denominator, number of customers)}.

        :param company: root company
        :param periods: (start, end) pairs, end exclusive; all are measured with one reading of the lines
        :param customers: turns the SQL of a column with a customer's id into the condition which customers
            count; without it all do
        The value is None where there is no data.
        """
        self._prepare(company, min(start for start, _end in periods), max(end for _start, end in periods), customers)
        found = {}
        for start, end in periods:
            self._prepare_period(company, start, end)
            for kpi in kpis:
                condition = customers(SQL("k.partner_id")) if customers else SQL("TRUE")
                [row] = self.env.execute_query(
                    SQL(
                        "SELECT sum(numerator)::float8, sum(denominator)::float8, count(*), count(partner_id) FROM (%s) k WHERE %s",
                        self._statement(kpi, company, start, end),
                        condition,
                    )
                )
                found[kpi, (start, end)] = (self._value(*row[:3]), row[0], row[1], row[3])
        return found

    @api.model
    def _value(self, numerator, denominator, rows):
        """Numerator by denominator; None where nothing was found or there is nothing to divide by."""
        if not rows or numerator is None:
            return None
        if denominator is None:
            return numerator
        return numerator / denominator if denominator else None

    # -- what the indicators read -----------------------------------------------------------------

    def _prepare(self, company, start, end, customers=None):
        """Read the lines of a company once."""
        self._prepare_days(company, end, customers)

    def _prepare_days(self, company, end, customers=None):
        """Leave `crm_kpi_day`: customer × day, from the first purchase ever until `end`."""
        self.env.flush_all()
        lines = self.env["crm.value.lines"].with_company(company)
        self._temporary(
            "crm_kpi_day",
            SQL(
                """
                SELECT l.customer, l.day, %(sums)s, sum(l.gross - l.discount - l.reward - l.returned)::float8 AS revenue,
                       (count(*) FILTER (WHERE l.gross > 0))::int4 AS orders,
                       (count(*) FILTER (WHERE l.gross > 0 AND l.discount + l.reward > 0))::int4 AS discounted
                  FROM (%(lines)s) l
                 WHERE l.day < %(end)s AND %(no_staff)s
                 GROUP BY l.customer, l.day
                """,
                sums=SQL(", ").join(SQL("sum(l.%s)::float8 AS %s", SQL.identifier(n), SQL.identifier(n)) for n in SUMS),
                lines=lines._lines(company, customers or (lambda column: SQL("TRUE"))),
                end=end,
                no_staff=self._no_staff(SQL("l.customer")),
            ),
        )

    def _prepare_period(self, company, start, end):
        """One row per customer with what it bought in the period, and when before; NULL is what nobody known bought."""
        self._temporary(
            "crm_kpi_customer",
            SQL(
                """
                SELECT customer AS partner_id, %(sums)s,
                       count(*) FILTER (WHERE day >= %(start)s AND gross > 0) AS purchase_days,
                       count(*) FILTER (WHERE day >= %(start)s) AS documents,
                       count(*) FILTER (WHERE day < %(start)s AND gross > 0) AS days_before,
                       count(*) FILTER (WHERE day < %(start)s AND day >= %(before)s AND gross > 0) AS days_period_before,
                       min(day) FILTER (WHERE gross > 0) AS first_day, max(day) FILTER (WHERE gross > 0) AS last_day,
                       max(day) FILTER (WHERE day < %(start)s AND gross > 0) AS last_before
                  FROM crm_kpi_day WHERE day < %(end)s
                 GROUP BY customer
                HAVING bool_or(gross > 0 OR day >= %(start)s)
                """,
                sums=SQL(", ").join(
                    SQL(
                        "COALESCE(sum(%(n)s) FILTER (WHERE day >= %(start)s), 0) AS %(n)s",
                        n=SQL.identifier(n),
                        start=start,
                    )
                    for n in INSIDE
                ),
                start=start,
                end=end,
                before=self._period_before(start, end),
            ),
        )

    def _temporary(self, name, select):
        """(Re)make a temporary table of this transaction, with statistics for the planner."""
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(SQL("CREATE TEMP TABLE %s ON COMMIT DROP AS %s", table, select))
        self.env.cr.execute(SQL("ANALYZE %s", table))

    def _period_before(self, start, end):
        """First day of the period of the same length before: calendar months where the period is some."""
        months = (end.year - start.year) * 12 + end.month - start.month
        if months > 0 and start + relativedelta(months=months) == end:
            return start - relativedelta(months=months)
        return start - (end - start)

    def _tomorrow(self, company):
        return company._werthaltigkeit_today() + relativedelta(days=1)

    def _per_year(self, start, end):
        """By how much a sum over the period is multiplied to be one per year; 12 months are a year exactly."""
        return 1.0 if start + relativedelta(months=12) == end else 365.25 / (end - start).days

    def _within(self, moment, company, start, end):
        """Condition: a moment lies on the days of the period, in the company's time zone."""
        zone = company._werthaltigkeit_tz()
        return SQL(
            "%(moment)s >= %(start)s::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC'"
            " AND %(moment)s < %(end)s::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC'",
            moment=moment,
            start=start,
            end=end,
            zone=zone,
        )

    def _branches(self, company):
        return self.env["crm.value.lines"]._branches(company)

    def _no_staff(self, column):
        """Condition: the customer is not the contact of an internal user."""
        return SQL("NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = %s AND NOT u.share)", column)
