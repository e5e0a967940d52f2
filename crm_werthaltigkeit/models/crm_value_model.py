from odoo import fields, models


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
        readonly=True, help="Predicted against actual purchases by tenths of the prediction: [[predicted, actual, customers]]."
    )

    # what one purchase brings (credibility)
    revenue_mean = fields.Float("Mean Revenue per Purchase", readonly=True)
    revenue_k = fields.Float("Credibility Constant, Revenue", readonly=True)
    margin_mean = fields.Float("Mean CM II per Purchase", readonly=True)
    margin_k = fields.Float("Credibility Constant, CM II", readonly=True)
    margin_rate = fields.Float("CM II per Revenue", readonly=True)
