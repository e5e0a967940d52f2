from odoo import models
from odoo.tools import SQL


class CrmKpiEngine(models.AbstractModel):
    """Indicators of promises and of the trust index."""

    _inherit = "crm.kpi.engine"

    def _kpi_promises_kept(self, company, start, end):
        """Promises of ours to customers, due in the period: kept, by those decided or overdue."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, count(*) FILTER (WHERE p.state = 'kept') AS numerator,
                   count(*) AS denominator
              FROM crm_promise p
             WHERE p.company_id = ANY(%s) AND p.direction = 'to' AND p.scope = 'external' AND p.due_date >= %s AND p.due_date < %s
               AND (p.state IN ('kept', 'broken') OR p.state = 'open' AND p.due_date < %s)
             GROUP BY p.commercial_partner_id
            """,
            self._branches(company),
            start,
            end,
            company._werthaltigkeit_today(),
        )

    def _kpi_trust_credibility(self, company, start, end):
        return self._trust("credibility", company, end)

    def _kpi_trust_advantage(self, company, start, end):
        return self._trust("advantage", company, end)

    def _kpi_trust_reliability(self, company, start, end):
        return self._trust("reliability", company, end)

    def _trust(self, part, company, end):
        """One part of each customer's trust row as of the last night; periods that are over have no data."""
        return SQL(
            """
            SELECT t.partner_id, t.%(part)s AS numerator, 1 AS denominator
              FROM crm_trust t
             WHERE t.company_id = %(company)s AND NOT t.whole AND t.partner_id IS NOT NULL AND t.%(known)s AND %(end)s > %(today)s
            """,
            part=SQL.identifier(part),
            known=SQL.identifier(f"{part}_known"),
            company=company.id,
            end=end,
            today=company._werthaltigkeit_today(),
        )
