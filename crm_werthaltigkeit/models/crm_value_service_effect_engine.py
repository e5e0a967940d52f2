from datetime import datetime, time

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

DAYS = 30
MONTHS = 13  # looked back for months not yet counted
AGAIN = 3  # so many months are counted anew each night: contacts are logged late


class CrmValueServiceEffectEngine(models.AbstractModel):
    """Counts orders and smileys after service contacts, month by month, set-based."""

    _name = "crm.value.service.effect.engine"
    _description = "Computation of the Effect of Service Contacts"

    @api.model
    def _compute(self, company):
        """Count the months whose 30 days are over; return them. Older months stay as they were counted."""
        self.env.flush_all()
        today = company._werthaltigkeit_today()
        first = today.replace(day=1)
        months = [first - relativedelta(months=back) for back in range(MONTHS, 0, -1)]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.month, EXISTS (SELECT FROM crm_value_service_effect e WHERE e.company_id = %(company)s AND e.month = m.month)
                  FROM unnest(%(months)s::date[]) m (month)
                 WHERE EXISTS (SELECT FROM crm_customer_value_snapshot s
                                WHERE s.company_id = %(company)s AND s.month_end = m.month - 1)
                 ORDER BY m.month
                """,
                company=company.id,
                months=months,
            )
        )
        over = [row for row in rows if row[0] + relativedelta(months=1, days=DAYS) <= today]
        wanted = [month for i, (month, counted) in enumerate(over) if not counted or i >= len(over) - AGAIN]
        for month in wanted:
            self.env.cr.execute(
                SQL("DELETE FROM crm_value_service_effect WHERE company_id = %s AND month = %s", company.id, month)
            )
            self.env.cr.execute(self._insert(company, month))
        self.env["crm.value.service.effect"].invalidate_model(flush=False)
        return wanted

    def _bounds(self, company, month):
        """Return the first moment of a month and that of the next, in UTC, as the company's people see it."""
        zone = pytz.timezone(company._werthaltigkeit_tz())
        return [
            zone.localize(datetime.combine(day, time())).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (month, month + relativedelta(months=1))
        ]

    def _insert(self, company, month):
        """Compare customers with a service contact in this month with the others of their class.

        The class is that of the month end before. The 30 days of the others start at the mean moment
        of the contacts in their class. What happened at the moment of the contact itself is left out.
        """
        start, end = self._bounds(company, month)
        return SQL(
            """
            WITH base AS (
                SELECT partner_id, COALESCE(value_class, 'none') AS value_class
                  FROM crm_customer_value_snapshot
                 WHERE company_id = %(company)s AND month_end = %(before)s AND partner_id IS NOT NULL),
            contacts AS (
                SELECT t.commercial_partner_id AS partner_id, min(t.date) AS moment
                  FROM crm_touchpoint t JOIN crm_touchpoint_kind k ON k.id = t.kind_id AND k.is_service
                 WHERE t.date >= %(start)s AND t.date < %(end)s AND t.company_id = ANY(%(companies)s)
                   AND t.direction IS DISTINCT FROM 'out' AND t.commercial_partner_id IS NOT NULL
                 GROUP BY t.commercial_partner_id),
            means AS (
                SELECT b.value_class, to_timestamp(avg(EXTRACT(EPOCH FROM c.moment))) AT TIME ZONE 'UTC' AS moment
                  FROM contacts c JOIN base b USING (partner_id) GROUP BY b.value_class),
            people AS (
                SELECT b.partner_id, b.value_class, c.moment IS NOT NULL AS contact, COALESCE(c.moment, m.moment) AS moment
                  FROM base b JOIN means m USING (value_class) LEFT JOIN contacts c USING (partner_id)),
            events AS (
                SELECT t.commercial_partner_id AS partner_id, t.date, k.is_purchase, t.satisfaction
                  FROM crm_touchpoint t JOIN crm_touchpoint_kind k ON k.id = t.kind_id
                 WHERE t.date >= %(start)s AND t.date < %(end)s + %(window)s AND t.company_id = ANY(%(companies)s)
                   AND (k.is_purchase OR t.satisfaction IS NOT NULL) AND t.commercial_partner_id IS NOT NULL),
            outcome AS (
                SELECT p.partner_id, p.value_class, p.contact, COALESCE(bool_or(e.is_purchase), FALSE) AS ordered,
                       bool_or(e.satisfaction = 'bad') AS bad, bool_or(e.satisfaction = 'good') AS good
                  FROM people p
             LEFT JOIN events e ON e.partner_id = p.partner_id AND e.date > p.moment AND e.date <= p.moment + %(window)s
                 GROUP BY p.partner_id, p.value_class, p.contact),
            counted AS (
                SELECT value_class,
                       count(*) FILTER (WHERE contact) AS contact_customers,
                       count(*) FILTER (WHERE contact AND ordered) AS contact_ordered,
                       count(*) FILTER (WHERE NOT contact) AS other_customers,
                       count(*) FILTER (WHERE NOT contact AND ordered) AS other_ordered,
                       count(*) FILTER (WHERE contact AND good IS DISTINCT FROM bad) AS contact_rated,
                       count(*) FILTER (WHERE contact AND good AND bad IS NOT TRUE) AS contact_happy,
                       count(*) FILTER (WHERE NOT contact AND good IS DISTINCT FROM bad) AS other_rated,
                       count(*) FILTER (WHERE NOT contact AND good AND bad IS NOT TRUE) AS other_happy
                  FROM outcome GROUP BY value_class),
            comparable AS (
                SELECT value_class, contact_customers, contact_ordered, other_customers, other_ordered, other_rated, other_happy,
                       CASE WHEN other_rated > 0 THEN contact_rated ELSE 0 END AS contact_rated,
                       CASE WHEN other_rated > 0 THEN contact_happy ELSE 0 END AS contact_happy
                  FROM counted WHERE contact_customers > 0 AND other_customers > 0),
            compared AS (
                SELECT c.*, contact_customers::float8 * other_ordered / other_customers AS comparison_ordered,
                       contact_rated::float8 * other_happy / NULLIF(other_rated, 0) AS comparison_happy
                  FROM comparable c)
            INSERT INTO crm_value_service_effect
                   (company_id, month, value_class, contact_customers, contact_ordered, contact_rate,
                    other_customers, other_ordered, comparison_ordered, comparison_rate, difference,
                    contact_rated, contact_happy, contact_happy_rate, other_rated, other_happy,
                    comparison_happy, comparison_happy_rate)
            SELECT %(company)s, %(month)s, value_class, contact_customers, contact_ordered,
                   contact_ordered::float8 / contact_customers, other_customers, other_ordered, comparison_ordered,
                   comparison_ordered / contact_customers, (contact_ordered - comparison_ordered) / contact_customers,
                   contact_rated, contact_happy, contact_happy::float8 / NULLIF(contact_rated, 0), other_rated, other_happy,
                   comparison_happy, comparison_happy / NULLIF(contact_rated, 0)
              FROM compared
            """,
            company=company.id,
            companies=self.env["crm.value.lines"]._branches(company),
            month=month,
            before=month - relativedelta(days=1),
            start=start,
            end=end,
            window=SQL("make_interval(days => %s)", DAYS),
        )
