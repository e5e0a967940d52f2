from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_goal import TOKEN

YELLOW_LIMIT = 2  # month ends in a row behind the plan that lead to a review


class CrmGoal(models.Model):
    """Steering: a goal off its plan asks its owner to decide, and what was decided is followed."""

    _inherit = "crm.goal"

    review_ids = fields.One2many("crm.goal.review", "goal_id", "Reviews", readonly=True)
    review_count = fields.Integer("To Decide", compute="_compute_review_count")
    measure_ids = fields.One2many("crm.measure", "goal_id", "Measures")
    measure_count = fields.Integer("Measures Taken", compute="_compute_measure_count")
    effect_ids = fields.One2many("crm.goal.effect", "goal_id", "Effects of Measures", readonly=True)

    @api.depends("review_ids.state")
    def _compute_review_count(self):
        for goal in self:
            goal.review_count = len(goal._open_reviews())

    @api.depends("measure_ids")
    def _compute_measure_count(self):
        for goal in self:
            goal.measure_count = len(goal.measure_ids)

    def _open_reviews(self):
        return self.review_ids.filtered(lambda review: review.state == "open")

    def _needs_review(self):
        """Red, or yellow twice in a row; not while one is open, was decided lately, or a measure for it runs."""
        self.ensure_one()
        off = self.light == "red" or self.light == "yellow" and self.yellow_count >= YELLOW_LIMIT
        if not off or self._open_reviews():
            return False
        today = self.company_id._werthaltigkeit_today()
        if any(review.quiet_until and today < review.quiet_until for review in self.review_ids):
            return False
        return not any(measure.state in ("planned", "running") for measure in self.measure_ids)

    def _ask_for_review(self, cause=None):
        """Open a review with the analysis of who contributed, and ask the owner to decide."""
        self.ensure_one()
        owner = self.user_id or self.create_uid
        told = self.with_context(lang=owner.lang)
        review = (
            self.env["crm.goal.review"]
            .with_context(goal_token=TOKEN)
            .create(
                [
                    {
                        "goal_id": self.id,
                        "company_id": self.company_id.id,
                        "user_id": self.user_id.id,
                        "date": self.company_id._werthaltigkeit_today(),
                        "cause": cause or ("red" if self.light == "red" else "yellow"),
                        "light": self.light,
                        "situation": told._situation(),
                        "outlook": told._outlook(),
                        "group_id": self.group_id.id,
                    }
                ]
            )
        )
        if self.state == "control":
            self.stage_id = self._stage("steering")
        if self._is_small():
            review._analyse()
        else:
            self.env.ref("crm_controlling.ir_cron_goal_review").sudo()._trigger()
        review.with_context(lang=owner.lang).activity_schedule(
            "crm_controlling.mail_activity_goal_review",
            user_id=owner.id,
            date_deadline=review.date + relativedelta(days=7),
            note=told.env._("“%s” is off its plan. Look at who contributed to it, and decide what is done.", self.name),
        )
        return review

    def action_review(self):
        """Open the review that waits for a decision, or ask for one."""
        self.ensure_one()
        review = self._open_reviews()[:1]
        if not review:
            self.check_access("write")
            if self.state not in ("control", "steering"):
                raise UserError(self.env._("Only a goal that runs is reviewed."))
            review = self.sudo()._ask_for_review("asked")
        return self.env["crm.goal.review"].browse(review.id).get_formview_action()

    def action_view_reviews(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_goal_review_action")
        return dict(action, domain=[("goal_id", "=", self.id)], context={}, display_name=self.name)

    def action_view_measures(self):
        """Open the measures that carry this goal."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_measure_action")
        context = {"default_goal_id": self.id, "default_group_id": self.group_id.id}
        return dict(action, domain=[("goal_id", "=", self.id)], context=context, display_name=self.name)
