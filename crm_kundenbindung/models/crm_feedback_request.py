from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from .crm_feedback_rule import MEANS

BATCH = 50
VALID_DAYS = 30
SMILEYS = {1: "bad", 3: "neutral", 5: "good"}
STATES = [
    ("waiting", "To Be Sent"),
    ("sent", "Waiting for an Answer"),
    ("answered", "Answered"),
    ("expired", "Expired"),
    ("failed", "Set Aside"),
]
# written by the app alone; people with customer contact may add the cause
OWN_FIELDS = {
    "rule_id", "touchpoint_id", "touchpoint_key", "touchpoint_date", "kind_id", "channel_id", "partner_id",
    "commercial_partner_id", "company_id", "user_id", "means", "survey_id", "survey_input_id", "state", "reason",
    "sent_on", "open_until", "answered_on", "rating", "own_rating", "satisfaction", "comment", "activity_id",
}  # fmt: skip


class CrmFeedbackRequest(models.Model):
    """One question to one person: how was it? It carries the link of the mail and holds the answer.

    The answer becomes the satisfaction of the touchpoint that was asked about, where no rebuild of the history touches it.
    """

    _name = "crm.feedback.request"
    _inherit = ["rating.mixin", "mail.thread", "crm.guarded.mixin"]
    _description = "Feedback Request"
    _order = "id desc"
    _rec_name = "partner_id"

    rule_id = fields.Many2one("crm.feedback.rule", readonly=True, ondelete="set null", index="btree_not_null")
    touchpoint_id = fields.Many2one("crm.touchpoint", readonly=True, ondelete="set null", index="btree_not_null")
    touchpoint_key = fields.Char(readonly=True, copy=False)
    touchpoint_date = fields.Datetime("Moment of the Touchpoint", readonly=True)
    kind_id = fields.Many2one("crm.touchpoint.kind", "Asked About", readonly=True, ondelete="set null")
    channel_id = fields.Many2one("crm.touchpoint.channel", readonly=True, ondelete="set null")
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, ondelete="set null", index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", readonly=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        "res.users", "Asked By", readonly=True, ondelete="set null", help="Empty: asked by a rule."
    )
    means = fields.Selection(MEANS, "Asked With", readonly=True, required=True, default="smiley")
    survey_id = fields.Many2one("survey.survey", readonly=True, ondelete="set null")
    survey_input_id = fields.Many2one(
        "survey.user_input", "Filled In Survey", readonly=True, ondelete="set null", index="btree_not_null", copy=False
    )
    survey_url = fields.Char("Link to the Survey", compute="_compute_survey_url")
    state = fields.Selection(STATES, readonly=True, required=True, default="waiting", index=True)
    reason = fields.Char("Why", readonly=True, copy=False)
    sent_on = fields.Datetime(readonly=True, copy=False)
    open_until = fields.Datetime("Link Valid Until", readonly=True, copy=False)
    answered_on = fields.Datetime(readonly=True, copy=False)
    rating = fields.Integer(readonly=True, copy=False, aggregator=None, help="1 unhappy, 3 neutral, 5 happy.")
    own_rating = fields.Integer(
        "Rating of No Touchpoint",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The rating, where no touchpoint was asked about that could carry it.",
    )
    satisfaction = fields.Selection(
        [("bad", "Unhappy"), ("neutral", "Neutral"), ("good", "Happy")], readonly=True, copy=False
    )
    comment = fields.Text(readonly=True, copy=False)
    cause_id = fields.Many2one(
        "crm.touchpoint.reason",
        ondelete="set null",
        domain="[('kind', '=', 'complaint')]",
        help="What the answer is about, once somebody found out; the report counts by it.",
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", copy=False, index="btree_not_null"
    )

    _once = models.UniqueIndex("(rule_id, touchpoint_key) WHERE rule_id IS NOT NULL AND touchpoint_key IS NOT NULL")
    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")
    _customer_idx = models.Index("(commercial_partner_id, create_date)")

    @api.depends("survey_input_id")
    def _compute_survey_url(self):
        for request in self:
            answer = request.survey_input_id.sudo()
            request.survey_url = f"{answer.survey_id.get_base_url()}{answer.get_start_url()}" if answer else False

    @api.model
    def _gate_labels(self):
        """Why somebody is not asked, in words."""
        _ = self.env._
        return {
            "person": _("archived"),
            "no_email": _("without e-mail address"),
            "objected": _("objected to e-mail"),
            "no_consent": _("without consent to e-mail"),
            "blacklisted": _("on the blacklist"),
            "bounced": _("address bounces"),
            "wish": _("wants to hear from us less often"),
            "pressure": _("heard from us often enough lately"),
            "recent": _("asked recently"),
        }

    # -- what people may change -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Customers are asked by a rule or with “Ask for Feedback”."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() & OWN_FIELDS:
            raise AccessError(self.env._("What a customer answered cannot be changed."))
        return super().write(vals)

    # -- sending --------------------------------------------------------------------------------------

    @api.model
    def _cron_feedback(self):
        """Each hour: who is due, mails in batches, answers to surveys, links that end. Killed, it goes on where it was."""
        cron, engine = self.env["ir.cron"], self.env["crm.feedback.engine"]
        rules = self.env["crm.feedback.rule"].search([])
        cron._commit_progress(remaining=len(rules))
        for rule in rules:
            engine._create_due(rule)
            if not cron._commit_progress(1):
                return
        engine._expire()
        self.env["crm.feedback.answer.engine"]._collect()
        self._send_waiting(commit=True)

    @api.model
    def _send_waiting(self, commit=False):
        """Send what waits, in batches; the mail and the note that it was sent are one transaction."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        if commit:
            self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH].try_lock_for_update()
            for request in batch.filtered(lambda r: r.state == "waiting"):
                request._guarded(request._send)
            if commit and not self.env["ir.cron"]._commit_progress(len(waiting[start : start + BATCH])):
                break

    def _set_aside(self, reason):
        self.write({"state": "failed", "reason": reason})

    def _send(self):
        """Put the mail into Odoo's queue, in the customer's language and from the company of the touchpoint."""
        self.ensure_one()
        gate = (
            self.env["crm.feedback.engine"]._gates(self.partner_id, self.company_id).get(self.partner_id.id, "person")
        )
        if gate and gate != "recent":  # consent may have gone since the request was made
            raise UserError(self._gate_labels()[gate])
        if self.means == "survey":
            self.survey_input_id = self.survey_id.sudo()._create_answer(
                partner=self.partner_id, email=self.partner_id.email, check_attempts=False
            )
        now = fields.Datetime.now()
        until = now + timedelta(days=self.rule_id.valid_days or VALID_DAYS)
        self.survey_input_id.deadline = self.means == "survey" and until
        self.write({"state": "sent", "sent_on": now, "open_until": until, "reason": False})
        request = self.with_company(self.company_id).with_context(lang=self.partner_id.lang or self.env.lang)
        # without Odoo's layout: it names the request as if it were a document, and is too wide for a phone
        self._template().with_env(request.env).send_mail(self.id, raise_exception=True)

    def _template(self):
        template = self.rule_id.mail_template_id or self.env.ref(
            f"crm_kundenbindung.mail_template_feedback_{self.means}", raise_if_not_found=False
        )
        if not template:
            raise UserError(self.env._("There is no mail to ask with."))
        return template.sudo()

    def action_retry(self):
        """Send set-aside requests once more."""
        self._check_manager()
        failed = self.sudo().filtered(lambda r: r.state == "failed")
        failed.write({"state": "waiting", "reason": False})
        self.env.ref("crm_kundenbindung.ir_cron_feedback").sudo()._trigger()

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("crm_kundenbindung.group_kundenbindung_manager"):
            raise AccessError(self.env._("Only a manager of customer retention may do this."))

    # -- the answer -------------------------------------------------------------------------------

    def _rating_get_operator(self):
        """The customer rates the touchpoint, not a person."""
        return self.env["res.partner"]

    def _is_open(self):
        """Whether the link of the mail still takes an answer; until then a second answer replaces the first."""
        self.ensure_one()
        return self.state in ("sent", "answered") and bool(self.open_until) and self.open_until >= fields.Datetime.now()

    def rating_apply(self, rate, token=None, rating=None, feedback=None, subtype_xmlid=None, notify_delay_send=False):
        """Take the smiley of the mail; called by the page of the link. See `rating.mixin`."""
        if not self.env.su:
            raise AccessError(self.env._("Only the customer answers."))
        if rate not in SMILEYS or not self._is_open():
            raise UserError(self.env._("This link has expired."))
        feedback = (feedback or "")[:10000]
        # a note, not a comment: nobody is mailed for an answer, a bad one becomes an activity
        result = super().rating_apply(
            rate, token=token, rating=rating, feedback=feedback, subtype_xmlid="mail.mt_note", notify_delay_send=False
        )
        self._take_answer(rate, comment=feedback)
        return result

    def _take_answer(self, rate, comment=False, answered_on=None):
        """Keep an answer, give it to the touchpoint and have somebody take care of a bad one."""
        self.ensure_one()
        satisfaction = SMILEYS.get(rate, False)
        self.write(
            {
                "state": "answered",
                "answered_on": answered_on or fields.Datetime.now(),
                "rating": rate,
                "own_rating": 0 if self.touchpoint_id else rate,
                "satisfaction": satisfaction,
                "comment": comment,
            }
        )
        if satisfaction and self.touchpoint_id:
            self.touchpoint_id.sudo().write({"satisfaction": satisfaction})
        if satisfaction == "bad":
            self._plan_activity()

    def _plan_activity(self):
        """An activity on the contact, once per request, for whom the rule names."""
        rule = self.rule_id or self.env["crm.feedback.rule"]
        activity_type = rule.activity_type_id if rule else self.env.ref("mail.mail_activity_data_call", False)
        if self.activity_id or not activity_type or not self.partner_id:
            return
        user = rule._find_responsible(self) or self.user_id or self._find_manager()
        lang = user.lang or self.env.lang
        env = self.with_context(lang=lang).env
        about = self.with_env(env).kind_id.name
        summary = env._("Unhappy: %s", about) if about else env._("Unhappy customer")
        self.activity_id = (
            self.partner_id.with_env(env)
            .with_context(mail_activity_quick_update=True)
            .activity_schedule(
                activity_type_id=activity_type.id,
                date_deadline=self.company_id._werthaltigkeit_today()
                + timedelta(days=rule.activity_days if rule else 1),
                summary=summary,
                note=plaintext2html(self.comment or ""),
                user_id=user.id,
            )
        )

    def _find_manager(self):
        """Where the rule finds nobody: a manager of this company, so that a bad answer is never lost."""
        group = self.env.ref("crm_kundenbindung.group_kundenbindung_manager")
        domain = [("all_group_ids", "in", group.ids), ("company_ids", "in", self.company_id.ids), ("share", "=", False)]
        return self.env["res.users"].sudo().search(domain, order="id desc", limit=1)

    # -- actions ------------------------------------------------------------------------------------

    def action_open_touchpoint(self):
        self.ensure_one()
        return self.touchpoint_id.get_formview_action()

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
