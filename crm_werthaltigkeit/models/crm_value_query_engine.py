from odoo import models
from odoo.tools import SQL

from .crm_value_engine import KNOWN_COST_LIMIT

FIGURES = (
    "gross",
    "discounts",
    "rewards",
    "returns",
    "revenue",
    "cost_of_goods",
    "known_cost_share",
    "margin_known",
    "db1",
    "db1_rate",
    "db2",
    "db3",
    "profit_known",
    "revenue_mean",
    "revenue_variance",
    "margin_mean",
    "margin_variance",
    "order_count",
    "return_count",
    "return_rate",
    "purchase_days",
    "purchase_days_ever",
    "repeat_purchases_year",
    "orders_ever",
    "first_order_date",
    "last_order_date",
    "mean_interval",
    "touchpoint_count",
    "touchpoint_cost",
    "service_cost_year",
    "last_touchpoint",
    "happy_count",
    "unhappy_count",
    "observed_channel_id",
    "awareness_id",
    "user_id",
    "team_id",
    "country_id",
    "industry_id",
    "no_profiling",
    "currency_id",
)
# sums over the lines of the period: column of a line -> name of the figure
SUMS = {
    "gross": "gross",
    "discount": "discounts",
    "reward": "rewards",
    "returned": "returns",
    "cost": "cost_of_goods",
    "sold": "sold",
    "known": "known",
}
AMOUNTS = ("gross", "discounts", "rewards", "returns", "cost_of_goods")


class CrmValueQuery(models.AbstractModel):
    """Builds the SQL of the customer values, by the definitions of gross, return, cost and purchase.

    Every statement is bound to one root company and its branches. Amounts are in the currency of
    that company, at the rate of the document.
    """

    _name = "crm.value.query"
    _inherit = ["crm.value.lines"]
    _description = "Queries of Customer Values"

    # -- figures ------------------------------------------------------------------------------

    def _figures(self, company, customers):
        """Return the statements that compute and write the figures of these customers."""
        insert_columns = SQL(", ").join(SQL.identifier(name) for name in FIGURES)
        new_columns = SQL(", ").join(SQL.identifier("n", name) for name in FIGURES)
        excluded = SQL(", ").join(SQL.identifier("excluded", name) for name in FIGURES)
        current = SQL(", ").join(SQL.identifier("v", name) for name in FIGURES)
        conflict = SQL("(company_id, partner_id)") if customers else SQL("(company_id) WHERE anonymous")
        return [
            SQL("DROP TABLE IF EXISTS crm_value_new"),
            SQL("CREATE TEMP TABLE crm_value_new ON COMMIT DROP AS %s", self._aggregate(company, customers)),
            SQL(
                """
                INSERT INTO crm_customer_value AS v
                       (company_id, partner_id, anonymous, %(columns)s, stale, computed_on, create_date, write_date)
                SELECT %(company)s, n.customer, %(anonymous)s, %(new)s, FALSE, now() AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM crm_value_new n
           ON CONFLICT %(conflict)s
         DO UPDATE SET (%(columns)s, stale, computed_on, write_date)
                     = (%(excluded)s, FALSE, excluded.computed_on, excluded.write_date)
                 WHERE v.stale OR (%(current)s) IS DISTINCT FROM (%(excluded)s)
                """,
                columns=insert_columns,
                company=company.id,
                anonymous=not customers,
                new=new_columns,
                conflict=conflict,
                excluded=excluded,
                current=current,
            ),
            SQL(
                """
                DELETE FROM crm_customer_value v
                 WHERE v.company_id = %s AND %s AND v.value_class_manual IS NULL AND NOT EXISTS (SELECT FROM crm_value_new n WHERE %s)
                """,
                company.id,
                customers(SQL("v.partner_id")) if customers else SQL("v.partner_id IS NULL"),
                SQL("n.customer = v.partner_id") if customers else SQL("TRUE"),
            ),
        ]

    def _aggregate(self, company, customers):
        """Select one row of figures per customer; NULL means "not known", never 0."""
        return SQL(
            """
            WITH documents AS (%(lines)s),
            days AS (
                SELECT customer, day, day >= %(start)s AS counts, sum(gross) AS gross, sum(discount) AS discount,
                       sum(reward) AS reward, sum(returned) AS returned, sum(sold) AS sold, sum(known) AS known,
                       sum(cost) AS cost, sum(gross - discount - reward - returned) AS revenue,
                       count(*) FILTER (WHERE gross > 0) AS orders, count(*) FILTER (WHERE returned > 0) AS refunds
                  FROM documents GROUP BY customer, day),
            d AS (
                SELECT customer, %(sums)s,
                       sum(orders) FILTER (WHERE counts) AS order_count,
                       sum(refunds) FILTER (WHERE counts) AS return_count,
                       count(*) FILTER (WHERE counts AND gross > 0) AS purchase_days,
                       count(*) FILTER (WHERE gross > 0) AS purchase_days_ever,
                       count(*) FILTER (WHERE gross > 0 AND day >= %(year)s) AS purchases_year,
                       var_samp(revenue) FILTER (WHERE counts AND gross > 0) AS revenue_variance,
                       var_samp(revenue - cost) FILTER (WHERE counts AND gross > 0) AS margin_variance,
                       sum(orders) AS orders_ever,
                       min(day) FILTER (WHERE gross > 0) AS first_order_date,
                       max(day) FILTER (WHERE gross > 0) AS last_order_date
                  FROM days GROUP BY customer),
            t AS (%(touchpoints)s),
            figures AS (
                SELECT COALESCE(d.customer, t.customer) AS customer, %(amounts)s,
                       COALESCE(d.known / NULLIF(d.sold, 0), 0)::float8 AS known_cost_share,
                       COALESCE(d.order_count, 0) AS order_count, COALESCE(d.return_count, 0) AS return_count,
                       COALESCE(d.purchase_days, 0) AS purchase_days, COALESCE(d.orders_ever, 0) AS orders_ever,
                       COALESCE(d.purchase_days_ever, 0) AS purchase_days_ever,
                       COALESCE(d.purchases_year - (d.first_order_date >= %(year)s)::int, 0) AS repeat_purchases_year,
                       d.first_order_date, d.last_order_date, d.revenue_variance::float8,
                       d.margin_variance::float8 AS day_margin_variance,
                       CASE WHEN d.purchase_days_ever > 1
                            THEN (d.last_order_date - d.first_order_date)::float8 / (d.purchase_days_ever - 1) END AS mean_interval,
                       COALESCE(t.touchpoint_count, 0) AS touchpoint_count, COALESCE(t.touchpoint_cost, 0) AS touchpoint_cost,
                       COALESCE(t.service_cost_year, 0) AS service_cost_year,
                       t.last_touchpoint, COALESCE(t.happy_count, 0) AS happy_count, COALESCE(t.unhappy_count, 0) AS unhappy_count,
                       t.observed_channel_id, t.awareness_id, t.team_id
                  FROM d FULL JOIN t ON t.customer = d.customer),
            margins AS (
                SELECT f.*, f.gross - f.discounts - f.rewards - f.returns AS revenue,
                       f.known_cost_share >= %(limit)s AS margin_known,
                       CASE WHEN f.known_cost_share >= %(limit)s THEN f.gross - f.returns - f.cost_of_goods END AS db1
                  FROM figures f),
            results AS (SELECT m.*, m.db1 - m.discounts - m.rewards AS db2 FROM margins m)
            SELECT r.*, (r.db1 / NULLIF(r.revenue, 0))::float8 AS db1_rate,
                   CASE WHEN %(rates_known)s THEN r.db2 - r.touchpoint_cost END AS db3,
                   r.margin_known AND %(rates_known)s AS profit_known,
                   (r.revenue / NULLIF(r.purchase_days, 0))::float8 AS revenue_mean,
                   (r.db2 / NULLIF(r.purchase_days, 0))::float8 AS margin_mean,
                   CASE WHEN r.margin_known THEN r.day_margin_variance END AS margin_variance,
                   (r.returns / NULLIF(r.gross, 0))::float8 AS return_rate,
                   partner.user_id, partner.country_id, partner.industry_id,
                   %(currency)s AS currency_id, partner.id IN (%(objectors)s) AS no_profiling
              FROM results r LEFT JOIN res_partner partner ON partner.id = r.customer
             WHERE NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = r.customer AND NOT u.share)
            """,
            lines=self._lines(company, customers),
            start=company._werthaltigkeit_period_start(),
            year=company._werthaltigkeit_year_start(),
            sums=SQL(", ").join(
                SQL("sum(%s) FILTER (WHERE counts) AS %s", SQL.identifier(column), SQL.identifier(name))
                for column, name in SUMS.items()
            ),
            amounts=SQL(", ").join(
                SQL(
                    "round(COALESCE(d.%s, 0), %s) AS %s",
                    SQL.identifier(name),
                    company.currency_id.decimal_places,
                    SQL.identifier(name),
                )
                for name in AMOUNTS
            ),
            touchpoints=self._touchpoints(company, customers),
            limit=KNOWN_COST_LIMIT,
            rates_known=bool(company.werthaltigkeit_rates_confirmed_on),
            currency=company.currency_id.id,
            objectors=self._objectors(),
        )

    def _touchpoints(self, company, customers):
        """Touchpoints of the period per customer; first known UTM source, last known team."""
        start = company._werthaltigkeit_period_start()
        return SQL(
            """
            SELECT t.commercial_partner_id AS customer,
                   count(*) FILTER (WHERE t.date >= %(start)s) AS touchpoint_count,
                   sum(t.cost) FILTER (WHERE t.date >= %(start)s) AS touchpoint_cost,
                   sum(t.cost) FILTER (WHERE t.date >= %(year)s) AS service_cost_year,
                   max(t.date) AS last_touchpoint,
                   count(*) FILTER (WHERE t.satisfaction = 'good' AND t.date >= %(start)s) AS happy_count,
                   count(*) FILTER (WHERE t.satisfaction = 'bad' AND t.date >= %(start)s) AS unhappy_count,
                   mode() WITHIN GROUP (ORDER BY t.channel_id) FILTER (WHERE t.direction = 'in' AND t.channel_id IS NOT NULL)
                       AS observed_channel_id,
                   (array_agg(t.utm_source_id ORDER BY t.date, t.id) FILTER (WHERE t.utm_source_id IS NOT NULL))[1] AS awareness_id,
                   (array_agg(t.team_id ORDER BY t.date DESC, t.id DESC) FILTER (WHERE t.team_id IS NOT NULL))[1] AS team_id
              FROM crm_touchpoint t
             WHERE t.company_id = ANY(%(companies)s) AND t.commercial_partner_id IS NOT NULL AND %(customers)s
             GROUP BY t.commercial_partner_id
            """,
            start=start,
            year=company._werthaltigkeit_year_start(),
            companies=self._branches(company),
            customers=customers(SQL("t.commercial_partner_id")) if customers else SQL("FALSE"),
        )

    def _objectors(self):
        """Select the contacts whose last word on profiling is no."""
        return SQL("""
            SELECT c.partner_id
              FROM (SELECT DISTINCT ON (partner_id) partner_id, state FROM crm_consent
                     WHERE purpose = 'profiling' AND partner_id IS NOT NULL ORDER BY partner_id, date DESC, id DESC) c
             WHERE c.state = 'withdrawn'
        """)

    def _objecting(self, partner_ids):
        """Return those of these contacts whose last word on profiling is no."""
        query = SQL("SELECT partner_id FROM (%s) o WHERE partner_id = ANY(%s)", self._objectors(), list(partner_ids))
        return {row[0] for row in self.env.execute_query(query)}

    # -- which customers ----------------------------------------------------------------------

    def _highest_partner(self):
        return self.env.execute_query(SQL("SELECT COALESCE(max(id), 0) FROM res_partner"))[0][0]

    def _upper_partner(self, last_id, batch):
        """Return the id that ends the next batch of contacts after `last_id`."""
        query = SQL(
            "SELECT max(id) FROM (SELECT id FROM res_partner WHERE id > %s ORDER BY id LIMIT %s) p", last_id, batch
        )
        return self.env.execute_query(query)[0][0] or last_id + batch

    def _changing_tables(self):
        """Tables in which a run looks for what was written since the last one."""
        pos = ["pos_order"] if "pos.order" in self.env else []
        return ["sale_order", "sale_order_line", "account_move", "res_partner", *pos]

    def _changed(self, company):
        """Select the customers whose documents, touchpoints or master data were written since the last run."""
        since = company.werthaltigkeit_value_watermark
        companies = self._branches(company)
        if not since:
            return SQL("SELECT id FROM res_partner WHERE id = commercial_partner_id")
        documents = [
            ("sale_order", SQL("d.write_date >= %s", since)),
            ("sale_order", SQL("d.id IN (SELECT l.order_id FROM sale_order_line l WHERE l.write_date >= %s)", since)),
            ("account_move", SQL("d.write_date >= %s", since)),
        ]
        if "pos.order" in self.env:
            documents.append(("pos_order", SQL("d.write_date >= %s", since)))
        parts = [
            SQL(
                "SELECT p.commercial_partner_id FROM %s d JOIN res_partner p ON p.id = d.partner_id"
                " WHERE d.company_id = ANY(%s) AND %s",
                SQL.identifier(table),
                companies,
                condition,
            )
            for table, condition in documents
        ]
        parts += [
            SQL(
                "SELECT p.commercial_partner_id FROM res_partner p JOIN crm_customer_value v ON v.partner_id = p.commercial_partner_id"
                " AND v.company_id = %s WHERE p.write_date >= %s",
                company.id,
                since,
            ),
            SQL(
                "SELECT t.commercial_partner_id FROM crm_touchpoint t WHERE t.write_date >= %s AND t.company_id = ANY(%s)"
                " AND t.commercial_partner_id IS NOT NULL",
                since,
                companies,
            ),
            SQL(
                "SELECT v.partner_id FROM crm_customer_value v WHERE v.company_id = %s AND v.stale AND v.partner_id IS NOT NULL",
                company.id,
            ),
        ]
        return SQL(" UNION ").join(parts)

    # -- classes ------------------------------------------------------------------------------------

    def _changed_classes(self, company):
        """Select the rows whose effective class is no longer the computed one and not a person's word."""
        return SQL(
            """
            SELECT id FROM crm_customer_value
             WHERE company_id = %s AND (value_class_manual IS NULL OR no_profiling)
               AND value_class IS DISTINCT FROM value_class_computed ORDER BY id
            """,
            company.id,
        )

    def _merges(self, partner_ids, kept_id):
        """Return the statements that leave one row per company: the kept customer's, else one a person classed."""
        return [
            SQL(
                """
                DELETE FROM crm_customer_value v
                 USING (SELECT id, row_number() OVER (PARTITION BY company_id ORDER BY partner_id = %s DESC,
                                                      value_class_manual IS NOT NULL DESC, id) AS position
                          FROM crm_customer_value WHERE partner_id = ANY(%s)) d
                 WHERE d.id = v.id AND d.position > 1
                """,
                kept_id,
                partner_ids,
            ),
            SQL(
                "UPDATE crm_customer_value SET stale = TRUE, partner_id = %s WHERE partner_id = ANY(%s)",
                kept_id,
                partner_ids,
            ),
        ]
