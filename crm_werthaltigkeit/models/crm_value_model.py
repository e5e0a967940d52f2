from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

from .crm_value_arrays_engine import np

if np:
    from ..stats import btyd

REFIT_AFTER = timedelta(days=7)


class CrmValueModel(models.Model):
    """Model card: how the expectation of a company was computed, and how well it held on its own past."""

    _name = "crm.value.model"
    _description = "Model Card of Customer Values"
    _order = "id desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Datetime("Computed On", default=fields.Datetime.now, required=True, readonly=True)
    current = fields.Boolean(readonly=True, help="The card the values of today rest on.")
    customers = fields.Integer(readonly=True, help="Customers with at least one purchase.")
    one_time_buyers = fields.Integer(readonly=True)
    decision = fields.Selection(
        [("model", "Model"), ("baseline", "As in the past 12 months"), ("none", "Too little data")],
        required=True,
        readonly=True,
        help="What the customer values show.",
    )
    reason_code = fields.Char(readonly=True)

    # parameters of the purchase process (days)
    r = fields.Float(digits=(16, 6), readonly=True)
    alpha = fields.Float(digits=(16, 6), readonly=True)
    a = fields.Float(digits=(16, 6), readonly=True)
    b = fields.Float(digits=(16, 6), readonly=True)
    log_likelihood = fields.Float(digits=(16, 2), readonly=True)
    converged = fields.Boolean(readonly=True)

    # backtest: what was predicted at the cutoff for the days after it
    cutoff = fields.Date("Predicted On", readonly=True)
    holdout_days = fields.Integer("Days Predicted", readonly=True)
    backtest_customers = fields.Integer("Customers Predicted", readonly=True)
    actual_purchases = fields.Integer(readonly=True)
    model_mae = fields.Float("Mean Error, Model", digits=(16, 3), readonly=True)
    model_rmse = fields.Float("Root Mean Square Error, Model", digits=(16, 3), readonly=True)
    model_bias = fields.Float("Bias, Model", digits=(16, 4), readonly=True)
    model_capture = fields.Float("Best Tenth Found, Model", digits=(16, 4), readonly=True)
    baseline_mae = fields.Float("Mean Error, Past", digits=(16, 3), readonly=True)
    baseline_rmse = fields.Float("Root Mean Square Error, Past", digits=(16, 3), readonly=True)
    baseline_bias = fields.Float("Bias, Past", digits=(16, 4), readonly=True)
    baseline_capture = fields.Float("Best Tenth Found, Past", digits=(16, 4), readonly=True)
    calibration = fields.Json(
        readonly=True,
        help="Predicted against actual purchases by tenths of the prediction: [[predicted, actual, customers]].",
    )

    # what one purchase brings (credibility)
    revenue_mean = fields.Float("Mean Revenue per Purchase", readonly=True)
    revenue_k = fields.Float("Credibility Constant, Revenue", readonly=True)
    margin_mean = fields.Float("Mean CM II per Purchase", readonly=True)
    margin_k = fields.Float("Credibility Constant, CM II", readonly=True)
    margin_rate = fields.Float("CM II per Revenue", readonly=True)

    _current_uniq = models.UniqueIndex("(company_id) WHERE current")

    def _current(self, company):
        """Return the card that the company's values rest on; an empty one before the first fit."""
        return self.search([("company_id", "=", company.id), ("current", "=", True)], limit=1)

    def _is_due(self):
        """Whether there is no card, or it is older than a week."""
        return not self or self.date < fields.Datetime.now() - REFIT_AFTER

    def _params(self):
        """The fitted parameters, as the statistics take them."""
        self.ensure_one()
        return btyd.Params(
            self.r, self.alpha, self.a, self.b, self.log_likelihood, self.customers, "mbg", self.converged
        )

    def _baseline_years(self, company):
        """How many times the purchases of the past 12 months are expected within the horizon, discounted.

        From year to year purchases change as they did in the backtest, but never rise.
        """
        kept = 1.0
        if self.holdout_days and self.baseline_bias > 0:  # the past promised more than came
            kept = (1 / (1 + self.baseline_bias)) ** (365.25 / self.holdout_days)
        rate = 1 + company.werthaltigkeit_discount_rate / 100
        return sum(kept**year / rate ** (year + 0.5) for year in range(company.werthaltigkeit_horizon))

    def action_refit(self):
        """Fit again and compute all values anew, in the background; the user is told when it is done."""
        if not self.env.user.has_group("crm_werthaltigkeit.group_werthaltigkeit_manager"):
            raise AccessError(self.env._("Only a manager of customer values fits the model again."))
        runs = self.env["crm.value.run"].sudo()._request(self.env.companies.root_id, self.env.user, refit=True)
        return runs._notification()
