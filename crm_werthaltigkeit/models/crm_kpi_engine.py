from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

SUMS = ("gross", "discount", "reward", "returned", "sold", "known", "cost")  # columns of the lines
INSIDE = (*SUMS, "revenue", "orders", "discounted")  # what is summed up over the days of a period


class Columns(NamedTuple):
    """An indicator read off the customers of a period (alias `c`): such indicators are summed up together."""

    numerator: SQL
    denominator: SQL
    condition: SQL
    idle: bool = False  # whether customers count who did nothing in the period


class CrmKpiEngine(models.AbstractModel):
    """Calculates indicators: one method `_kpi_<code>(company, start, end)` each.

    A method returns SQL that selects `partner_id, numerator, denominator`, at most one row per customer
    (commercial partner, or NULL for what belongs to nobody), for a root company and the days from `start`
    (inclusive) to `end` (exclusive); or the same as `Columns` of the customers of a period. The value is
    Σ numerator / Σ denominator over the customers asked for; where the denominator is NULL in all rows,
    Σ numerator. No row is "no data", never 0.

    Order lines are read once per company, however many indicators and periods there are: `_prepare` leaves
    `crm_kpi_day` (purchases and returns per customer and day), `_prepare_period` reads of it what a period needs
    and leaves `crm_kpi_customer`, one row per customer. Both are temporary tables of the transaction.
    """

    _name = "crm.kpi.engine"
    _description = "Calculation of Indicators"

    @api.model
    def _has(self, kpi):
        return callable(getattr(self, f"_kpi_{kpi.code}", None))

    def _statement(self, kpi, company, start, end):
        """Return the SQL of one indicator; its period must have been prepared."""
        found = self._columns(kpi, company, start, end)
        if isinstance(found, Columns):
            found = SQL(
                "SELECT c.partner_id, %s AS numerator, %s AS denominator FROM crm_kpi_customer c WHERE %s", *found[:3]
            )
        return found

    def _columns(self, kpi, company, start, end):
        """Return what the indicator's own method does: `Columns`, or SQL where it needs more than the purchases."""
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
        """Leave `crm_kpi_day`: customer × day, from the first purchase ever until `end`.

        Each row knows its customer's past: `first_day` of a purchase, purchase `days` until this one, `last_day` of
        a purchase before it; and the `next_day` of a row after it. So no period needs to read the past again.
        With `kpi_sets` in the context it knows the set, too, that its customer is in. What rows are chosen by comes
        first: a row is read only as far as needed.
        """
        self.env.flush_all()
        lines = self.env["crm.value.lines"].with_company(company)
        sets = self.env.context.get("kpi_sets")
        self._temporary(
            "crm_kpi_day",
            SQL(
                """
                SELECT d.customer, d.day, lead(d.day, 1, 'infinity') OVER past AS next_day,
                       (count(*) FILTER (WHERE d.gross > 0) OVER past)::int4 AS days,
                       min(d.day) FILTER (WHERE d.gross > 0) OVER (PARTITION BY d.customer) AS first_day,
                       max(d.day) FILTER (WHERE d.gross > 0) OVER (past ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_day,
                       %(set_id)s AS set_id, %(inside)s
                  FROM (SELECT l.customer, l.day, %(sums)s, sum(l.gross - l.discount - l.reward - l.returned)::float8 AS revenue,
                               (count(*) FILTER (WHERE l.gross > 0))::int4 AS orders,
                               (count(*) FILTER (WHERE l.gross > 0 AND l.discount + l.reward > 0))::int4 AS discounted
                          FROM (%(lines)s) l
                         WHERE l.day < %(end)s AND %(no_staff)s
                         GROUP BY l.customer, l.day) d %(sets)s
                WINDOW past AS (PARTITION BY d.customer ORDER BY d.day)
                 ORDER BY d.day
                """,
                inside=SQL(", ").join(SQL.identifier("d", name) for name in INSIDE),
                sums=SQL(", ").join(SQL("sum(l.%s)::float8 AS %s", SQL.identifier(n), SQL.identifier(n)) for n in SUMS),
                lines=lines._lines(company, customers or (lambda column: SQL("TRUE"))),
                end=end,
                no_staff=self._no_staff(SQL("l.customer")),
                set_id=SQL("m.set_id" if sets else "NULL::int4"),
                sets=SQL("LEFT JOIN crm_kpi_member m ON m.partner_id = d.customer") if sets else SQL(),
            ),
        )
        # in the order of days a period is read as a stretch of the table
        self.env.cr.execute(SQL("CREATE INDEX ON crm_kpi_day USING brin (day) WITH (pages_per_range = 32)"))

    def _prepare_period(self, company, start, end):
        """Leave `crm_kpi_customer`: what each customer bought in a period, and when before; NULL is nobody known."""
        self._temporary(
            "crm_kpi_customer",
            SQL("%s UNION ALL %s", self._busy_customers(start, end), self._idle_customers(start, end)),
        )

    def _busy_customers(self, start, end):
        """Select a row per customer with purchases or returns in the period."""
        return SQL(
            """
            SELECT customer AS partner_id, min(set_id) AS set_id, %(sums)s,
                   count(*) FILTER (WHERE gross > 0) AS purchase_days, count(*) AS documents,
                   min(days - (gross > 0)::int4) AS days_before, min(first_day) FILTER (WHERE first_day < %(end)s) AS first_day,
                   COALESCE(max(day) FILTER (WHERE gross > 0), min(last_day)) AS last_day,
                   min(last_day) FILTER (WHERE last_day < %(start)s) AS last_before
              FROM crm_kpi_day WHERE day >= %(start)s AND day < %(end)s
             GROUP BY customer
            """,
            sums=SQL(", ").join(SQL("COALESCE(sum(%(n)s), 0) AS %(n)s", n=SQL.identifier(n)) for n in INSIDE),
            start=start,
            end=end,
        )

    def _idle_customers(self, start, end):
        """The same of customers who bought before the period alone: the last row before it tells all."""
        return SQL(
            """
            SELECT customer AS partner_id, set_id, %(zeros)s, 0 AS purchase_days, 0 AS documents, days AS days_before, first_day,
                   CASE WHEN gross > 0 THEN day ELSE last_day END AS last_day,
                   CASE WHEN gross > 0 THEN day ELSE last_day END AS last_before
              FROM crm_kpi_day WHERE day < %(start)s AND next_day >= %(end)s AND days > 0
            """,
            zeros=SQL(", ").join(SQL("0 AS %s", SQL.identifier(n)) for n in INSIDE),
            start=start,
            end=end,
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
