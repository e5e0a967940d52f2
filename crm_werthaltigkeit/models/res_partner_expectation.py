from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang

from .res_partner import USER_GROUP


class ResPartner(models.Model):
    """What may be expected of a customer, for filters, automation rules and the sentence on the contact."""

    _inherit = "res.partner"

    werthaltigkeit_probability_active = fields.Float(
        "Probably Still Buys",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_probability_active",
        help="Probability that this customer will buy again; only where the model stands the test on the past.",
        groups=USER_GROUP,
    )
    werthaltigkeit_expected_order_date = fields.Date(
        "Next Order Expected",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_expected_order_date",
        groups=USER_GROUP,
    )
    werthaltigkeit_days_overdue = fields.Integer(
        "Overdue (Days)",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_days_overdue",
        help="Days since the expected next order date.",
        groups=USER_GROUP,
    )
    werthaltigkeit_expected_db = fields.Monetary(
        "Expected CM II",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_expected_db",
        currency_field="werthaltigkeit_currency_id",
        help="Contribution margin II of the next 12 months.",
        groups=USER_GROUP,
    )
    werthaltigkeit_expected_profit = fields.Monetary(
        "Expected Profit",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_expected_profit",
        currency_field="werthaltigkeit_currency_id",
        help="Expected CM II less what the contacts of the past 12 months cost.",
        groups=USER_GROUP,
    )
    werthaltigkeit_cost_exceeds_profit = fields.Boolean(
        "Costs More Than Expected",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_cost_exceeds_profit",
        help="The cost to serve exceeds the profit to be expected.",
        groups=USER_GROUP,
    )
    werthaltigkeit_lifetime_value = fields.Monetary(
        "Lifetime Value",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_lifetime_value",
        currency_field="werthaltigkeit_currency_id",
        groups=USER_GROUP,
    )
    werthaltigkeit_margin_at_risk = fields.Monetary(
        "Margin at Risk",
        compute="_compute_werthaltigkeit_expectation",
        search="_search_werthaltigkeit_margin_at_risk",
        currency_field="werthaltigkeit_currency_id",
        help="What this customer would bring in 12 months, times the probability that it is lost.",
        groups=USER_GROUP,
    )

    @api.depends("werthaltigkeit_value_id")
    @api.depends_context("company", "tz")
    def _compute_werthaltigkeit_expectation(self):
        for partner in self:
            value = partner.werthaltigkeit_value_id
            partner.werthaltigkeit_probability_active = value.probability_active
            partner.werthaltigkeit_expected_order_date = value.expected_order_date
            partner.werthaltigkeit_days_overdue = value.days_overdue
            partner.werthaltigkeit_expected_db = value.expected_db
            partner.werthaltigkeit_expected_profit = value.expected_profit
            partner.werthaltigkeit_cost_exceeds_profit = value.cost_exceeds_profit
            partner.werthaltigkeit_lifetime_value = value.lifetime_value
            partner.werthaltigkeit_margin_at_risk = value.margin_at_risk

    # -- filters: a figure that is not known meets no condition on it --------------------------------

    def _search_expectation(self, field, operator, value):
        """As `_search_by_value`, among the customers of whom something is expected.

        An unknown figure is NULL, which Odoo compares as 0: "below 20 %" would find everybody unknown.
        """
        if operator not in ("<", "<=", ">", ">="):
            return self._search_by_value(field, operator, value)
        methods = ("model",) if field == "probability_active" else ("model", "baseline")
        values = self.env["crm.customer.value"]._search(
            [
                ("company_id", "=", self.env.company.root_id.id),
                ("partner_id", "!=", False),
                ("purchase_method", "in", methods),
                (field, operator, value),
            ]
        )
        return Domain("commercial_partner_id", "in", values.subselect("partner_id"))

    def _search_werthaltigkeit_probability_active(self, operator, value):
        return self._search_expectation("probability_active", operator, value)

    def _search_werthaltigkeit_expected_order_date(self, operator, value):
        return self._search_by_value("expected_order_date", operator, value)

    def _search_werthaltigkeit_days_overdue(self, operator, value):
        return self._search_by_value("days_overdue", operator, value)

    def _search_werthaltigkeit_expected_db(self, operator, value):
        return self._search_expectation("expected_db", operator, value)

    def _search_werthaltigkeit_expected_profit(self, operator, value):
        return self._search_expectation("expected_profit", operator, value)

    def _search_werthaltigkeit_cost_exceeds_profit(self, operator, value):
        return self._search_by_value("cost_exceeds_profit", operator, value)

    def _search_werthaltigkeit_lifetime_value(self, operator, value):
        return self._search_expectation("lifetime_value", operator, value)

    def _search_werthaltigkeit_margin_at_risk(self, operator, value):
        return self._search_expectation("margin_at_risk", operator, value)

    # -- the sentence -------------------------------------------------------------------------------

    def _werthaltigkeit_headline_expectation(self):
        """How probable further purchases are, and what a year with this customer brings."""
        value = self.werthaltigkeit_value_id
        if value.no_profiling or value.purchase_method not in ("model", "baseline"):
            return []
        parts = []
        if value.purchase_method == "model":
            parts.append(self.env._("probably still buys (%s %%)", round(100 * value.probability_active)))
        parts.append(self._werthaltigkeit_headline_year(value))
        return parts

    def _werthaltigkeit_headline_year(self, value):
        """The expected profit of a year, or the margin before service where rates are not confirmed."""
        if value.amount_method in (False, "none") or not value._expects_margin():
            return None
        if value._expects_profit():
            return self.env._("%s a year after service", self._werthaltigkeit_amount(value.expected_profit, value))
        return self.env._("%s a year before service", self._werthaltigkeit_amount(value.expected_db, value))

    def _werthaltigkeit_amount(self, amount, value):
        """An amount in whole units of the currency: a sentence needs no cents."""
        return formatLang(self.env, amount, currency_obj=value.currency_id, rounding_unit="units")
