from random import SystemRandom

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_measure_instrument import LEVERS
from .crm_measure_terms import STATES, TARGETS, VERDICTS


class CrmMeasure(models.Model):
    """What is done to bind a group of customers, and whether it worked: measured against customers left out by chance."""

    _name = "crm.measure"
    _description = "Measure"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.subject.mixin", "crm.root.company.mixin"]
    _order = "date_start desc, id desc"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    goal = fields.Text(help="What is to be reached, in words.")
    state = fields.Selection(STATES, default="idea", required=True, readonly=True, copy=False, tracking=True, group_expand=True, index=True)  # fmt: skip
    instrument_id = fields.Many2one(
        "crm.measure.instrument", required=True, index=True, ondelete="restrict", tracking=True
    )
    lever = fields.Selection(LEVERS, compute="_compute_lever", store=True, readonly=False, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    group_id = fields.Many2one("crm.customer.group", index=True, ondelete="restrict", tracking=True)
    group_size = fields.Integer("Customers in the Group", related="group_id.member_count")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Departments Involved",
        domain="[('company_id', 'in', (company_id, False))]",
        help="The sales teams of Odoo; the workshop or the accounting may be one too.",
    )
    partner_ids = fields.Many2many("res.partner", string="Partner Companies", domain=[("is_company", "=", True)])
    response = fields.Char("How Customers Respond", help="e.g. the code on the letter, a link, a telephone number")
    campaign_id = fields.Many2one(
        "utm.campaign",
        "UTM Campaign",
        ondelete="set null",
        index="btree_not_null",
        help="Orders of treated customers that came in by it are responses.",
    )
    date_start = fields.Date("Start", tracking=True)
    date_end = fields.Date("End", tracking=True, help="The last day that counts. Fixed once it runs.")
    target = fields.Selection(TARGETS, "Target Indicator", required=True, default="repurchase", tracking=True)
    control_share = fields.Float("Control Group", default=0.2, aggregator=None, help="Part of the customers who are left out by chance: what they do shows what would have happened anyway.")  # fmt: skip
    looks = fields.Integer(
        "Number of Evaluations",
        default=1,
        help="1: only after the end. More: also in between, at equal distances, with stricter bounds (O'Brien, Fleming).",
    )
    seed = fields.Integer(default=lambda self: SystemRandom().randrange(1, 2**31 - 1), copy=False, help="The draw can be repeated with it.")  # fmt: skip
    expected_count = fields.Integer("Customers at Planning", readonly=True, copy=False)
    expected_mean = fields.Float("Value Before", readonly=True, copy=False, aggregator=None)
    expected_deviation = fields.Float("Spread Before", readonly=True, copy=False, aggregator=None)
    wanted_effect = fields.Float(
        "Effect Hoped For",
        aggregator=None,
        help="In percentage points for “bought again”, else in the unit of the indicator per customer.",
    )
    plan_text = fields.Text("What Can Be Found", compute="_compute_plan_text")
    score = fields.Float(compute="_compute_score", digits=(4, 1), help="Result of the latest finished value assessment, 0 to 10.")  # fmt: skip
    assessed = fields.Boolean(compute="_compute_score")
    below_minimum = fields.Boolean(compute="_compute_score")
    override_reason = fields.Char("Runs Nevertheless Because", copy=False, tracking=True)
    override_by_id = fields.Many2one("res.users", "Overruled By", readonly=True, copy=False, ondelete="restrict")
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict", tracking=True)
    approved_on = fields.Datetime(readonly=True, copy=False)
    drawn_on = fields.Datetime(readonly=True, copy=False)
    ended = fields.Boolean(compute="_compute_ended", help="The last day that counts has passed.")
    link_ids = fields.One2many("crm.measure.link", "measure_id", "Records That Belong to It")
    participant_ids = fields.One2many("crm.measure.participant", "measure_id", "Participants", readonly=True)
    result_ids = fields.One2many("crm.measure.result", "measure_id", "Results", readonly=True)
    result_id = fields.Many2one("crm.measure.result", "Latest Result", compute="_compute_result_id")
    verdict = fields.Selection(VERDICTS, "What Came Out", compute="_compute_result_id")
    page = fields.Json("Result Page", compute="_compute_result_id")
    course = fields.Json("Course of Both Arms", compute="_compute_result_id")
    treated_count = fields.Integer("Treated", readonly=True, copy=False)
    control_count = fields.Integer("Control", readonly=True, copy=False)
    excluded_count = fields.Integer("Left Out", readonly=True, copy=False)
    res_model = fields.Char("Model of the Record")
    res_id = fields.Many2oneReference("Record Id")
    subject = fields.Char("Record in Words", help="What belongs to it, where there is no record of it in Odoo.")
    record_ref = fields.Reference("_selection_record_ref", help="The mailing, programme, survey or other record it is carried out with.")  # fmt: skip
    subject_name = fields.Char("Carried Out With")

    _control_share_range = models.Constraint(
        "CHECK(control_share >= 0 AND control_share <= 0.9)",
        "The control group is between 0 and 90 % of the customers.",
    )
    _dates_order = models.Constraint("CHECK(date_end IS NULL OR date_start IS NULL OR date_end > date_start)", "It ends after it starts.")  # fmt: skip
    _numbers = models.Constraint("CHECK(looks BETWEEN 1 AND 20 AND seed >= 0)", "1 to 20 evaluations, and a seed from 0 on.")  # fmt: skip

    # -- what follows from the rest ---------------------------------------------------------------

    @api.model
    def _subject_models(self):
        return ["mailing.mailing", "loyalty.program", "survey.survey", "utm.campaign", "event.event", "project.project", "crm.feedback.rule"]  # fmt: skip

    @api.depends("date_end", "company_id")
    def _compute_ended(self):
        for measure in self:
            measure.ended = bool(measure.date_end) and measure.company_id._werthaltigkeit_today() > measure.date_end

    @api.depends("instrument_id")
    def _compute_lever(self):
        for measure in self:
            measure.lever = measure.instrument_id.lever or measure.lever or "value"

    @api.depends("result_ids")
    @api.depends_context("lang")
    def _compute_result_id(self):
        for measure in self:
            measure.result_id = measure.result_ids[:1]
            measure.verdict = measure.result_id.verdict
            measure.page = measure.result_id.page
            measure.course = measure.result_id.course

    @api.depends_context("uid")
    def _compute_score(self):
        """The latest finished assessment counts; with the rights of the system, as it is a condition for everybody."""
        done = (
            self.env["crm.value.assessment"]
            .sudo()
            .search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "done")], order="date, id"
            )
        )
        results = {assessment.res_id: assessment.result for assessment in done}
        for measure in self:
            measure.assessed = measure._origin.id in results
            measure.score = results.get(measure._origin.id, 0)
            minimum = measure.company_id.sudo().kundenbindung_measure_minimum
            measure.below_minimum = bool(minimum) and (not measure.assessed or measure.score < minimum)

    @api.constrains("company_id", "group_id")
    def _check_company_of_group(self):
        for measure in self:
            if measure.group_id and measure.group_id.company_id != measure.company_id:
                raise ValidationError(self.env._("The customer group belongs to another company than the measure."))

    @api.onchange("control_share")
    def _onchange_control_share(self):
        if not self.control_share:
            return {
                "warning": {
                    "title": self.env._("No Control Group"),
                    "message": self.env._(
                        "Without customers who are left out by chance nobody can tell what the measure did: before and after is no proof."
                    ),
                }
            }
        return None
