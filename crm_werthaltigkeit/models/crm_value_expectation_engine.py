from odoo import models
from odoo.tools import SQL

from .crm_value_arrays_engine import np

if np:
    from ..stats import btyd

YEAR = 365.25
RHYTHM_FROM = 3  # purchases from which a customer's own mean interval counts as a rhythm
# columns of a customer value that follow from the model card and the figures
EXPECTATION = (
    "probability_active",
    "expected_purchases",
    "expected_revenue",
    "expected_db",
    "lifetime_value",
    "margin_at_risk",
    "expected_profit",
    "purchase_method",
    "amount_method",
    "date_method",
)


class CrmValueExpectationEngine(models.AbstractModel):
    """Says what may be expected of each customer, by the method that the company's model card decided for.

    Purchases come from the model (numpy) or from the past 12 months; what one purchase brings is the
    customer's own mean, weighed with everybody's by credibility; the next order follows the
    customer's own rhythm, else the model. Amounts are in the currency of the company.
    """

    _name = "crm.value.expectation.engine"
    _inherit = ["crm.value.arrays"]
    _description = "Expectation of Customer Values"

    def _expect(self, company, ids=None, by_margin=None):
        """Write the expectation of a company's customers.

        :param ids: customer values to do; None: all of the company
        :param by_margin: whether its customers rank by margin; None: as each row says
        """
        self._prepare(company, by_margin, ids)
        assignments, condition = self._columns()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_value v SET %s FROM crm_value_expected n WHERE n.id = v.id AND %s",
                assignments,
                condition,
            )
        )
        self.env["crm.customer.value"].invalidate_model(flush=False)
        self._write_changes()

    def _prepare(self, company, by_margin=None, ids=None):
        """Create the temporary table crm_value_expected: id and the columns of the expectation; parameters as above."""
        self.env.flush_all()
        card = self.env["crm.value.model"].sudo()._current(company)
        decision = card.decision or "none"
        if decision == "model" and not np:
            decision = "baseline"  # the libraries are gone since the last fit
        if decision == "model":
            self._store_scores(company, card, ids)
        expected = self._expected(company, card, decision, by_margin, ids)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_value_expected"))
        self.env.cr.execute(SQL("CREATE TEMP TABLE crm_value_expected ON COMMIT DROP AS %s", expected))

    def _columns(self):
        """Return the assignments to a value `v` from `n`, the table of `_prepare`, and the condition that they change it.

        Date and flag take effect at once where nothing was expected before; a change goes through the ORM.
        """
        new = SQL(", ").join(SQL.identifier("n", name) for name in EXPECTATION)
        current = SQL(", ").join(SQL.identifier("v", name) for name in EXPECTATION)
        assignments = SQL(
            """
            (%(names)s) = ROW(%(new)s),
            expected_order_date = CASE WHEN v.purchase_method IS NULL THEN n.expected_order_date
                                       ELSE v.expected_order_date END,
            cost_exceeds_profit = CASE WHEN v.purchase_method IS NULL THEN n.cost_exceeds_profit
                                       ELSE v.cost_exceeds_profit END
            """,
            names=SQL(", ").join(map(SQL.identifier, EXPECTATION)),
            new=new,
        )
        return assignments, SQL("(%s) IS DISTINCT FROM (%s)", current, new)

    def _write_changes(self):
        """Write changed dates and flags through the ORM, so that automation rules see them."""
        rows = self.env.execute_query(
            SQL("""
                SELECT n.expected_order_date, COALESCE(n.cost_exceeds_profit, FALSE), array_agg(v.id ORDER BY v.id)
                  FROM crm_value_expected n JOIN crm_customer_value v ON v.id = n.id
                 WHERE v.expected_order_date IS DISTINCT FROM n.expected_order_date
                    OR COALESCE(v.cost_exceeds_profit, FALSE) <> COALESCE(n.cost_exceeds_profit, FALSE)
                 GROUP BY 1, 2 ORDER BY 1, 2
            """)
        )
        for date, flag, ids in rows:
            self.env["crm.customer.value"].browse(ids).write(
                {"expected_order_date": date or False, "cost_exceeds_profit": flag}
            )

    # -- the model's scores ---------------------------------------------------------------------

    def _store_scores(self, company, card, ids):
        """Score customers with the card's parameters, into the temporary table crm_value_scores."""
        data = self._fetch(self._histories(company, ids), ("id", "x", "t_x", "t_total"))
        names = ("probability", "purchases", "if_active", "discounted", "next_days")
        if not len(data["id"]):
            self._store("crm_value_scores", [], dict.fromkeys(names, np.zeros(0)))
            return
        params = card._params()
        scores = btyd.scores(
            params,
            data["x"],
            data["t_x"],
            data["t_total"],
            YEAR,
            YEAR * company.werthaltigkeit_horizon,
            company.werthaltigkeit_discount_rate / 100,
        )
        next_days = np.full(len(data["id"]), np.nan)
        few = data["x"] + 1 < RHYTHM_FROM
        if few.any():  # the median wait from the day of the last purchase on
            next_days[few] = btyd.next_purchase(params, data["x"][few], data["t_x"][few], data["t_x"][few])
        next_days = np.where(next_days < 10 * YEAR, np.ceil(next_days), np.nan)
        columns = (scores.p_alive, scores.expected_purchases, scores.expected_if_active, scores.discounted_purchases)
        self._store("crm_value_scores", data["id"], dict(zip(names, (*columns, next_days), strict=True)))

    def _histories(self, company, ids=None):
        """Select id, repeat purchases, day of the last and days observed, from the first purchase on."""
        return SQL(
            """
            SELECT id, purchase_days_ever - 1 AS x, last_order_date - first_order_date AS t_x,
                   GREATEST(%(today)s, last_order_date) - first_order_date AS t_total
              FROM crm_customer_value v
             WHERE company_id = %(company)s AND %(usable)s AND %(ids)s
            """,
            today=company._werthaltigkeit_today(),
            company=company.id,
            usable=self._usable(),
            ids=SQL("id = ANY(%s)", list(ids)) if ids is not None else SQL("TRUE"),
        )

    def _usable(self):
        """Condition on a value `v`: something was bought, by somebody who does not object to profiling."""
        return SQL("(v.purchase_days_ever > 0 AND v.no_profiling IS NOT TRUE AND v.anonymous IS NOT TRUE)")

    # -- composition ----------------------------------------------------------------------------

    def _expected(self, company, card, decision, by_margin, ids):
        """Select id and all columns of the expectation, with NULL for what cannot be said."""
        if decision == "model":
            scores = SQL("LEFT JOIN crm_value_scores s ON s.id = v.id")
            score = lambda name: SQL.identifier("s", name)  # noqa: E731
        else:
            scores = SQL()
            past = {
                "purchases": SQL("v.repeat_purchases_year::float8"),
                "discounted": SQL("v.repeat_purchases_year * %s::float8", card._baseline_years(company)),
            }
            score = lambda name: past.get(name, SQL("NULL::float8"))  # noqa: E731
        weighed = lambda name: SQL(  # noqa: E731
            "(COALESCE(v.purchase_days * v.%(name)s, 0) + %(k)s * %(mean)s) / NULLIF(v.purchase_days + %(k)s, 0)",
            name=SQL.identifier(f"{name}_mean"),
            k=card[f"{name}_k"],
            mean=card[f"{name}_mean"],
        )
        return SQL(
            """
            WITH methods AS (
                SELECT v.id, %(by_margin)s AS by_margin, v.profit_known, v.service_cost_year, v.last_order_date,
                       CASE WHEN %(usable)s THEN %(decision)s ELSE 'none' END AS purchase_method,
                       CASE WHEN NOT %(usable)s OR %(decision)s = 'none' THEN 'none' WHEN v.purchase_days = 0 THEN 'average'
                            WHEN %(by_margin)s AND NOT v.margin_known THEN 'rate' ELSE 'own' END AS amount_method,
                       CASE WHEN NOT %(usable)s THEN 'none'
                            WHEN v.purchase_days_ever >= %(rhythm)s AND v.mean_interval IS NOT NULL THEN 'rhythm'
                            WHEN %(next_days)s IS NOT NULL THEN 'model' ELSE 'none' END AS date_method,
                       v.mean_interval, %(next_days)s AS next_days, %(probability)s AS probability,
                       %(purchases)s AS purchases, %(if_active)s AS if_active, %(discounted)s AS discounted,
                       %(revenue)s AS revenue_each,
                       CASE WHEN v.margin_known OR v.purchase_days = 0 THEN %(margin)s
                            ELSE %(revenue)s * %(rate)s END AS margin_each
                  FROM crm_customer_value v %(scores)s
                 WHERE v.company_id = %(company)s AND %(ids)s),
            amounts AS (
                SELECT m.*, CASE WHEN by_margin THEN margin_each ELSE revenue_each END AS each,
                       purchase_method <> 'none' AS said
                  FROM methods m),
            expected AS (
                SELECT id, by_margin, profit_known, service_cost_year, purchase_method, amount_method, date_method,
                       CASE WHEN said THEN round(probability::numeric, 4)::float8 END AS probability_active,
                       CASE WHEN said THEN round(purchases::numeric, 3)::float8 END AS expected_purchases,
                       CASE WHEN said THEN round((purchases * revenue_each)::numeric, %(places)s) END AS expected_revenue,
                       CASE WHEN said AND by_margin THEN round((purchases * margin_each)::numeric, %(places)s) END AS expected_db,
                       CASE WHEN said THEN round((discounted * each)::numeric, %(places)s) END AS lifetime_value,
                       CASE WHEN said THEN round((if_active * (1 - probability) * each)::numeric, %(places)s) END AS margin_at_risk,
                       CASE date_method WHEN 'rhythm' THEN last_order_date + round(mean_interval)::int
                                        WHEN 'model' THEN last_order_date + next_days::int END AS expected_order_date
                  FROM amounts),
            profits AS (
                SELECT e.*, CASE WHEN profit_known THEN expected_db - service_cost_year END AS expected_profit FROM expected e)
            SELECT p.*, expected_profit < 0 AND service_cost_year > 0 AS cost_exceeds_profit FROM profits p
            """,
            usable=self._usable(),
            by_margin=SQL("v.rank_basis = 'db1'") if by_margin is None else by_margin,
            decision=decision,
            rhythm=RHYTHM_FROM,
            **{name: score(name) for name in ("next_days", "probability", "purchases", "if_active", "discounted")},
            revenue=weighed("revenue"),
            margin=weighed("margin"),
            rate=card.margin_rate,
            scores=scores,
            company=company.id,
            ids=SQL("v.id = ANY(%s)", list(ids)) if ids is not None else SQL("TRUE"),
            places=company.currency_id.decimal_places,
        )
