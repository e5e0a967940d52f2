from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.crm_werthaltigkeit.models.crm_touchpoint import STAGES

MEANS = [("smiley", "Three Smileys in the Mail"), ("survey", "Survey")]
RESPONSIBLE = [
    ("salesperson", "Salesperson of the Customer"),
    ("person", "Our Person of the Touchpoint"),
    ("leader", "Leader of the Sales Team"),
    ("user", "Always the Same Person"),
]


class CrmFeedbackRule(models.Model):
    """After which touchpoints customers are asked how it was, when, with what, and who takes care of a bad answer."""

    _name = "crm.feedback.rule"
    _description = "Rule for Asking Customers"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        "Switched On", default=False, help="Off: nobody is asked. Touchpoints before it is switched on are never asked."
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company.root_id)
    kind_ids = fields.Many2many("crm.touchpoint.kind", string="Kinds of Touchpoints", required=True)
    channel_ids = fields.Many2many("crm.touchpoint.channel", string="Channels", help="Empty: all channels.")
    team_ids = fields.Many2many("crm.team", string="Sales Teams", help="Empty: all teams.")
    stage = fields.Selection(STAGES, "Journey Stage", help="Empty: all stages.")
    delay = fields.Integer(default=2, required=True, help="How long after the touchpoint the mail goes out.")
    delay_unit = fields.Selection([("hours", "Hours"), ("days", "Days")], required=True, default="days")
    max_age_days = fields.Integer(
        "Not Older Than (Days)",
        default=14,
        required=True,
        help="Touchpoints that are older are not asked any more, for example after the server stood still.",
    )
    pause_days = fields.Integer(
        "Not More Often Than Every (Days)",
        default=90,
        required=True,
        help="A customer that was asked within this time, by any rule or by hand, is not asked by this rule.",
    )
    valid_days = fields.Integer(
        "Link Valid (Days)", default=30, required=True, help="Until then an answer can be given and changed."
    )
    means = fields.Selection(MEANS, "Asks With", required=True, default="smiley")
    survey_id = fields.Many2one("survey.survey", ondelete="restrict", domain="[('feedback_audience', '=', 'customer')]")
    mail_template_id = fields.Many2one(
        "mail.template",
        "Mail",
        required=True,
        ondelete="restrict",
        domain="[('model', '=', 'crm.feedback.request')]",
        compute="_compute_mail_template_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity After a Bad Answer",
        ondelete="set null",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False),
        help="Planned on the contact. Empty: no activity.",
    )
    activity_days = fields.Integer("To Be Done Within (Days)", default=1, required=True)
    responsible = fields.Selection(RESPONSIBLE, required=True, default="salesperson")
    user_id = fields.Many2one(
        "res.users",
        "Person",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Also takes care where the rule above finds nobody.",
    )
    since = fields.Datetime("Switched On At", readonly=True, copy=False)
    request_count = fields.Integer("Asked", compute="_compute_counts")
    answer_count = fields.Integer("Answered", compute="_compute_counts")
    failed_count = fields.Integer("Set Aside", compute="_compute_counts")

    _times_in_range = models.Constraint(
        "CHECK(delay >= 0 AND max_age_days BETWEEN 1 AND 365 AND pause_days >= 1 AND valid_days BETWEEN 1 AND 365"
        " AND activity_days >= 0)",
        "Delays cannot be negative; age and validity lie between 1 and 365 days, the pause is at least a day.",
    )
    _survey_given = models.Constraint(
        "CHECK(means = 'smiley' OR survey_id IS NOT NULL)", "A rule that asks with a survey needs one."
    )

    def _compute_counts(self):
        counts = {
            (rule.id, state): count
            for rule, state, count in self.env["crm.feedback.request"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id", "state"], ["__count"]
            )
        }
        for rule in self:
            rule.answer_count = counts.get((rule.id, "answered"), 0)
            rule.failed_count = counts.get((rule.id, "failed"), 0)
            rule.request_count = rule.answer_count + sum(counts.get((rule.id, s), 0) for s in ("sent", "expired"))

    @api.depends("means")
    def _compute_mail_template_id(self):
        """Each way of asking has its mail."""
        for rule in self:
            name = f"crm_kundenbindung.mail_template_feedback_{rule.means}"
            rule.mail_template_id = self.env.ref(name, raise_if_not_found=False) or rule.mail_template_id

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        return super().create([dict(vals, since=now) if vals.get("active") else vals for vals in vals_list])

    def write(self, vals):
        """Switching a rule on asks about what happens from now on, never about the past."""
        if vals.get("active"):
            off = self.filtered(lambda rule: not rule.active)
            super(CrmFeedbackRule, off).write(dict(vals, since=fields.Datetime.now()))
            return super(CrmFeedbackRule, self - off).write(vals)
        return super().write(vals)

    def _window(self, now):
        """Return (first, last) moment of the touchpoints that are due now."""
        self.ensure_one()
        delay = timedelta(**{self.delay_unit: self.delay})
        return max(self.since or now, now - delay - timedelta(days=self.max_age_days)), now - delay

    def _find_responsible(self, request):
        """Return who takes care of a bad answer; a person who is still there, else nobody."""
        touchpoint, customer = request.touchpoint_id, request.commercial_partner_id
        team = touchpoint.team_id or customer.user_id.sale_team_id
        found = {
            "salesperson": request.partner_id.user_id or customer.user_id,
            "person": touchpoint.user_id,
            "leader": team.user_id,
            "user": self.user_id,
        }.get(self.responsible or "salesperson", self.env["res.users"])
        found = found or self.user_id or customer.user_id or touchpoint.user_id
        return found if found.active and not found.share else self.env["res.users"]

    # -- who would be asked ---------------------------------------------------------------------

    def action_preview(self):
        """Say how many would be asked right now, and who is left out and why."""
        self.ensure_one()
        self.check_access("read")
        counts = self.env["crm.feedback.engine"].sudo()._preview(self)
        labels = self.env["crm.feedback.request"]._gate_labels()
        parts = [self.env._("%s customers are due.", counts.pop("due", 0))]
        parts += [f"{labels[reason]}: {count}" for reason, count in counts.items() if count]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"title": self.name, "message": " · ".join(parts), "type": "info", "sticky": True},
        }

    def action_view_requests(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_feedback_request_action")
        return dict(action, domain=[("rule_id", "=", self.id)], context={}, display_name=self.name)
