from odoo import models
from odoo.tools import SQL


class CrmKpiEngine(models.AbstractModel):
    """Indicators of appointments."""

    _inherit = "crm.kpi.engine"

    def _kpi_booking_no_show(self, company, start, end):
        """Appointments of the period to which the customer did not come, by those that were decided."""
        return self._bookings(
            SQL("b.state = 'missed'"), SQL("b.state IN ('kept', 'missed')"), "start", company, start, end
        )

    def _kpi_booking_online(self, company, start, end):
        """Appointments made in the period by customers themselves, by all made then."""
        return self._bookings(SQL("b.origin <> 'staff'"), SQL("TRUE"), "create_date", company, start, end)

    def _bookings(self, part, whole, moment, company, start, end):
        """Count per customer; days are days of the company."""
        tz = company._werthaltigkeit_tz()
        return SQL(
            """
            SELECT b.commercial_partner_id AS partner_id, count(*) FILTER (WHERE %(part)s) AS numerator, count(*) AS denominator
              FROM crm_booking b
             WHERE b.company_id = ANY(%(companies)s) AND %(whole)s
               AND (b.%(moment)s AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date >= %(start)s
               AND (b.%(moment)s AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date < %(end)s
             GROUP BY b.commercial_partner_id
            """,
            part=part,
            whole=whole,
            moment=SQL.identifier(moment),
            companies=self._branches(company),
            tz=tz,
            start=start,
            end=end,
        )
