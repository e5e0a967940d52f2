from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

TOKEN = object()  # marks what measuring and steering write; RPC cannot forge an object
MANAGER_GROUP = "crm_controlling.group_controlling_manager"
KINDS = [
    ("acquisition", "Winning Customers"),
    ("retention", "Keeping Customers"),
    ("value", "Customer Value"),
    ("service", "Service"),
]
LIGHTS = [("red", "Off plan"), ("yellow", "Slightly off plan"), ("green", "On plan"), ("none", "Too little data")]
PATHS = [("linear", "Evenly"), ("stepwise", "In steps"), ("seasonal", "As the seasons of the past")]
WINDOWS = [("1", "Each month"), ("3", "3 months up to the month's end"), ("12", "12 months up to the month's end")]
# what measuring writes
RESULT_FIELDS = {
    "baseline_on",
    "light",
    "light_since",
    "actual",
    "actual_known",
    "actual_on",
    "plan",
    "deviation",
    "forecast",
    "forecast_known",
    "forecast_low",
    "forecast_high",
    "forecast_wide_low",
    "forecast_wide_high",
    "probability",
    "measured_on",
    "yellow_count",
    "fan",
    "season",
    "final",
}


class CrmGoal(models.Model):
    """What an indicator shall reach, for whom and until when; it measures itself, and a red light asks for a decision.

    Values are in the unit of the indicator: rates as a part of 1, amounts in the currency of the company.
    """

    _name = "crm.goal"
    _description = "Goal"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.root.company.mixin"]
    _order = "sequence, end_date, id"
    _parent_store = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text("Why", help="What reaching it is good for, in words everybody understands.")
    lessons = fields.Text(help="What was learned on the way; it stays with the goal.")
    kind = fields.Selection(KINDS, required=True, default="retention", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kpi_id = fields.Many2one("crm.kpi", "Indicator", required=True, index=True, ondelete="restrict", tracking=True)
    unit = fields.Selection(related="kpi_id.unit")
    direction = fields.Selection(related="kpi_id.direction")
    window = fields.Selection(
        WINDOWS,
        "Measured Over",
        required=True,
        default="12",
        help="12 months hold no season; single months show a change sooner.",
    )
    group_id = fields.Many2one(
        "crm.customer.group", index="btree_not_null", ondelete="restrict", tracking=True, help="Empty: all customers."
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="The customers of this team alone.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
    )
    parent_id = fields.Many2one("crm.goal", "Part of", index="btree_not_null", ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("crm.goal", "parent_id", "Parts")
    weight = fields.Float(default=1.0, aggregator=None, help="How much it counts among the parts of its goal.")
    baseline = fields.Float(
        digits=(16, 4), aggregator=None, tracking=True, help="Where it stood before; measured and kept at the start."
    )
    baseline_on = fields.Date("Baseline as of", readonly=True, copy=False)
    target = fields.Float(digits=(16, 4), aggregator=None, tracking=True)
    start_date = fields.Date("Start", required=True, default=lambda self: self._default_start(), tracking=True)
    end_date = fields.Date(
        "End",
        required=True,
        default=lambda self: self._default_start() + relativedelta(months=12, days=-1),
        tracking=True,
        help="The last day that counts.",
    )
    baseline_entered = fields.Boolean(
        "Enter the Baseline", help="The baseline is not measured but known otherwise, or wanted to be another."
    )
    path = fields.Selection(
        PATHS, "Way to the Target", required=True, default="linear", help="What is planned for the months between."
    )
    tolerance_yellow = fields.Float("Yellow From", default=0.02, aggregator=None, help="Behind the plan by more than this part of it.")  # fmt: skip
    tolerance_red = fields.Float("Red From", default=0.10, aggregator=None, help="Behind the plan by more than this part of it.")  # fmt: skip
    stage_id = fields.Many2one(
        "crm.goal.stage",
        required=True,
        ondelete="restrict",
        tracking=True,
        index=True,
        copy=False,
        default=lambda self: self._stage("setting"),
        group_expand="_read_group_expand_full",
    )
    state = fields.Selection(string="State of the Goal", related="stage_id.state", store=True, index=True)
    light = fields.Selection(LIGHTS, "Traffic Light", default="none", required=True, readonly=True, copy=False, tracking=True, index=True)  # fmt: skip
    light_since = fields.Date(readonly=True, copy=False)
    actual = fields.Float(digits=(16, 4), readonly=True, copy=False, aggregator=None)
    actual_known = fields.Boolean("Has Data", readonly=True, copy=False)
    actual_on = fields.Date("Actual as of", readonly=True, copy=False, help="The last day that was measured.")
    plan = fields.Float(digits=(16, 4), readonly=True, copy=False, aggregator=None, help="What was planned for the day of the actual value.")  # fmt: skip
    deviation = fields.Float(
        readonly=True, copy=False, aggregator=None, help="Part of the plan; negative is behind, whatever is better."
    )
    forecast = fields.Float("Forecast to the End", digits=(16, 4), readonly=True, copy=False, aggregator=None)
    forecast_known = fields.Boolean("Has a Forecast", readonly=True, copy=False)
    forecast_low = fields.Float("80 % From", digits=(16, 4), readonly=True, copy=False, aggregator=None)
    forecast_high = fields.Float("80 % To", digits=(16, 4), readonly=True, copy=False, aggregator=None)
    forecast_wide_low = fields.Float("95 % From", digits=(16, 4), readonly=True, copy=False, aggregator=None)
    forecast_wide_high = fields.Float("95 % To", digits=(16, 4), readonly=True, copy=False, aggregator=None)
    probability = fields.Float("Probability of Reaching It", readonly=True, copy=False, aggregator=None)
    yellow_count = fields.Integer("Yellow in a Row", readonly=True, copy=False, aggregator=None)
    measured_on = fields.Datetime(readonly=True, copy=False)
    measure_due = fields.Boolean("To Be Measured", readonly=True, copy=False, default=True, help="The past is measured too, at the next run.")  # fmt: skip
    final = fields.Boolean(readonly=True, copy=False, help="Measured up to its end.")

    _dates_order = models.Constraint("CHECK(end_date > start_date)", "A goal ends after it starts.")
    _weight_positive = models.Constraint("CHECK(weight >= 0)", "A weight is not negative.")
    _tolerances = models.Constraint(
        "CHECK(tolerance_yellow >= 0 AND tolerance_red >= tolerance_yellow)",
        "Red begins where yellow does, or farther from the plan.",
    )

    @api.model
    def _default_start(self):
        return self.env.company._werthaltigkeit_today().replace(day=1)

    @api.model
    def _stage(self, state):
        """The first column that means this."""
        return self.env["crm.goal.stage"].search([("state", "=", state)], limit=1)

    @api.constrains("company_id", "group_id", "parent_id")
    def _check_owner_company(self):
        for goal in self:
            if any(other and other.company_id != goal.company_id for other in (goal.group_id, goal.parent_id)):
                raise ValidationError(self.env._("Customer group and parent goal belong to the company of the goal."))
        if self._has_cycle():
            raise ValidationError(self.env._("A goal cannot be a part of itself."))

    # -- who may write what -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict({"baseline_entered": True} if vals.get("baseline") else {}, **vals) for vals in vals_list]
        if any(RESULT_FIELDS & vals.keys() for vals in vals_list) and not self._is_internal():
            raise AccessError(self.env._("What a goal shows is measured, not entered."))
        return super().create(vals_list)

    def write(self, vals):
        if RESULT_FIELDS & vals.keys() and not self._is_internal():
            raise AccessError(self.env._("What a goal shows is measured, not entered."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if any(goal.state != "setting" for goal in self.sudo()):
            raise UserError(self.env._("A goal that was started is archived, not deleted: what was measured stays."))

    def _is_internal(self):
        return self.env.context.get("goal_token") is TOKEN

    def _internal(self):
        return self.with_context(goal_token=TOKEN)
