from odoo import models
from odoo.tools import SQL

from .crm_kpi_engine import Columns
from .crm_value_engine import KNOWN_COST_LIMIT


class CrmKpiEngine(models.AbstractModel):
    """Indicators from what customers bought, by the definitions of gross, return, cost and purchase."""

    _inherit = "crm.kpi.engine"

    def _select(self, numerator, denominator, condition, idle=False):
        """Select an indicator from the customers of the prepared period."""
        return Columns(numerator, denominator, SQL("c.partner_id IS NOT NULL AND %s", condition), idle)

    def _sum(self, amount, condition):
        """Select a sum; what was sold to nobody known counts in the company's total."""
        return Columns(amount, SQL("NULL::numeric"), condition)

    def _bought(self):
        return SQL("c.purchase_days > 0")

    def _costs_known(self):
        """Condition: enough of what was bought in the period has a known cost to speak of margins."""
        return SQL(
            "c.documents > 0 AND CASE WHEN c.sold > 0 THEN c.known >= %s * c.sold ELSE c.cost <> 0 END",
            KNOWN_COST_LIMIT,
        )

    def _db1(self):
        return SQL("(c.gross - c.returned - c.cost)")

    def _db2(self):
        return SQL("(c.gross - c.returned - c.cost - c.discount - c.reward)")

    # -- sums -------------------------------------------------------------------------------------

    def _kpi_revenue(self, company, start, end):
        return self._sum(SQL("c.revenue"), SQL("c.documents > 0"))

    def _kpi_db1(self, company, start, end):
        return self._sum(self._db1(), self._costs_known())

    def _kpi_db2(self, company, start, end):
        return self._sum(self._db2(), self._costs_known())

    def _kpi_db3(self, company, start, end):
        """CM II less what the contacts of the period cost; nothing before somebody confirmed the contact rates."""
        if not company.werthaltigkeit_rates_confirmed_on:
            return SQL(
                "SELECT NULL::int4 AS partner_id, NULL::numeric AS numerator, NULL::numeric AS denominator WHERE FALSE"
            )
        return SQL(
            """
            WITH bought AS (
                SELECT c.partner_id, TRUE AS bought, CASE WHEN %(known)s THEN %(db2)s END AS margin
                  FROM crm_kpi_customer c WHERE c.documents > 0)
            SELECT COALESCE(b.partner_id, t.partner_id) AS partner_id,
                   COALESCE(b.margin, 0) - COALESCE(t.cost, 0) AS numerator, NULL::float8 AS denominator
              FROM bought b
         FULL JOIN (%(touchpoints)s) t ON t.partner_id = b.partner_id
             WHERE (b.bought IS NULL OR b.margin IS NOT NULL) AND EXISTS (SELECT FROM bought WHERE margin IS NOT NULL)
            """,
            db2=self._db2(),
            known=self._costs_known(),
            touchpoints=self._touchpoint_costs(company, start, end, SQL("t.commercial_partner_id IS NOT NULL")),
        )

    def _touchpoint_costs(self, company, start, end, condition):
        """Select what the touchpoints of a period cost per customer (NULL: leads that are none yet)."""
        return SQL(
            """
            SELECT t.commercial_partner_id AS partner_id, sum(t.cost) AS cost, count(*) AS touchpoints
              FROM crm_touchpoint t
             WHERE t.company_id = ANY(%(companies)s) AND %(period)s AND %(no_staff)s AND %(condition)s
             GROUP BY t.commercial_partner_id
            """,
            companies=self._branches(company),
            period=self._within(SQL("t.date"), company, start, end),
            no_staff=self._no_staff(SQL("t.commercial_partner_id")),
            condition=condition,
        )

    def _kpi_active_customers(self, company, start, end):
        return self._select(SQL("1"), SQL("NULL::int4"), self._bought())

    def _kpi_new_customers(self, company, start, end):
        return self._select(SQL("1"), SQL("NULL::int4"), SQL("c.first_day >= %s", start))

    # -- ratios -----------------------------------------------------------------------------------

    def _kpi_orders_per_customer(self, company, start, end):
        return self._select(SQL("c.orders * %s::float8", self._per_year(start, end)), SQL("1"), self._bought())

    def _kpi_db1_per_customer(self, company, start, end):
        amount = SQL("%s * %s::float8", self._db1(), self._per_year(start, end))
        return self._select(amount, SQL("1"), SQL("%s AND %s", self._bought(), self._costs_known()))

    def _kpi_discount_share(self, company, start, end):
        return self._select(SQL("c.discounted"), SQL("c.orders"), SQL("c.orders > 0"))

    def _kpi_return_share(self, company, start, end):
        return self._select(SQL("c.returned"), SQL("c.gross"), SQL("c.gross <> 0 OR c.returned <> 0"))
