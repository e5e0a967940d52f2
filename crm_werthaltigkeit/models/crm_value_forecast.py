from markupsafe import Markup

from odoo import api, fields, models

from .crm_customer_value import VALUE_CLASSES


class CrmValueForecast(models.Model):
    """Expected orders of the next 12 calendar months per product category, for planning; computed each night.

    The purchases expected of each customer in 12 months are spread over the months by the company's
    season and over the categories by what this customer bought.
    """

    _name = "crm.value.forecast"
    _description = "Expected Orders"
    _order = "month, id"
    _rec_name = "month"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    month = fields.Date(required=True, readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True, ondelete="set null")
    value_class = fields.Selection(VALUE_CLASSES, readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    purchase_method = fields.Selection(
        [("model", "Model"), ("baseline", "As in the past 12 months")], "Purchases Expected By", readonly=True
    )
    expected_orders = fields.Float(
        digits=(16, 2), readonly=True, help="An order of several categories counts for each by its part of the amount."
    )
    expected_revenue = fields.Monetary(readonly=True)
    expected_db = fields.Monetary("Expected CM II", readonly=True, help="Of the customers whose costs are known.")
    month_error = fields.Float(
        readonly=True,
        aggregator="avg",
        help="How far single months of the past year were off this spread, the year's sum given.",
    )

    @api.model
    def action_open(self):
        """Open the expected orders, with method and error of this company in words."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_value_forecast_action")
        return {**action, "help": Markup(action["help"] or "") + Markup("<p>%s</p>") % self._error_text()}

    @api.model
    def _error_text(self):
        """Say in one or two sentences how far such sums were off on the company's own past."""
        company = self.env.company.sudo().root_id
        card = self.env["crm.value.model"].search([("company_id", "=", company.id), ("current", "=", True)], limit=1)
        row = self.search([("company_id", "=", company.id)], limit=1)
        texts = []
        if card and card.cutoff and card.decision != "none":
            bias = round(100 * (card.model_bias if card.decision == "model" else card.baseline_bias))
            texts.append(
                self.env._("Tried on your own past, the sum of all customers was %s %% too high.", bias)
                if bias > 0
                else self.env._("Tried on your own past, the sum of all customers was %s %% too low.", -bias)
                if bias < 0
                else self.env._("Tried on your own past, the sum of all customers was met.")
            )
        if row.month_error:
            percent = round(100 * row.month_error)
            texts.append(self.env._("Single months were off by %s %% on average, in either direction.", percent))
        return " ".join(texts) or self.env._("How large the error is cannot be said yet: the past is too short.")

    def action_view_customers(self):
        """Open the customers that are expected to order."""
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("purchase_method", "=", self.purchase_method),
            ("expected_purchases", ">", 0),
            ("value_class", "=", self.value_class),
            ("team_id", "=", self.team_id.id),
        ]
        return self.env["crm.customer.value"]._action_open(
            self.env._("Customers"), "crm.customer.value", domain, "list,pivot,graph,form"
        )
