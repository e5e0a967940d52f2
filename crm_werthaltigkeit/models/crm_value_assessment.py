from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_value_assessment_score import TOKEN

USER_GROUP = "crm_werthaltigkeit.group_werthaltigkeit_user"
INVITATION = "crm_werthaltigkeit.mail_activity_assessment_score"
NEXT = "crm_werthaltigkeit.mail_activity_assessment_next"
# what the assessment itself writes, on the way from draft to done
STATE_FIELDS = {"state", "result"}
# what an assessment says; followers, messages and activities go on after it is done
CONTENT_FIELDS = STATE_FIELDS | {
    "name",
    "purpose",
    "res_model",
    "res_id",
    "record_ref",
    "subject",
    "user_id",
    "participant_ids",
    "date",
    "next_date",
    "previous_id",
    "company_id",
    "score_ids",
}


class CrmValueAssessment(models.Model):
    """What an activity is worth to customers and company: seven questions, scored by people, again over time.

    Results are computed from scores with the rights of the reader (see `crm.value.assessment.score`).
    """

    _name = "crm.value.assessment"
    _description = "Value Assessment"
    _inherit = ["crm.subject.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    name = fields.Char("Title", required=True, tracking=True)
    purpose = fields.Text(help="What is to be decided with this assessment.")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain=lambda self: [("share", "=", False), ("all_group_ids", "in", self.env.ref(USER_GROUP).id)],
    )
    participant_ids = fields.Many2many(
        "res.users",
        string="Assessed By",
        default=lambda self: self.env.user,
        context={"active_test": False},  # who left the company since has scored nevertheless
        help="Each scores on their own; the result is their mean.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    next_date = fields.Date(
        "Next Assessment", copy=False, help="On this day an activity reminds the responsible to assess again."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("progress", "In Progress"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    previous_id = fields.Many2one(
        "crm.value.assessment", "Compared With", index="btree_not_null", ondelete="set null", copy=False
    )
    next_ids = fields.One2many("crm.value.assessment", "previous_id", "Assessed Again", readonly=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    score_ids = fields.One2many("crm.value.assessment.score", "assessment_id", "Scores", readonly=True, copy=False)
    result = fields.Float(digits=(4, 1), readonly=True, copy=False, aggregator="avg", help="0 to 10, fixed when done.")

    _next_after_date = models.Constraint(
        "CHECK(next_date IS NULL OR next_date > date)", "The next assessment is later than this one."
    )
    _document_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    # -- rows and participants --------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state", "draft") != "draft" or "result" in vals or "score_ids" in vals for vals in vals_list):
            raise AccessError(self.env._("An assessment starts as a draft, without scores."))
        assessments = super().create(vals_list)
        for assessment in assessments:
            assessment._update_rows()
        return assessments

    def write(self, vals):
        internal = self.env.context.get("assessment_token") is TOKEN
        if not internal and CONTENT_FIELDS & vals.keys():
            self._check_open()
        if not internal and STATE_FIELDS & vals.keys() or "score_ids" in vals:
            raise AccessError(self.env._("State, scores and result of an assessment come about by its own steps."))
        result = super().write(vals)
        if "participant_ids" in vals:
            for assessment in self:
                assessment._update_rows()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(assessment.state == "done" for assessment in self):
            raise UserError(self.env._("An assessment that is done stays: later ones are compared with it."))

    def _check_open(self):
        if any(assessment.state == "done" for assessment in self.sudo()):
            raise UserError(
                self.env._("This assessment is done: nothing of it changes any more. Assess again instead.")
            )

    def _internal(self):
        """Mark a change that belongs to a step of the assessment; RPC cannot forge the object."""
        return self.with_context(assessment_token=TOKEN)

    def _update_rows(self):
        """Make the rows of people who joined, remove the empty ones of those who left.

        All people of an assessment answer the same questions: those of the first, else the active ones.
        """
        self.ensure_one()
        self.flush_recordset()  # two who join at once: the second waits here and is tried again
        rows = self.env["crm.value.assessment.score"].sudo()._internal()
        present = rows.search([("assessment_id", "=", self.id)])
        gone = present.filtered(lambda row: row.user_id not in self.sudo().participant_ids)
        if gone.filtered("answered"):
            raise UserError(
                self.env._(
                    "%s scored already and stays among those who assess.",
                    ", ".join(gone.filtered("answered").user_id.mapped("name")),
                )
            )
        gone.unlink()
        pairs = {(row.question_id, row.aspect_id): row.weight for row in present - gone}
        pairs = pairs or self._pairs()
        joined = self.sudo().participant_ids - (present - gone).user_id
        rows.create(
            [
                {
                    "assessment_id": self.id,
                    "user_id": user.id,
                    "question_id": question.id,
                    "aspect_id": aspect.id,
                    "weight": weight,
                }
                for user in joined
                for (question, aspect), weight in pairs.items()
            ]
        )
        if self.state == "progress":
            self._invite(joined)

    def _pairs(self):
        """Return {(question, aspect): weight} of what is asked at present in this company."""
        aspects = (
            self.env["crm.value.aspect"]
            .sudo()
            .search(["|", ("company_id", "=", False), ("company_id", "parent_of", self.company_id.ids)])
        )
        questions = self.env["crm.value.question"].sudo().search([])
        if not aspects or not questions:
            raise UserError(
                self.env._("There is no question or no aspect of value. Create one under Configuration first.")
            )
        return {(question, aspect): aspect.weight for question in questions for aspect in aspects}

    # -- steps ------------------------------------------------------------------------------------

    def action_start(self):
        """Invite the people who assess; each gets an activity until everything is answered."""
        self.check_access("write")
        for assessment in self:
            assessment._check_open()
            assessment._begin()
            assessment._invite(assessment.participant_ids - self.env.user)

    def action_join(self):
        """Take part: whoever may read the assessment may score as well."""
        self.check_access("read")
        self._check_open()
        for assessment in self:
            if self.env.user not in assessment.sudo().participant_ids:
                assessment.sudo().participant_ids = [Command.link(self.env.uid)]

    def action_done(self):
        """Fix the result; from now on nothing changes."""
        self.check_access("write")
        for assessment in self:
            assessment._check_open()
            result = assessment.sudo()._figures()["overall"]
            if result is None:
                raise UserError(self.env._("Nobody has scored yet. An assessment without a score says nothing."))
            assessment._internal().write({"state": "done", "result": result})
            assessment.sudo().activity_unlink([INVITATION])
            if assessment.next_date:
                assessment._remind(NEXT, assessment.user_id, assessment.next_date)

    def action_next(self):
        """Assess the same again, by the same people, compared with this one."""
        self.ensure_one()
        if self.state != "done":
            raise UserError(self.env._("Finish this assessment first, then assess again."))
        following = self.next_ids[:1]
        if not following:
            following = self.copy({"previous_id": self.id, "date": fields.Date.context_today(self)})
            self.sudo().activity_feedback([NEXT])
        return following._open()

    @api.model
    def _move_subject(self, model, old_ids, new_id):
        """Let the assessments of merged records belong to the record that stays."""
        moved = self.sudo().search([("res_model", "=", model), ("res_id", "in", old_ids)])
        moved._internal().write({"res_id": new_id})

    def _begin(self):
        """The first score, or the invitation, starts the assessment."""
        drafts = self.sudo().filtered(lambda assessment: assessment.state == "draft")
        if drafts:
            drafts._internal().write({"state": "progress"})

    def _invite(self, users):
        for user in users:
            if not self.sudo().activity_search([INVITATION], user_id=user.id):
                self._remind(INVITATION, user)

    def _remind(self, activity_type, user, date=None):
        """Plan an activity, worded in the language of the person who gets it."""
        self.sudo().with_context(lang=user.lang).activity_schedule(activity_type, date_deadline=date, user_id=user.id)

    def _settle_invitations(self):
        """Whoever answered everything has done what they were invited to."""
        rows = self.env["crm.value.assessment.score"].sudo()
        for assessment in self:
            if not rows.search_count(
                [("assessment_id", "=", assessment.id), ("user_id", "=", self.env.uid), ("answered", "=", False)],
                limit=1,
            ):
                assessment.sudo().activity_feedback([INVITATION], user_id=self.env.uid)

    def _open(self):
        return self.get_formview_action()
