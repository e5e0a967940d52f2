from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .crm_goal import LIGHTS, TOKEN

DECISIONS = [("measure", "Measure"), ("accept", "Accept"), ("change", "Change the goal")]
CAUSES = [("red", "Off plan"), ("yellow", "Slightly off plan twice in a row"), ("asked", "Asked for")]
QUIET_MONTHS = 3  # after an accepted deviation nobody is asked again for so long
DECISION_FIELDS = {"state", "decision", "decided_by_id", "decided_on", "quiet_until"}
# which indicator of a measure moves which indicator of a goal
TARGETS = {
    "repurchase": ("repurchase_rate", "retention_rate", "second_purchase", "churn", "active_customers"),
    "orders": ("orders_per_customer",),
    "revenue": ("revenue",),
    "db2": ("db1", "db2", "db3", "db1_per_customer"),
    "satisfaction": ("csat", "nps", "ces", "happy_smileys", "price_performance", "trust_answers"),
}


class CrmGoalReview(models.Model):
    """A goal is off its plan: who contributed to it, what could be done, what was decided, by whom and why."""

    _name = "crm.goal.review"
    _description = "Review of a Goal"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "goal_id"

    goal_id = fields.Many2one("crm.goal", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    user_id = fields.Many2one("res.users", "Owner", readonly=True, ondelete="set null", index="btree_not_null", tracking=True)  # fmt: skip
    date = fields.Date(required=True, readonly=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    light = fields.Selection(LIGHTS, "Traffic Light", readonly=True)
    kpi_id = fields.Many2one(related="goal_id.kpi_id")
    situation = fields.Text("Where It Stood", readonly=True)
    outlook = fields.Text("Where It Would End", readonly=True)
    chart = fields.Json(related="goal_id.chart")
    base_start = fields.Date("Compared From", readonly=True)
    base_end = fields.Date("Compared To", readonly=True)
    now_start = fields.Date("Looked At From", readonly=True)
    now_end = fields.Date("Looked At To", readonly=True)
    base_value = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    now_value = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    analysed = fields.Boolean(readonly=True)
    analysis_text = fields.Text("In Words", compute="_compute_analysis_text")
    line_ids = fields.One2many("crm.goal.review.line", "review_id", "Contributions", readonly=True)
    group_id = fields.Many2one(
        "crm.customer.group",
        "Customers to Treat",
        ondelete="restrict",
        index="btree_not_null",
        help="Whom a measure is for.",
    )
    library_ids = fields.Many2many("crm.measure.library", string="What Worked", compute="_compute_proposals")
    instrument_ids = fields.Many2many("crm.measure.instrument", string="Not Measured Yet", compute="_compute_proposals")
    measure_ids = fields.One2many("crm.measure", "goal_review_id", "Measures")
    reason = fields.Text(tracking=True, help="Why this is decided, for those who read it later.")
    state = fields.Selection([("open", "To Decide"), ("decided", "Decided")], default="open", required=True, readonly=True, copy=False, tracking=True, index=True)  # fmt: skip
    decision = fields.Selection(DECISIONS, readonly=True, copy=False, tracking=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    decided_on = fields.Datetime(readonly=True, copy=False)
    quiet_until = fields.Date("Not Asked Again Until", readonly=True, copy=False)

    @api.depends("base_value", "now_value", "analysed")
    @api.depends_context("lang")
    def _compute_analysis_text(self):
        for review in self:
            if not review.analysed:
                review.analysis_text = self.env._("Too little data to tell who contributed to it.")
                continue
            figure = review.goal_id._figure
            review.analysis_text = self.env._(
                "%(base)s before the start (%(base_start)s – %(base_end)s), %(now)s now (%(now_start)s – %(now_end)s). What each part contributed to the difference, by its own value and by growing or shrinking:",
                base=figure(review.base_value),
                now=figure(review.now_value),
                **{
                    name: format_date(self.env, review[name])
                    for name in ("base_start", "base_end", "now_start", "now_end")
                },
            )

    @api.depends("goal_id", "group_id")
    def _compute_proposals(self):
        """Instruments by what they brought for an indicator that moves this one: proved ones first, then promising ones."""
        for review in self:
            code = review.goal_id.kpi_id.code
            targets = [target for target, codes in TARGETS.items() if code in codes]
            domain = [("company_id", "=", review.company_id.id), ("target", "in", targets), ("effect", ">", 0)]
            if review.group_id:
                domain.append(("group_id", "=", review.group_id.id))
            found = self.env["crm.measure.library"].search(domain)
            review.library_ids = found.sorted(lambda row: (not row.proved, -row.low))
            review.instrument_ids = self.env["crm.measure.instrument"].search([]) - found.instrument_id

    # -- who may write what -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get("goal_token") is not TOKEN:
            raise AccessError(self.env._("A review is opened by goal control, or from its goal."))
        return super().create(vals_list)

    def write(self, vals):
        if self.env.context.get("goal_token") is not TOKEN:
            if DECISION_FIELDS & vals.keys():
                raise AccessError(self.env._("A decision comes about by its own steps."))
            if "reason" in vals and any(review.state == "decided" for review in self.sudo()):
                raise UserError(self.env._("This is decided: the reason stays as it was given."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_review(self):
        raise AccessError(self.env._("A review stays with its goal."))

    def _internal(self):
        return self.with_context(goal_token=TOKEN)

    # -- decisions --------------------------------------------------------------------------------

    def action_accept(self):
        """Nothing is done about it, for a while."""
        for review in self:
            review._decide("accept", review.reason)

    def action_change_goal(self):
        self.ensure_one()
        self._check_open()
        action = self.goal_id.action_change()
        context = {"default_review_id": self.id, "default_reason": self.reason or False}
        return dict(action, context=action["context"] | context)

    def action_create_measure(self):
        """Prepare a measure that carries the goal; the review is decided with it."""
        self.ensure_one()
        return self._action_measure()

    def _action_measure(self, instrument=None, group=None):
        self._check_open()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Enter the reason of the decision first."))
        context = {
            "default_name": self.env._("For “%s”", self.goal_id.name),
            "default_goal": self.reason or False,
            "default_goal_id": self.goal_id.id,
            "default_goal_review_id": self.id,
            "default_company_id": self.company_id.id,
            "default_group_id": (group or self.group_id or self.goal_id.group_id).id,
            "default_instrument_id": instrument.id if instrument else False,
            "default_target": next(
                (t for t, codes in TARGETS.items() if self.goal_id.kpi_id.code in codes), "repurchase"
            ),
            "default_user_id": self.user_id.id or self.env.uid,
            "default_date_start": self._next_day(),
            "default_date_end": min(self.goal_id.end_date, self._next_day() + relativedelta(months=3)),
        }
        if context["default_date_end"] <= context["default_date_start"]:
            context["default_date_end"] = context["default_date_start"] + relativedelta(months=1)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Measure"),
            "res_model": "crm.measure",
            "views": [(False, "form")],
            "context": context,
        }

    @api.model
    def _from_context(self):
        """The review whose proposals are shown."""
        review = self.browse(self.env.context.get("goal_review_id")).exists()
        if len(review) != 1:
            raise UserError(self.env._("Open the review first."))
        return review

    def _next_day(self):
        return self.company_id._werthaltigkeit_today() + timedelta(days=1)

    def _check_open(self):
        self.check_access("write")
        if any(review.state != "open" for review in self):
            raise UserError(self.env._("This review is decided already."))

    def _decide(self, decision, reason):
        """Close a review: what, why, by whom; the activity is done."""
        self.ensure_one()
        self._check_open()
        if not (reason or "").strip():
            raise UserError(self.env._("Enter the reason of the decision first."))
        today = self.company_id._werthaltigkeit_today()
        self._internal().write(
            {
                "state": "decided",
                "decision": decision,
                "reason": reason,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                "quiet_until": today + relativedelta(months=QUIET_MONTHS),
            }
        )
        self.sudo().activity_feedback(["crm_controlling.mail_activity_goal_review"])
        labels = dict(self._fields["decision"]._description_selection(self.env))
        self.goal_id.sudo().message_post(body=self.env._("Decided on the deviation: %(decision)s. %(reason)s", decision=labels[decision], reason=reason))  # fmt: skip

    def action_analyse(self):
        """Find anew who contributed to the deviation."""
        self.check_access("write")
        self.sudo()._analyse()

    def _analyse(self):
        for review in self:
            self.env["crm.goal.review.engine"].sudo()._analyse(review)

    def action_view_goal(self):
        self.ensure_one()
        return self.goal_id.get_formview_action()
