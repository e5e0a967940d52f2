from odoo import api, fields, models


class CrmMeasure(models.Model):
    """What a measure was to cost and what it cost, in the currency of its company."""

    _inherit = "crm.measure"

    budget = fields.Monetary()
    cost_planned = fields.Monetary("Planned Cost")
    cost_fixed = fields.Monetary("Cost Once", help="What it cost however many customers were treated.")
    cost_each = fields.Monetary(
        "Cost per Treated Customer", help="What each costs beyond the rates of the channel: print, voucher, a gift."
    )
    hours = fields.Float("Hours of People")
    hour_rate = fields.Monetary("Cost per Hour")
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        ondelete="set null",
        groups="analytic.group_analytic_accounting",
        help="What is booked on it from start to end counts as cost.",
    )
    cost_contacts = fields.Monetary(
        "Cost of Contacts",
        readonly=True,
        copy=False,
        help="Our contacts with the treated, at the rates of the channels.",
    )
    cost_rewards = fields.Monetary(
        "Rewards Redeemed",
        readonly=True,
        copy=False,
        help="Lowers CM II already, and is therefore not counted as cost once more.",
    )
    cost_analytic = fields.Monetary("Cost Booked", readonly=True, copy=False, help="On the analytic account.")
    cost_actual = fields.Monetary("Actual Cost", compute="_compute_cost_actual", store=True)
    over_budget = fields.Boolean(compute="_compute_over_budget")

    _amounts = models.Constraint(
        "CHECK(COALESCE(budget, 0) >= 0 AND COALESCE(cost_planned, 0) >= 0 AND COALESCE(cost_fixed, 0) >= 0"
        " AND COALESCE(cost_each, 0) >= 0 AND COALESCE(hours, 0) >= 0 AND COALESCE(hour_rate, 0) >= 0)",
        "Budget, cost and hours are not negative.",
    )

    @api.depends(
        "cost_fixed",
        "cost_each",
        "treatment",
        "treated_count",
        "reached_count",
        "hours",
        "hour_rate",
        "cost_contacts",
        "cost_analytic",
    )
    def _compute_cost_actual(self):
        """Of a measure done by hand of which nobody noted who was reached, all treated count as reached."""
        for measure in self:
            by_hand = measure.treatment == "manual" and not measure.standing
            reached = measure.reached_count or (measure.treated_count if by_hand else 0)
            measure.cost_actual = (
                measure.cost_fixed
                + measure.cost_each * reached
                + measure.hours * measure.hour_rate
                + measure.cost_contacts
                + measure.cost_analytic
            )

    @api.depends("budget", "cost_actual")
    def _compute_over_budget(self):
        for measure in self:
            measure.over_budget = bool(measure.budget) and measure.cost_actual > measure.budget
