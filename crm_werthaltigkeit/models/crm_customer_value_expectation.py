from datetime import timedelta

from odoo import api, fields, models

EXPECTATION_METHODS = [
    ("model", "Model"),
    ("baseline", "As in the past 12 months"),
    ("none", "Too little data"),
]


class CrmCustomerValue(models.Model):
    """What is left after discounts and service, and what may be expected of a customer.

    `crm.value.engine` writes the margins, `crm.value.expectation.engine` the expectation. Where a
    figure cannot be said honestly its column is NULL and a method or flag says so.
    """

    _inherit = "crm.customer.value"

    # -- margins below contribution margin I ------------------------------------------------------

    db2 = fields.Monetary("CM II", readonly=True, help="Contribution margin II: CM I less discounts and rewards.")
    db3 = fields.Monetary(
        "CM III",
        readonly=True,
        help="Contribution margin III: CM II less the cost to serve. Known once somebody confirmed the contact rates.",
    )
    profit_known = fields.Boolean(
        "CM III Known", readonly=True, help="The margin is known and the contact rates are confirmed."
    )
    service_cost_year = fields.Monetary(
        "Cost to Serve (12 Months)", readonly=True, help="Cost of the touchpoints of the past 12 months."
    )

    # -- what one purchase brings; input of the expectation ---------------------------------------

    purchase_days_ever = fields.Integer(readonly=True, help="Distinct days with a purchase, since the first.")
    repeat_purchases_year = fields.Integer(
        "Repeat Purchases (12 Months)",
        readonly=True,
        help="Without the first purchase ever: what the past would expect.",
    )
    revenue_mean = fields.Float("Revenue per Purchase", readonly=True, aggregator="avg")
    revenue_variance = fields.Float("Variance of Revenue per Purchase", readonly=True, aggregator=None)
    margin_mean = fields.Float("CM II per Purchase", readonly=True, aggregator="avg")
    margin_variance = fields.Float("Variance of CM II per Purchase", readonly=True, aggregator=None)

    # -- expectation --------------------------------------------------------------------------------

    probability_active = fields.Float(
        "Probably Still Buys", readonly=True, aggregator="avg", help="Probability that this customer will buy again."
    )
    expected_purchases = fields.Float(readonly=True, help="In the next 12 months.")
    expected_revenue = fields.Monetary(readonly=True, help="In the next 12 months.")
    expected_db = fields.Monetary(
        "Expected CM II",
        readonly=True,
        help="Contribution margin II of the next 12 months. Unknown where too few costs are known.",
    )
    lifetime_value = fields.Monetary(
        readonly=True,
        help="CM II of all purchases within the horizon, discounted to today; revenue where too few costs are known.",
    )
    margin_at_risk = fields.Monetary(
        readonly=True,
        help="What an active customer would bring in 12 months, times the probability that this one is lost.",
    )
    expected_order_date = fields.Date("Next Order", readonly=True, index="btree_not_null")
    days_overdue = fields.Integer(
        "Overdue (Days)",
        compute="_compute_days_overdue",
        search="_search_days_overdue",
        help="Days since the expected next order date.",
    )
    expected_profit = fields.Monetary(
        readonly=True,
        help="Expected CM II less what the contacts of the past 12 months cost.",
    )
    cost_exceeds_profit = fields.Boolean(
        "Costs More Than Expected", readonly=True, help="The cost to serve exceeds the profit to be expected."
    )
    purchase_method = fields.Selection(
        EXPECTATION_METHODS, "Purchases Expected By", readonly=True, help="How purchases and activity are expected."
    )
    amount_method = fields.Selection(
        [
            ("own", "Own purchases, weighed with everybody's"),
            ("rate", "Own revenue at the average margin rate"),
            ("average", "Average of all customers"),
            ("none", "Too little data"),
        ],
        "Amount Expected By",
        readonly=True,
    )
    date_method = fields.Selection(
        [("rhythm", "Own rhythm"), ("model", "Model"), ("none", "Too little data")],
        "Next Order Expected By",
        readonly=True,
    )

    @api.depends("expected_order_date")
    def _compute_days_overdue(self):
        for value in self:
            expected = value.expected_order_date
            today = value.company_id._werthaltigkeit_today()
            value.days_overdue = max(0, (today - expected).days) if expected else 0

    def _search_days_overdue(self, operator, value):
        """Turn a number of days into a date: more days overdue is an earlier date."""
        turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(operator)
        if not turned:
            return NotImplemented
        today = self.env.company.root_id._werthaltigkeit_today()
        domain = [("expected_order_date", turned, today - timedelta(days=int(value)))]
        if operator in ("<", "<="):  # who is not overdue at all has 0 days
            return ["|", ("expected_order_date", "=", False), *domain]
        return domain
