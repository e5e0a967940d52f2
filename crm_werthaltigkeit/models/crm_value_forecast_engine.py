from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ..stats import season

YEARS = 3  # how far back the season is looked for


class CrmValueForecastEngine(models.AbstractModel):
    """Spreads the expected purchases of all customers over months and product categories, set-based."""

    _name = "crm.value.forecast.engine"
    _description = "Computation of Expected Orders"

    @api.model
    def _compute(self, company):
        """Replace the expected orders of a root company; return the number of rows."""
        self.env.flush_all()
        first = company._werthaltigkeit_today().replace(day=1)
        counts = self._purchases_by_month(company, first)
        error = season.month_error(counts)
        months = [
            (first + relativedelta(months=i + 1), weight)
            for i, weight in enumerate(self._from_next_month(season.month_weights(counts)))
        ]
        self.env.cr.execute(SQL("DELETE FROM crm_value_forecast WHERE company_id = %s", company.id))
        self.env.cr.execute(self._insert(company, months, error))
        count = self.env.cr.rowcount
        self.env["crm.value.forecast"].invalidate_model(flush=False)
        return count

    def _from_next_month(self, weights):
        """The counted months end before the current one: its weight moves to the end of the 12 months."""
        return [*weights[1:], weights[0]]

    def _purchases_by_month(self, company, until):
        """Return the number of documents in each full month before `until`, oldest first."""
        start = until - relativedelta(years=YEARS)
        invoice = company.werthaltigkeit_basis == "invoice"
        day = (
            SQL("COALESCE(d.invoice_date, d.date)")
            if invoice
            else self.env["crm.value.lines"]._day(SQL("d.date_order"), company)
        )
        parts = [
            SQL(
                "SELECT date_trunc('month', %s)::date AS month FROM %s d WHERE %s AND d.company_id = ANY(%s)",
                day,
                SQL.identifier("account_move" if invoice else "sale_order"),
                SQL("d.state = 'posted' AND d.move_type IN ('out_invoice', 'out_receipt')")
                if invoice
                else SQL("d.state = 'sale'"),
                self.env["crm.value.lines"]._branches(company),
            )
        ]
        if not invoice and "pos.order" in self.env:
            parts.append(
                SQL(
                    "SELECT date_trunc('month', %s)::date FROM pos_order d"
                    " WHERE d.state IN ('paid', 'done') AND d.company_id = ANY(%s)",
                    day,
                    self.env["crm.value.lines"]._branches(company),
                )
            )
        counts = dict(
            self.env.execute_query(
                SQL(
                    "SELECT month, count(*) FROM (%s) m WHERE month >= %s AND month < %s GROUP BY month",
                    SQL(" UNION ALL ").join(parts),
                    start,
                    until,
                )
            )
        )
        months = [start + relativedelta(months=i) for i in range(12 * YEARS)]
        return [counts.get(month, 0) for month in months if counts and month >= min(counts)]

    def _insert(self, company, months, error):
        return SQL(
            """
            WITH bought AS (%(bought)s),
            shares AS (
                SELECT customer, categ_id, amount / sum(amount) OVER (PARTITION BY customer) AS share FROM bought),
            expected AS (
                SELECT s.categ_id, v.value_class, v.team_id, v.purchase_method,
                       sum(v.expected_purchases * COALESCE(s.share, 1)) AS orders,
                       sum(v.expected_revenue * COALESCE(s.share, 1)) AS revenue,
                       sum(v.expected_db * COALESCE(s.share, 1)) AS db
                  FROM crm_customer_value v
             LEFT JOIN shares s ON s.customer = v.partner_id
                 WHERE v.company_id = %(company)s AND v.purchase_method IN ('model', 'baseline') AND v.expected_purchases > 0
                 GROUP BY 1, 2, 3, 4)
            INSERT INTO crm_value_forecast
                   (company_id, currency_id, month, categ_id, value_class, team_id, purchase_method,
                    expected_orders, expected_revenue, expected_db, month_error)
            SELECT %(company)s, %(currency)s, m.month, e.categ_id, e.value_class, e.team_id, e.purchase_method,
                   e.orders * m.weight, e.revenue * m.weight, e.db * m.weight, %(error)s
              FROM expected e, (VALUES %(months)s) m (month, weight)
            """,
            bought=self._bought(company),
            company=company.id,
            currency=company.currency_id.id,
            months=SQL(", ").join(SQL("(%s::date, %s::float8)", month, weight) for month, weight in months),
            error=error,
        )

    def _bought(self, company):
        """Select what each customer paid per product category within the period of customer value."""
        start = company._werthaltigkeit_period_start()
        amount = SQL("l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1)")
        if company.werthaltigkeit_basis == "invoice":
            parts = [
                SQL(
                    """
                    SELECT p.commercial_partner_id AS customer, l.product_id,
                           l.price_subtotal / COALESCE(NULLIF(m.invoice_currency_rate, 0), 1) AS amount
                      FROM account_move m
                      JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
                      JOIN res_partner p ON p.id = m.partner_id
                     WHERE m.move_type IN ('out_invoice', 'out_receipt') AND m.state = 'posted'
                       AND m.company_id = ANY(%s) AND COALESCE(m.invoice_date, m.date) >= %s
                    """,
                    self.env["crm.value.lines"]._branches(company),
                    start,
                )
            ]
        else:
            parts = [
                SQL(
                    """
                    SELECT p.commercial_partner_id AS customer, l.product_id, %s AS amount
                      FROM sale_order o
                      JOIN sale_order_line l ON l.order_id = o.id AND l.display_type IS NULL AND l.is_downpayment IS NOT TRUE
                      JOIN res_partner p ON p.id = o.partner_id
                     WHERE o.state = 'sale' AND o.company_id = ANY(%s) AND o.date_order >= %s AND %s
                    """,
                    amount,
                    self.env["crm.value.lines"]._branches(company),
                    start,
                    self.env["crm.value.lines"]._not_money("sale.order.line"),
                )
            ]
            if "pos.order" in self.env:
                parts.append(
                    SQL(
                        """
                        SELECT p.commercial_partner_id, l.product_id, %s
                          FROM pos_order o
                          JOIN pos_order_line l ON l.order_id = o.id
                          JOIN res_partner p ON p.id = o.partner_id
                         WHERE o.state IN ('paid', 'done') AND o.company_id = ANY(%s) AND o.date_order >= %s AND %s
                        """,
                        amount,
                        self.env["crm.value.lines"]._branches(company),
                        start,
                        self.env["crm.value.lines"]._not_money("pos.order.line"),
                    )
                )
        return SQL(
            """
            SELECT b.customer, t.categ_id, sum(b.amount) AS amount
              FROM (%s) b
              JOIN product_product pp ON pp.id = b.product_id
              JOIN product_template t ON t.id = pp.product_tmpl_id
             WHERE b.amount > 0 GROUP BY b.customer, t.categ_id
            """,
            SQL(" UNION ALL ").join(parts),
        )
