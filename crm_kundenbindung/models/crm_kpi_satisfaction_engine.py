from odoo import models
from odoo.tools import SQL


class CrmKpiEngine(models.AbstractModel):
    """Indicators of what customers say, from answers to surveys and requests; employees' answers do not count."""

    _inherit = "crm.kpi.engine"

    def _kpi_csat(self, company, start, end):
        """Answers of 4 or 5 on the scale 1 to 5 ÷ all answers to that question."""
        return self._answers("csat", SQL("CASE WHEN a.score >= 4 THEN 1 ELSE 0 END"), company, start, end)

    def _kpi_nps(self, company, start, end):
        """100 × (promoters, 9 and 10 − detractors, 0 to 6) ÷ answers: points from −100 to 100."""
        net = SQL("CASE WHEN a.score >= 9 THEN 100 WHEN a.score <= 6 THEN -100 ELSE 0 END")
        return self._answers("nps", net, company, start, end)

    def _kpi_ces(self, company, start, end):
        """Sum of the scores 1 (hard) to 7 (easy) ÷ answers."""
        return self._answers("ces", SQL("a.score"), company, start, end)

    def _kpi_price_performance(self, company, start, end):
        """Answers of 4 or 5 to "worth its price" ÷ all answers to that question."""
        return self._answers("price", SQL("CASE WHEN a.score >= 4 THEN 1 ELSE 0 END"), company, start, end)

    def _kpi_trust_answers(self, company, start, end):
        """Answers of 4 or 5 to "I can rely on them" ÷ all answers to that question."""
        return self._answers("trust", SQL("CASE WHEN a.score >= 4 THEN 1 ELSE 0 END"), company, start, end)

    def _kpi_happy_smileys(self, company, start, end):
        """Happy smileys ÷ all smileys that customers gave when they were asked."""
        return self._requests(
            SQL("count(*) FILTER (WHERE r.satisfaction = 'good')"),
            SQL(
                "r.state = 'answered' AND r.means = 'smiley' AND %s",
                self._within(SQL("r.answered_on"), company, start, end),
            ),
            company,
        )

    def _kpi_response_rate(self, company, start, end):
        """Requests sent in the period that were answered ÷ all requests sent in the period."""
        return self._requests(
            SQL("count(*) FILTER (WHERE r.state = 'answered')"),
            self._within(SQL("r.sent_on"), company, start, end),
            company,
        )

    def _answers(self, kind, value, company, start, end):
        return SQL(
            """
            SELECT a.commercial_partner_id AS partner_id, sum(%(value)s) AS numerator, count(*) AS denominator
              FROM crm_feedback_answer a
             WHERE a.kind = %(kind)s AND a.audience = 'customer' AND a.company_id = ANY(%(companies)s) AND %(period)s
             GROUP BY a.commercial_partner_id
            """,
            value=value,
            kind=kind,
            companies=self.env["crm.value.lines"]._branches(company),
            period=self._within(SQL("a.answered_on"), company, start, end),
        )

    def _requests(self, numerator, condition, company):
        return SQL(
            """
            SELECT r.commercial_partner_id AS partner_id, %s AS numerator, count(*) AS denominator
              FROM crm_feedback_request r WHERE r.company_id = ANY(%s) AND %s GROUP BY r.commercial_partner_id
            """,
            numerator,
            self.env["crm.value.lines"]._branches(company),
            condition,
        )
