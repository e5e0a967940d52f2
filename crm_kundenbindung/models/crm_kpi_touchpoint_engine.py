from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

ANSWER_DAYS = 90  # an answer later than that is none, as in "Waiting for an Answer"
NOTHING = "SELECT NULL::int4 AS partner_id, NULL::float8 AS numerator, NULL::int4 AS denominator WHERE FALSE"


class CrmKpiEngine(models.AbstractModel):
    """Indicators from touchpoints: what it costs to win and to keep a customer, answers, referrals."""

    _inherit = "crm.kpi.engine"

    def _kpi_acquisition_cost(self, company, start, end):
        """Cost of the touchpoints of acquisition per new customer; leads that became none count in the total."""
        new = SQL("SELECT partner_id FROM crm_kpi_customer WHERE partner_id IS NOT NULL AND first_day >= %s", start)
        return self._cost_per(company, start, end, ("acquisition",), new)

    def _kpi_retention_cost(self, company, start, end):
        """Cost of the touchpoints of repeat purchase and retention per customer kept from the period before."""
        kept = SQL(
            "SELECT c.partner_id FROM crm_kpi_customer c WHERE c.partner_id IS NOT NULL AND %s AND %s",
            self._bought_before(start, end),
            self._bought(),
        )
        return self._cost_per(company, start, end, ("repeat", "retention"), kept)

    def _cost_per(self, company, start, end, stages, customers):
        """Touchpoint costs of journey stages by these customers; nothing before somebody confirmed the rates."""
        if not company.werthaltigkeit_rates_confirmed_on:
            return SQL(NOTHING)
        return SQL(
            """
            SELECT COALESCE(t.partner_id, k.partner_id) AS partner_id, COALESCE(t.cost, 0) AS numerator,
                   (k.partner_id IS NOT NULL)::int AS denominator
              FROM (%(costs)s) t FULL JOIN (%(customers)s) k ON k.partner_id = t.partner_id
            """,
            costs=self._touchpoint_costs(company, start, end, SQL("t.stage = ANY(%s)", list(stages))),
            customers=customers,
        )

    def _kpi_first_answer(self, company, start, end):
        """Hours from what came in and needs an answer until the next word of ours, where there was one."""
        return SQL(
            """
            WITH contacts AS (
                SELECT t.commercial_partner_id AS partner_id, COALESCE(t.commercial_partner_id, -t.lead_id) AS who,
                       t.date, t.direction = 'out' AS ours
                  FROM crm_touchpoint t JOIN crm_touchpoint_kind k ON k.id = t.kind_id
                 WHERE t.company_id = ANY(%(companies)s) AND (t.direction = 'out' OR t.direction = 'in' AND k.needs_answer)
                   AND COALESCE(t.commercial_partner_id, t.lead_id) IS NOT NULL AND %(period)s AND %(no_staff)s),
            answers AS (
                SELECT c.*, min(date) FILTER (WHERE ours) OVER (
                           PARTITION BY who ORDER BY date DESC, ours DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS answered
                  FROM contacts c)
            SELECT a.partner_id, sum(EXTRACT(EPOCH FROM a.answered - a.date))::float8 / 3600 AS numerator, count(*) AS denominator
              FROM answers a
             WHERE NOT a.ours AND a.answered <= a.date + %(wait)s * interval '1 day' AND %(asked)s
             GROUP BY a.partner_id
            """,
            companies=self._branches(company),
            period=self._within(SQL("t.date"), company, start, end + relativedelta(days=ANSWER_DAYS)),
            asked=self._within(SQL("a.date"), company, start, end),
            wait=ANSWER_DAYS,
            no_staff=self._no_staff(SQL("t.commercial_partner_id")),
        )

    def _kpi_loss_reason_known(self, company, start, end):
        """Lost opportunities of which we know why, and to whom where the reasons name the competitor."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, count(l.lost_reason_id) AS numerator, count(*) AS denominator
              FROM crm_lead l LEFT JOIN res_partner p ON p.id = l.partner_id
             WHERE l.won_status = 'lost' AND l.company_id = ANY(%s) AND %s AND %s
             GROUP BY p.commercial_partner_id
            """,
            self._branches(company),
            self._within(SQL("COALESCE(l.date_closed, l.write_date)"), company, start, end),
            self._no_staff(SQL("p.commercial_partner_id")),
        )

    def _kpi_referral_rate(self, company, start, end):
        """Customers who recommended us, among those who bought or did so."""
        return SQL(
            """
            SELECT COALESCE(c.partner_id, r.partner_id) AS partner_id, (r.partner_id IS NOT NULL)::int AS numerator, 1 AS denominator
              FROM (SELECT partner_id FROM crm_kpi_customer c WHERE partner_id IS NOT NULL AND %(bought)s) c
         FULL JOIN (%(referrers)s) r ON r.partner_id = c.partner_id
            """,
            bought=self._bought(),
            referrers=self._referrers(company, start, end),
        )

    def _referrers(self, company, start, end):
        """Select the customers who recommended us in the period."""
        return SQL(
            """
            SELECT DISTINCT t.commercial_partner_id AS partner_id
              FROM crm_touchpoint t JOIN crm_touchpoint_kind k ON k.id = t.kind_id AND k.code = 'referral'
             WHERE t.company_id = ANY(%s) AND t.commercial_partner_id IS NOT NULL AND %s AND %s
            """,
            self._branches(company),
            self._within(SQL("t.date"), company, start, end),
            self._no_staff(SQL("t.commercial_partner_id")),
        )
