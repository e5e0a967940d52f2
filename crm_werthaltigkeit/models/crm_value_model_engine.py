from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .crm_value_arrays_engine import np

if np:
    from ..stats import backtest, btyd, credibility

LONGEST_HOLDOUT = 365  # days
SAMPLE = 50_000  # customers whose past tells the model's error to the third digit; more cost time and tell no more
EVERYBODY = 1e12  # credibility constant where customers do not differ: everybody is the average


class CrmValueModelEngine(models.AbstractModel):
    """Fits the model of a company's purchases, tests it on the company's own past and writes its card."""

    _name = "crm.value.model.engine"
    _inherit = ["crm.value.expectation.engine"]
    _description = "Fit and Backtest of Customer Values"

    def _refit(self, company):
        """Write a new current model card of the company and return it.

        The figures of the customer values must be up to date. Who objected to profiling is left out.
        """
        self.env.flush_all()
        vals = {"company_id": company.id, "current": True, **self._prepare_amounts_vals(company)}
        if np:
            vals.update(self._prepare_purchases_vals(company))
        else:
            vals.update(decision="baseline", reason_code="no_libraries")
        cards = self.env["crm.value.model"].sudo()
        cards.search([("company_id", "=", company.id), ("current", "=", True)]).current = False
        cards.flush_model(["current"])
        return cards.create([vals])

    # -- purchases --------------------------------------------------------------------------------

    def _prepare_purchases_vals(self, company):
        """Parameters of the purchase process and the result of the backtest."""
        data = self._fetch(self._histories(company), ("id", "x", "t_x", "t_total"))
        customers = len(data["id"])
        vals = {"customers": customers, "one_time_buyers": int((data["x"] == 0).sum())}
        if not customers:
            return {**vals, "decision": "none", "reason_code": "no_purchases"}
        params = btyd.fit(data["x"], data["t_x"], data["t_total"], prior=btyd.DEFAULT_PRIOR)
        for name in ("r", "alpha", "a", "b", "log_likelihood", "converged"):
            vals[name] = getattr(params, name)
        return {**vals, **self._prepare_backtest_vals(company, int(data["t_total"].max()), customers)}

    def _prepare_backtest_vals(self, company, past, customers):
        """Predict the last part of the past from what was known before it.

        :param past: days since the company's first purchase
        :param customers: how many there are; of more than `SAMPLE` every n-th counts
        """
        horizon = min(LONGEST_HOLDOUT, past // 2)
        today = company._werthaltigkeit_today()
        cutoff = today - timedelta(days=horizon)
        names = ("x", "t_x", "t_total", "holdout", "previous")
        data = self._fetch(self._split_histories(company, cutoff, horizon, today, max(1, customers // SAMPLE)), names)
        vals = {"cutoff": cutoff, "holdout_days": horizon, "backtest_customers": len(data["x"])}
        if not horizon or not len(data["x"]):
            return {**vals, "decision": "none", "reason_code": "no_past"}
        gate = backtest.gate(*(data[name] for name in names), horizon)
        vals |= {
            "decision": gate.decision,
            "reason_code": gate.reason,
            "actual_purchases": int(data["holdout"].sum()),
            "calibration": [[float(value) for value in row] for row in gate.calibration],
        }
        for method, errors in (("model", gate.model), ("baseline", gate.baseline)):
            for name in ("mae", "rmse", "bias", "capture"):
                value = getattr(errors, name) if errors else None
                vals[f"{method}_{name}"] = value if value is not None and np.isfinite(value) else 0.0
        return vals

    def _split_histories(self, company, cutoff, horizon, today, nth):
        """Select every n-th customer's history up to the cutoff, and the purchase days after it.

        Columns: repeat purchases, day of the last, days observed, purchases in the holdout and repeat
        purchases in the window of equal length before it.
        """
        return SQL(
            """
            WITH days AS MATERIALIZED (
                SELECT DISTINCT l.customer, l.day FROM (%(lines)s) l WHERE l.gross > 0 AND l.day <= %(today)s)
            SELECT count(*) FILTER (WHERE day <= %(cutoff)s) - 1 AS x,
                   max(day) FILTER (WHERE day <= %(cutoff)s) - min(day) AS t_x,
                   %(cutoff)s - min(day) AS t_total,
                   count(*) FILTER (WHERE day > %(cutoff)s) AS holdout,
                   count(*) FILTER (WHERE day > %(start)s AND day <= %(cutoff)s) - (min(day) > %(start)s)::int AS previous
              FROM days
             WHERE customer IN (SELECT v.partner_id FROM crm_customer_value v WHERE v.company_id = %(company)s AND %(usable)s)
             GROUP BY customer HAVING min(day) <= %(cutoff)s
            """,
            lines=self.env["crm.value.query"]
            .with_company(company)
            ._lines(company, lambda column: SQL("%s %% %s = 0", column, nth) if nth > 1 else SQL("TRUE")),
            company=company.id,
            usable=self._usable(),
            today=today,
            cutoff=cutoff,
            start=cutoff - timedelta(days=horizon),
        )

    # -- what one purchase brings -----------------------------------------------------------------

    def _prepare_amounts_vals(self, company):
        """Mean revenue and margin of a purchase, and how much a customer's own mean counts against it."""
        vals = {}
        for name in ("revenue", "margin"):
            known = SQL("AND v.margin_known") if name == "margin" else SQL()
            query = SQL(
                "SELECT v.purchase_days AS n, %s AS mean, %s AS variance FROM crm_customer_value v"
                " WHERE v.company_id = %s AND %s AND v.purchase_days > 0 %s",
                SQL.identifier("v", f"{name}_mean"),
                SQL.identifier("v", f"{name}_variance"),
                company.id,
                self._usable(),
                known,
            )
            vals[f"{name}_mean"], vals[f"{name}_k"] = self._credibility(query)
        [(rate,)] = self.env.execute_query(
            SQL(
                "SELECT sum(db2) / NULLIF(sum(revenue), 0) FROM crm_customer_value WHERE company_id = %s AND margin_known",
                company.id,
            )
        )
        return {**vals, "margin_rate": float(rate or 0.0)}

    def _credibility(self, query):
        """Return grand mean and credibility constant of the customers' purchases.

        Without numpy the own mean counts alone.
        """
        if not np:
            [(mean,)] = self.env.execute_query(SQL("SELECT sum(n * mean) / NULLIF(sum(n), 0) FROM (%s) q", query))
            return float(mean or 0.0), 0.0
        data = self._fetch(query, ("n", "mean", "variance"))
        if not len(data["n"]):
            return 0.0, EVERYBODY
        result = credibility.expected_margin(data["n"], data["mean"], data["variance"])
        return float(result.grand_mean), min(float(result.k), EVERYBODY)
