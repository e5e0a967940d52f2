from math import ceil

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL


class CrmValueOverviewEngine(models.AbstractModel):
    """The sums behind "Your customers on one page": few statements, however many customers."""

    _name = "crm.value.overview.engine"
    _description = "Queries of the Customers on One Page"

    def _facts(self, company):
        """Return counts and sums over all customers of a root company; one pass over the values."""
        today = company._werthaltigkeit_today()
        self.env["crm.customer.value"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT value_class, max(rank_basis) AS rank_basis, max(computed_on) AS computed_on,
                       count(*) FILTER (WHERE rank_basis IS NOT NULL) AS customers,
                       count(*) FILTER (WHERE orders_ever > 0) AS buyers,
                       sum(rank_value::float8) FILTER (WHERE orders_ever > 0) AS value,
                       sum(GREATEST(rank_value, 0)::float8) AS positive,
                       count(*) FILTER (WHERE rank_value > 0 AND cumulated_share < %(part)s) AS inside,
                       sum(rank_value::float8) FILTER (WHERE rank_value > 0 AND cumulated_share < %(part)s) AS inside_value,
                       max(rank_value::float8) FILTER (WHERE cumulated_share >= %(part)s) AS next_value,
                       count(*) FILTER (WHERE lifetime_value <> 0) AS lifetime_customers,
                       sum(lifetime_value) AS lifetime, count(expected_order_date) AS dated,
                       count(*) FILTER (WHERE expected_order_date < %(today)s) AS overdue,
                       count(*) FILTER (WHERE expected_order_date < %(today)s AND margin_at_risk > 0) AS overdue_known,
                       sum(margin_at_risk) FILTER (WHERE expected_order_date < %(today)s) AS margin_at_risk,
                       count(*) FILTER (WHERE profit_known) AS profit_known,
                       count(*) FILTER (WHERE cost_exceeds_profit) AS costly,
                       count(*) FILTER (WHERE margin_known IS NOT TRUE AND order_count > 0) AS costs_unknown,
                       count(*) FILTER (WHERE first_order_date > %(year)s) AS new,
                       count(*) FILTER (WHERE first_order_date > %(two)s AND first_order_date <= %(year)s) AS new_before,
                       count(*) FILTER (WHERE last_order_date > %(two)s AND last_order_date <= %(year)s) AS lost,
                       count(*) FILTER (WHERE purchase_days_ever = 1 AND first_order_date >= %(half)s) AS once,
                       count(*) FILTER (WHERE value_class_before = 'A' AND value_class IN ('B', 'C')
                                          AND class_changed_on >= %(quarter)s) AS fallen
                  FROM crm_customer_value
                 WHERE company_id = %(company)s AND anonymous IS NOT TRUE
                 GROUP BY value_class ORDER BY value_class NULLS LAST
                """,
                company=company.id,
                part=company.werthaltigkeit_limit_a / 100,
                today=today,
                year=today - relativedelta(years=1),
                two=today - relativedelta(years=2),
                half=today - relativedelta(days=180),
                quarter=today - relativedelta(days=90),
            )
        )
        texts = ("value_class", "rank_basis", "computed_on", "next_value")
        facts = {
            name: sum(row[name] or 0 for row in rows)
            for name in (rows[0] if rows else ("customers",))
            if name not in texts
        }
        return {
            **facts,
            "next_value": max((row["next_value"] for row in rows if row["next_value"]), default=0.0),
            "rank_basis": max((row["rank_basis"] or "" for row in rows), default=""),
            "computed_on": max((row["computed_on"] for row in rows if row["computed_on"]), default=None),
            "classes": [
                {"name": row["value_class"], "customers": row["buyers"], "value": row["value"] or 0.0}
                for row in rows
                if row["buyers"]
            ],
            "overdue_classes": [
                (row["value_class"], row["overdue"], row["margin_at_risk"]) for row in rows if row["value_class"]
            ],
            "lost_before": self._lost_before(company, today - relativedelta(years=1)),
        }

    def _lost_before(self, company, day):
        """Return who was lost by then: at the last month end before that day; None where there is none."""
        month = day.replace(day=1) - relativedelta(days=1)
        count, lost = self.env.execute_query(
            SQL(
                """
                SELECT count(*), count(*) FILTER (WHERE last_order_date > %s AND last_order_date <= %s)
                  FROM crm_customer_value_snapshot WHERE company_id = %s AND month_end = %s
                """,
                month - relativedelta(years=2),
                month - relativedelta(years=1),
                company.id,
                month,
            )
        )[0]
        return lost if count else None

    def _customers_for(self, facts, part):
        """Return how many of the best customers together bring this part of the positive sum.

        Customers of equal value share their cumulated share: of those at the limit as many count as needed.
        """
        missing = float(part * facts["positive"]) * (1 - 1e-12) - facts["inside_value"]
        more = ceil(missing / facts["next_value"]) if missing > 0 and facts["next_value"] else 0
        return facts["inside"] + more
