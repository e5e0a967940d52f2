from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ..stats.proportions import newcombe
from .crm_complaint_effect import MINIMUM

MONTHS = 24  # months of solutions that are looked at; their 12 months are over
SOLUTIONS = ("all", "in_time", "late")


class CrmComplaintEffectEngine(models.AbstractModel):
    """Compares complainants with customers of the same value class and number of purchases at that time.

    For each month in which complaints were solved: who had bought before, their class (A, B, C by
    revenue of the 36 months before, with the limits of the company) and purchase days (1, 2–3, 4–9,
    10 and more). Customers that never complained until 12 months later are the comparison; their 12
    months begin in the middle of the month. They are weighted so that class and purchases are mixed as
    among the complainants; their number is the effective one of weighted observations (Kish 1965).
    """

    _name = "crm.complaint.effect.engine"
    _description = "Computation of Repurchase After Complaints"

    @api.model
    def _compute(self, company):
        """Write the rows of a root company anew; return {solution: values}."""
        self.env.flush_all()
        today = company._werthaltigkeit_today()
        last = today.replace(day=1) - relativedelta(months=12)  # exclusive: 12 months after it have passed
        first = last - relativedelta(months=MONTHS)
        months = self._months(company, first, last)
        strata = []
        if months:
            self._prepare(company, last + relativedelta(months=13))
            for month in months:
                strata += self.env.execute_query_dict(self._stratum(company, month))
        found = {solution: self._result(strata, solution) for solution in SOLUTIONS}
        model = self.env["crm.complaint.effect"]
        rows = {row.solution: row for row in model.search([("company_id", "=", company.id)])}
        for sequence, (solution, values) in enumerate(found.items()):
            values = dict(values, date_from=first, date_to=last, sequence=sequence)
            if solution in rows:
                rows[solution].write(values)
            elif months:
                model.create(dict(values, solution=solution, company_id=company.id))
        return found

    def _months(self, company, first, last):
        """Months in which complaints of customers were solved."""
        query = SQL(
            """
            SELECT DISTINCT date_trunc('month', %(day)s)::date FROM crm_complaint c
             WHERE c.state = 'solved' AND c.company_id = ANY(%(companies)s) AND c.commercial_partner_id IS NOT NULL
               AND %(day)s >= %(first)s AND %(day)s < %(last)s ORDER BY 1
            """,
            day=self._day(SQL("c.closed_on"), company),
            companies=self._branches(company),
            first=first,
            last=last,
        )
        return [row[0] for row in self.env.execute_query(query)]

    def _prepare(self, company, end):
        """Read the purchases once: customer, day, revenue."""
        lines = self.env["crm.value.lines"].with_company(company)._lines(company, lambda column: SQL("TRUE"))
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_effect_day"))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE crm_effect_day ON COMMIT DROP AS
                SELECT l.customer, l.day, sum(l.gross - l.discount - l.reward - l.returned) AS revenue
                  FROM (%s) l WHERE l.day < %s AND l.customer IS NOT NULL
                   AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = l.customer AND NOT u.share)
                 GROUP BY l.customer, l.day HAVING sum(l.gross) > 0
                """,
                lines,
                end,
            )
        )
        self.env.cr.execute(SQL("CREATE INDEX ON crm_effect_day (customer, day)"))
        self.env.cr.execute(SQL("ANALYZE crm_effect_day"))

    def _stratum(self, company, month):
        """Select per class, purchases and solution: complainants, others, and how many of each bought again."""
        return SQL(
            """
            WITH bought AS (
                SELECT customer, count(*) AS days, sum(revenue) FILTER (WHERE day >= %(period)s) AS revenue
                  FROM crm_effect_day WHERE day < %(month)s GROUP BY customer),
            ranked AS (
                SELECT customer, days, COALESCE(revenue, 0) AS revenue,
                       sum(GREATEST(revenue, 0)) OVER (ORDER BY revenue DESC NULLS LAST, customer ROWS UNBOUNDED PRECEDING)
                       - GREATEST(revenue, 0) AS before,
                       NULLIF(sum(GREATEST(revenue, 0)) OVER (), 0) AS total
                  FROM bought),
            base AS (
                SELECT customer,
                       CASE WHEN revenue > 0 AND before < total * %(limit_a)s / 100 THEN 'A'
                            WHEN revenue > 0 AND before < total * %(limit_b)s / 100 THEN 'B' ELSE 'C' END
                       || CASE WHEN days = 1 THEN '1' WHEN days <= 3 THEN '2' WHEN days <= 9 THEN '4' ELSE '9' END AS kind
                  FROM ranked),
            solved AS (
                SELECT c.commercial_partner_id AS customer, max(%(day)s) AS day,
                       CASE WHEN bool_or(c.timeliness = 'late') THEN 'late' ELSE 'in_time' END AS solution
                  FROM crm_complaint c
                 WHERE c.state = 'solved' AND c.company_id = ANY(%(companies)s) AND %(day)s >= %(month)s AND %(day)s < %(next)s
                 GROUP BY c.commercial_partner_id),
            people AS (
                SELECT b.customer, b.kind, s.solution, COALESCE(s.day, %(middle)s) AS day
                  FROM base b LEFT JOIN solved s USING (customer)
                 WHERE s.customer IS NOT NULL OR NOT EXISTS (
                       SELECT FROM crm_complaint c
                        WHERE c.commercial_partner_id = b.customer AND c.state <> 'cancelled' AND c.company_id = ANY(%(companies)s)
                          AND c.opened_on < %(until)s)),
            outcome AS (
                SELECT p.kind, p.solution, EXISTS (
                       SELECT FROM crm_effect_day d
                        WHERE d.customer = p.customer AND d.day > p.day AND d.day <= p.day + interval '12 months') AS again
                  FROM people p),
            others AS (
                SELECT kind, count(*) AS others, count(*) FILTER (WHERE again) AS others_again
                  FROM outcome WHERE solution IS NULL GROUP BY kind)
            SELECT o.kind, o.solution, count(*) AS complainants, count(*) FILTER (WHERE o.again) AS again,
                   COALESCE(max(x.others), 0) AS others, COALESCE(max(x.others_again), 0) AS others_again
              FROM outcome o LEFT JOIN others x USING (kind)
             WHERE o.solution IS NOT NULL GROUP BY o.kind, o.solution
            """,
            period=month - relativedelta(months=36),
            month=month,
            next=month + relativedelta(months=1),
            middle=month + relativedelta(days=14),
            until=month + relativedelta(months=13),
            limit_a=company.werthaltigkeit_limit_a,
            limit_b=company.werthaltigkeit_limit_b,
            day=self._day(SQL("c.closed_on"), company),
            companies=self._branches(company),
        )

    def _result(self, strata, solution):
        """Add up the strata of one kind of solution, weighted as the complainants are."""
        own = [row for row in strata if solution in ("all", row["solution"])]
        matched = [row for row in own if row["others"]]
        compared = sum(row["complainants"] for row in matched)
        repurchased = sum(row["again"] for row in matched)
        spread = sum(row["complainants"] ** 2 / row["others"] for row in matched)
        count = compared**2 / spread if spread else 0
        share = (
            sum(row["complainants"] * row["others_again"] / row["others"] for row in matched) / compared
            if compared
            else 0
        )
        few = compared < MINIMUM or count < MINIMUM
        low, high = (0, 0) if few else newcombe(repurchased, compared, share * count, count)
        return {
            "complainants": compared,
            "unmatched": sum(row["complainants"] for row in own if not row["others"]),
            "repurchased": repurchased,
            "comparison_count": count,
            "comparison_repurchased": share * count,
            "low": low,
            "high": high,
            "too_few": few,
        }

    def _day(self, moment, company):
        return self.env["crm.value.lines"]._day(moment, company)

    def _branches(self, company):
        return self.env["crm.value.lines"]._branches(company)
