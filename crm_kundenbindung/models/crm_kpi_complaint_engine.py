from odoo import models
from odoo.tools import SQL


class CrmKpiEngine(models.AbstractModel):
    """Indicators of complaints; cancelled ones count nowhere."""

    _inherit = "crm.kpi.engine"

    def _kpi_complaint_rate(self, company, start, end):
        """Complaints of the period by purchases of the period; who only complained counts above the line."""
        return SQL(
            """
            SELECT COALESCE(c.partner_id, k.partner_id) AS partner_id, COALESCE(c.number, 0) AS numerator,
                   COALESCE(k.purchase_days, 0) AS denominator
              FROM (SELECT m.commercial_partner_id AS partner_id, count(*) AS number FROM crm_complaint m
                     WHERE m.state <> 'cancelled' AND m.commercial_partner_id IS NOT NULL AND m.company_id = ANY(%s) AND %s
                     GROUP BY m.commercial_partner_id) c
         FULL JOIN (SELECT partner_id, purchase_days FROM crm_kpi_customer WHERE purchase_days > 0 AND partner_id IS NOT NULL) k
                ON k.partner_id = c.partner_id
            """,
            self._branches(company),
            self._within(SQL("m.opened_on"), company, start, end),
        )

    def _kpi_complaint_in_time(self, company, start, end):
        """Complaints due in the period and solved by then, by those solved or overdue."""
        return SQL(
            """
            SELECT m.commercial_partner_id AS partner_id, count(*) FILTER (WHERE m.timeliness = 'in_time') AS numerator,
                   count(*) AS denominator
              FROM crm_complaint m
             WHERE m.company_id = ANY(%s) AND m.due_date >= %s AND m.due_date < %s
               AND (m.state = 'solved' OR m.state = 'open' AND m.due_date < %s)
             GROUP BY m.commercial_partner_id
            """,
            self._branches(company),
            start,
            end,
            company._werthaltigkeit_today(),
        )

    def _kpi_complaint_days(self, company, start, end):
        """Days from complaint to solution, of complaints solved in the period."""
        return SQL(
            """
            SELECT m.commercial_partner_id AS partner_id, sum(m.days_to_solve) AS numerator, count(*) AS denominator
              FROM crm_complaint m
             WHERE m.company_id = ANY(%s) AND m.state = 'solved' AND %s
             GROUP BY m.commercial_partner_id
            """,
            self._branches(company),
            self._within(SQL("m.closed_on"), company, start, end),
        )
