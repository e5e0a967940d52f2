from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

LAST_SMILEYS = 3  # smileys that count as "now"; those before them are compared with


class CrmRetentionFactorEngine(models.AbstractModel):
    """The parts of the urgency, one method per code: `_factor_<code>(company)`.

    Each returns SQL selecting partner_id, part (0 to 1), figure and other (numbers for the explanation, or
    NULL): at most one row per customer. No row means "not known" and counts neither for nor against; empty
    SQL means that the source does not exist. While the engine runs, the temporary table
    crm_retention_base holds partner_id, last_order_date, elapsed (days), ratio (elapsed in own intervals),
    mean_interval, purchase_method and probability_active of every customer who is scored.
    """

    _name = "crm.retention.factor.engine"
    _description = "Computation of the Parts of the Urgency"

    def _parts(self, company):
        """Return [(factor, SQL)] of the active parts with a weight whose source exists."""
        factors = self.env["crm.retention.factor"].sudo().search([("weight", ">", 0)])
        found = [
            (factor, getattr(self, f"_factor_{factor.code}", lambda company: SQL())(company)) for factor in factors
        ]
        return [(factor, statement) for factor, statement in found if statement]

    def _factor_rhythm(self, company):
        """Rises from the own interval to the lapse, and falls again: who is long gone is no longer urgent."""
        lapsed = self.env["crm.retention.stage"].sudo().search([("code", "=", "lapsed")])
        return SQL(
            """
            SELECT partner_id,
                   (CASE WHEN away > lapse THEN lapse / away
                         ELSE GREATEST(0, LEAST(1, (away - start) / (lapse - start))) END)::float8 AS part,
                   mean_interval AS figure, NULL::float8 AS other
              FROM (SELECT partner_id, CASE WHEN ratio IS NOT NULL THEN mean_interval END AS mean_interval,
                           COALESCE(ratio, elapsed / 30.44) AS away,
                           CASE WHEN ratio IS NOT NULL THEN 1 ELSE 0 END AS start,
                           CASE WHEN ratio IS NOT NULL THEN GREATEST(%(intervals)s, 1.1) ELSE GREATEST(%(months)s, 1) END AS lapse
                      FROM crm_retention_base WHERE last_order_date IS NOT NULL) b
            """,
            intervals=lapsed.intervals,
            months=lapsed.months,
        )

    def _factor_satisfaction(self, company):
        """How far the last smileys lie below those before, or below neutral."""
        return SQL(
            """
            SELECT partner_id, GREATEST(0, LEAST(1, GREATEST(1 - 2 * now, before - now)))::float8 AS part,
                   now AS figure, before AS other
              FROM (SELECT partner_id, avg(score) FILTER (WHERE place <= %(last)s) AS now,
                           avg(score) FILTER (WHERE place > %(last)s) AS before
                      FROM (SELECT t.commercial_partner_id AS partner_id,
                                   CASE t.satisfaction WHEN 'good' THEN 1 WHEN 'neutral' THEN 0.5 ELSE 0 END::float8 AS score,
                                   row_number() OVER (PARTITION BY t.commercial_partner_id ORDER BY t.date DESC, t.id DESC) AS place
                              FROM crm_touchpoint t
                             WHERE t.satisfaction IS NOT NULL AND t.company_id = ANY(%(companies)s)
                               AND t.commercial_partner_id IS NOT NULL AND t.date >= %(start)s) s
                     GROUP BY partner_id) m
            """,
            last=LAST_SMILEYS,
            companies=self._branches(company),
            start=company._werthaltigkeit_today() - relativedelta(months=24),
        )

    def _factor_complaint(self, company):
        """Open complaints, whole when one is overdue; not known where nobody records complaints."""
        if not self._recorded(company, "crm.complaint"):
            return SQL()
        return SQL(
            """
            SELECT b.partner_id, CASE WHEN c.late > 0 THEN 1 WHEN c.number > 0 THEN 0.7 ELSE 0 END::float8 AS part,
                   COALESCE(c.number, 0)::float8 AS figure, COALESCE(c.late, 0)::float8 AS other
              FROM crm_retention_base b
              LEFT JOIN (SELECT commercial_partner_id, count(*) AS number, count(*) FILTER (WHERE due_date < %(today)s) AS late
                           FROM crm_complaint WHERE state = 'open' AND company_id = ANY(%(companies)s)
                          GROUP BY commercial_partner_id) c ON c.commercial_partner_id = b.partner_id
            """,
            today=company._werthaltigkeit_today(),
            companies=self._branches(company),
        )

    def _factor_promise(self, company):
        """Promises to the customer that were broken within a year or are overdue now; not known where nobody records them."""
        if not self._recorded(company, "crm.promise"):
            return SQL()
        today = company._werthaltigkeit_today()
        return SQL(
            """
            SELECT b.partner_id, LEAST(1, 0.5 * COALESCE(p.broken, 0) + 0.7 * COALESCE(p.late, 0))::float8 AS part,
                   COALESCE(p.broken, 0)::float8 AS figure, COALESCE(p.late, 0)::float8 AS other
              FROM crm_retention_base b
              LEFT JOIN (SELECT commercial_partner_id,
                                count(*) FILTER (WHERE state = 'broken' AND due_date >= %(year)s) AS broken,
                                count(*) FILTER (WHERE state = 'open' AND due_date < %(today)s) AS late
                           FROM crm_promise WHERE direction = 'to' AND company_id = ANY(%(companies)s)
                          GROUP BY commercial_partner_id) p ON p.commercial_partner_id = b.partner_id
            """,
            today=today,
            year=today - relativedelta(years=1),
            companies=self._branches(company),
        )

    def _factor_range(self, company):
        """How little of the range is bought, against the broadest tenth of the customers."""
        return SQL(
            """
            WITH bought AS (
                SELECT pairs.customer AS partner_id, count(DISTINCT t.categ_id) AS number
                  FROM (%s) pairs JOIN product_template t ON t.id = pairs.item GROUP BY pairs.customer),
            broad AS (SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY number) AS number FROM bought)
            SELECT bought.partner_id, (1 - LEAST(1, (bought.number - 1)::float8 / (broad.number - 1))) AS part,
                   bought.number::float8 AS figure, broad.number::float8 AS other
              FROM bought CROSS JOIN broad WHERE broad.number > 1
            """,
            self.env["crm.recommendation.query"].with_company(company)._pairs(company),
        )

    def _recorded(self, company, model):
        """Whether a company ever recorded anything of the kind: else its absence says nothing."""
        records = self.env[model].sudo().with_context(active_test=False)
        return bool(records.search_count([("company_id", "in", self._branches(company))], limit=1))

    def _branches(self, company):
        return self.env["crm.value.query"]._branches(company)
