from odoo import models
from odoo.tools import SQL

# when a customer without thresholds of their own counts as lapsed: own intervals, days at least, months without a rhythm
LAPSED = {"intervals": 3.0, "days": 60, "months": 12}
RHYTHM_FROM = 3  # purchases from which on a customer has a rhythm
DAYS_PER_MONTH = 30.44


class CrmKpiEngine(models.AbstractModel):
    """Indicators of retention from what customers bought: who came back, who stayed away, how broadly they buy."""

    _inherit = "crm.kpi.engine"

    def _prepare(self, company, start, end, customers=None):
        """Beside the purchases: customer × day × product category, from the first day of the periods.

        The end is left to who reads it: two bounds on a computed day make the planner expect next to nothing.
        Left out where `kpi_codes` in the context says that nobody asks for it.
        """
        result = super()._prepare(company, start, end, customers)
        if "cross_buying" not in self.env.context.get("kpi_codes", ("cross_buying",)):
            return result
        lines = self.env["crm.value.lines"].with_company(company)
        self._temporary(
            "crm_kpi_category",
            SQL(
                """
                SELECT l.customer, l.day, t.categ_id AS category
                  FROM (%s) l
                  JOIN product_product p ON p.id = l.product
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 WHERE l.gross > 0 AND l.day >= %s AND l.customer IS NOT NULL
                 GROUP BY l.customer, l.day, t.categ_id
                """,
                lines._lines(company, customers or (lambda column: SQL("TRUE")), by_product=True),
                start,
            ),
        )
        return result

    def _kpi_repurchase_rate(self, company, start, end):
        """A repeat purchase is one on a later day than the customer's first."""
        return self._select(SQL("(c.last_day > c.first_day)::int"), SQL("1"), self._bought())

    def _kpi_retention_rate(self, company, start, end):
        return self._select(SQL("(c.purchase_days > 0)::int"), SQL("1"), self._bought_before(start, end), True)

    def _bought_before(self, start, end):
        """Condition: the customer bought in the period of the same length before."""
        return SQL("c.last_before >= %s", self._period_before(start, end))

    def _kpi_cross_buying(self, company, start, end):
        return SQL(
            """
            SELECT c.partner_id, COALESCE(k.categories, 0) AS numerator, 1 AS denominator
              FROM crm_kpi_customer c
         LEFT JOIN (SELECT customer, count(*) AS categories
                      FROM (SELECT customer, category FROM crm_kpi_category WHERE day >= %s AND day < %s GROUP BY customer, category) d
                     GROUP BY customer) k ON k.customer = c.partner_id
             WHERE c.partner_id IS NOT NULL AND %s
            """,
            start,
            end,
            self._bought(),
        )

    # -- churn ------------------------------------------------------------------------------------

    def _kpi_churn(self, company, start, end):
        """Customers not lapsed at the beginning; those of them who are at the end, by their own rhythm.

        Who has a subscription has left when it ended, however often they buy beside it.
        """
        lapsed = self._lapsed(company, end, SQL("c.last_day"), SQL("c.days_before + c.purchase_days"))
        lapsed_before = self._lapsed(company, start, SQL("c.last_before"), SQL("c.days_before"))
        purchases = self._select(
            SQL("%s::int", lapsed), SQL("1"), SQL("c.days_before > 0 AND NOT %s", lapsed_before), True
        )
        contracts = self._contracts(company)
        if not contracts:
            return purchases
        return SQL(
            """
            WITH contracts AS (
                SELECT partner_id,
                       bool_or(begins < %(start)s AND (ends IS NULL OR ends >= %(start)s)) AS ran,
                       bool_or(begins < %(end)s AND (ends IS NULL OR ends >= %(end)s)) AS runs
                  FROM (%(contracts)s) k WHERE begins < %(end)s GROUP BY partner_id)
            SELECT partner_id, (NOT runs)::int AS numerator, 1 AS denominator FROM contracts WHERE ran
             UNION ALL
            SELECT c.partner_id, %(numerator)s, 1 FROM crm_kpi_customer c
             WHERE %(condition)s AND NOT EXISTS (SELECT FROM contracts k WHERE k.partner_id = c.partner_id)
            """,
            start=start,
            end=end,
            contracts=contracts,
            numerator=purchases.numerator,
            condition=purchases.condition,
        )

    def _lapsed(self, company, day, last, purchases):
        """Condition: on the eve of a day the customer was away for too long, by the rhythm until then."""
        limits = self._lapsed_limits()
        return SQL(
            """
            (%(day)s::date - 1 - %(last)s > %(days)s
             AND CASE WHEN %(purchases)s >= %(rhythm)s
                      THEN %(day)s::date - 1 - %(last)s > %(intervals)s * (%(last)s - c.first_day)::float8 / (%(purchases)s - 1)
                      ELSE %(day)s::date - 1 - %(last)s > %(months)s * %(month)s::float8 END)
            """,
            day=day,
            last=last,
            purchases=purchases,
            rhythm=RHYTHM_FROM,
            month=DAYS_PER_MONTH,
            **limits,
        )

    def _lapsed_limits(self):
        """The thresholds of the stage "lapsed" of the life cycle: one meaning for all."""
        if "crm.retention.stage" not in self.env:
            return LAPSED
        stage = self.env["crm.retention.stage"].sudo().search([("code", "=", "lapsed")], limit=1)
        return {name: stage[name] for name in LAPSED} if stage else LAPSED

    def _contracts(self, company):
        """Select partner_id, begins, ends of subscriptions, from whichever app of them is there; None without."""
        parts, branches = [], self._branches(company)
        if {"is_subscription", "start_date", "end_date"} <= self.env["sale.order"]._fields.keys():
            parts.append(
                SQL(
                    """
                    SELECT p.commercial_partner_id AS partner_id, COALESCE(o.start_date, o.date_order::date) AS begins, o.end_date AS ends
                      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                     WHERE o.is_subscription AND o.state = 'sale' AND o.company_id = ANY(%s)
                    """,
                    branches,
                )
            )
        model = self.env.get("sale.subscription")
        if model is not None and {"partner_id", "company_id", "date_start", "date"} <= {
            name for name, field in model._fields.items() if field.store
        }:
            parts.append(
                SQL(
                    """
                    SELECT p.commercial_partner_id AS partner_id, s.date_start AS begins, s.date::date AS ends
                      FROM sale_subscription s JOIN res_partner p ON p.id = s.partner_id
                     WHERE s.date_start IS NOT NULL AND s.company_id = ANY(%s)
                    """,
                    branches,
                )
            )
        return SQL(" UNION ALL ").join(parts) if parts else None
