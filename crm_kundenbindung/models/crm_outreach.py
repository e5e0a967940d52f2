from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

CHANNELS = [("mail", "E-Mail"), ("letter", "Letter"), ("call", "Call List"), ("export", "Export")]
TOUCHPOINT_CHANNELS = {"mail": "email", "letter": "letter", "call": "phone"}
PURPOSES = [("mail", "E-Mail"), ("post", "Post"), ("phone", "Phone"), ("sms", "SMS and Messengers")]
STATES = [("draft", "Draft"), ("checked", "Checked"), ("sending", "Under Way"), ("sent", "Done")]
# what decides who gets it: a change needs a new check
DEFINITION = {
    "target", "group_id", "partner_ids", "channel", "export_purpose", "interest_ids", "company_id", "subject", "body",
}  # fmt: skip
OWN_FIELDS = {"state", "checked_on", "checked_by", "started_on", "finished_on", "mailing_res_id"}


class CrmOutreach(models.Model):
    """One contact to many: a mailing, a run of letters, a list of calls or an export, to a group or to people picked by hand.

    Who gets it and who is left out, with the reason, is decided by `crm.outreach.engine` and shown before anything is sent.
    """

    _name = "crm.outreach"
    _inherit = ["mail.render.mixin", "mail.thread"]
    _description = "Campaign to Customers"
    _order = "id desc"
    _unrestricted_rendering = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    channel = fields.Selection(CHANNELS, required=True, default="mail")
    target = fields.Selection(
        [("group", "A customer group"), ("picked", "Contacts picked by hand")],
        "Goes To",
        required=True,
        default="group",
    )
    group_id = fields.Many2one(
        "crm.customer.group",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('company_id', 'parent_of', company_id)]",
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    purpose = fields.Char("What It Is For", help="For you and your colleagues: what this contact should bring about.")
    export_purpose = fields.Selection(
        PURPOSES,
        "Will Be Used For",
        default="post",
        help="Whose consent is asked for: the export serves no other purpose.",
    )
    interest_ids = fields.Many2many(
        "crm.interest",
        string="Topics",
        help="Who said what interests it, and none of these, is left out. Who said nothing is not.",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        "res.users", "Owner", default=lambda self: self.env.user, domain="[('share', '=', False)]", ondelete="set null"
    )
    campaign_id = fields.Many2one("utm.campaign", "UTM Campaign", ondelete="set null", index="btree_not_null")
    subject = fields.Char(help="Of the mail or the letter. Placeholders work here, too.")
    body = fields.Html(
        "Text",
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
        default=lambda self: self._default_body(),
    )
    lang = fields.Char(default="{{ object.partner_id.lang }}")
    calls_per_day = fields.Integer(
        "Calls per Person and Day", default=lambda self: self.env.company.root_id.kundenbindung_calls_per_day
    )
    state = fields.Selection(
        STATES, readonly=True, required=True, default="draft", copy=False, tracking=True, index=True
    )
    checked_on = fields.Datetime(readonly=True, copy=False)
    checked_by = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    started_on = fields.Datetime(readonly=True, copy=False)
    finished_on = fields.Datetime("Done On", readonly=True, copy=False)
    mailing_res_id = fields.Integer("Mailing of Email Marketing", readonly=True, copy=False, aggregator=None)
    recipient_ids = fields.One2many("crm.outreach.recipient", "outreach_id", readonly=True, copy=False)
    count_ids = fields.One2many(
        "crm.outreach.count", "outreach_id", "Who Is Reached, Who Is Not", readonly=True, copy=False
    )
    channel_id = fields.Many2one("crm.touchpoint.channel", "Touchpoint Channel", compute="_compute_channel_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost_per_contact = fields.Monetary(
        compute="_compute_channel_id", help="From the rates of the channel, without anybody's time."
    )

    recipient_count = fields.Integer("People in All", compute="_compute_counts")
    waiting_count = fields.Integer("Will Be Reached", compute="_compute_counts")
    planned_count = fields.Integer("Calls Open", compute="_compute_counts")
    sent_count = fields.Integer("Reached", compute="_compute_counts")
    excluded_count = fields.Integer("Left Out", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    printed_count = fields.Integer("Printed", compute="_compute_counts")
    cost_expected = fields.Monetary(
        "Cost", compute="_compute_counts", help="Cost per contact × contacts reached or to be reached."
    )
    answered_count = fields.Integer(
        "Came Back to Us",
        compute="_compute_results",
        help="Customers with an inbound contact within 30 days. No proof.",
    )
    bought_count = fields.Integer(
        "Bought",
        compute="_compute_results",
        help="Customers with a purchase within 30 days. No proof: nobody knows who would have bought anyway.",
    )

    def _compute_render_model(self):
        self.render_model = "crm.outreach.recipient"

    @api.model
    def _default_body(self):
        _ = self.env._
        return (
            '<p><t t-out="object.salutation"/></p>'
            f"<p>{_('your text')}</p>"
            f'<p>{_("Kind regards")}<br/><t t-out="object.responsible"/></p>'
        )

    @api.depends("channel", "export_purpose", "company_id")
    def _compute_channel_id(self):
        for outreach in self:
            code = outreach._channel_code() if outreach.channel else ""
            channel = self.env.ref(f"crm_werthaltigkeit.touchpoint_channel_{code}", raise_if_not_found=False)
            outreach.channel_id = channel
            rates = channel and channel.sudo().with_company(outreach.company_id.root_id)
            outreach.cost_per_contact = rates.cost_per_contact if rates else 0.0

    @api.depends("recipient_ids.state")
    def _compute_counts(self):
        recipients = self.env["crm.outreach.recipient"]
        domain = [("outreach_id", "in", self.ids)]
        counts = {(o.id, s): n for o, s, n in recipients._read_group(domain, ["outreach_id", "state"], ["__count"])}
        printed = dict(recipients._read_group([*domain, ("printed_on", "!=", False)], ["outreach_id"], ["__count"]))
        for outreach in self:
            number = {
                state: counts.get((outreach.id, state), 0)
                for state in ("waiting", "planned", "sent", "excluded", "failed")
            }
            for state, count in number.items():
                outreach[f"{state}_count"] = count
            outreach.recipient_count = sum(number.values())
            outreach.printed_count = printed.get(outreach, 0)
            outreach.cost_expected = outreach.cost_per_contact * (
                number["waiting"] + number["planned"] + number["sent"]
            )

    def _compute_results(self):
        results = self.env["crm.outreach.engine"].sudo()._results(self)
        for outreach in self:
            _reached, outreach.answered_count, outreach.bought_count = results.get(outreach.id, (0, 0, 0))

    @api.constrains("target", "group_id", "partner_ids")
    def _check_target(self):
        for outreach in self:
            if outreach.target == "group" and not outreach.group_id:
                raise ValidationError(self.env._("Choose a customer group for “%s”.", outreach.name))

    # -- what people may change -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [{k: v for k, v in vals.items() if self.env.su or k not in OWN_FIELDS} for vals in vals_list]
        )

    def write(self, vals):
        """What decides who gets it is settled before it goes out; a change needs a new check."""
        if not self.env.su and vals.keys() & OWN_FIELDS:
            raise AccessError(self.env._("The state of a campaign follows from what was done with it."))
        if vals.keys() & DEFINITION:
            if self.filtered(lambda o: o.state in ("sending", "sent")):
                raise UserError(self.env._("It has gone out already: copy the campaign to contact people again."))
            result = super().write(vals)
            self.filtered(lambda o: o.state == "checked")._reset()
            return result
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", outreach.name))
            for outreach, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.sudo().recipient_ids.filtered(lambda r: r.state in ("sent", "planned")):
            raise UserError(self.env._("People were contacted: archive the campaign, it is part of their history."))

    def _reset(self):
        """Back to draft: the rows of the check go."""
        self.sudo().recipient_ids.filtered(lambda r: r.state in ("waiting", "excluded")).unlink()
        self.sudo().write({"state": "draft", "checked_on": False, "checked_by": False})

    # -- facts of the channel ------------------------------------------------------------------------

    def _channel_code(self):
        """Code of the touchpoint channel; for an export that of its purpose."""
        self.ensure_one()
        if self.channel == "export":
            return {"mail": "email", "post": "letter", "phone": "phone", "sms": "sms"}[self.export_purpose or "post"]
        return TOUCHPOINT_CHANNELS[self.channel]

    def _consent_purpose(self):
        self.ensure_one()
        if self.channel == "export":
            return self.export_purpose or "post"
        return {"mail": "mail", "letter": "post", "call": "phone"}[self.channel]

    # -- check -----------------------------------------------------------------------------------------

    def action_check(self):
        """Find out who will be reached and who is left out, with the reason; nothing goes out."""
        self.check_access("write")
        for outreach in self:
            if outreach.state not in ("draft", "checked"):
                raise UserError(self.env._("“%s” has gone out already.", outreach.name))
            if outreach.target == "group":
                self.env["crm.customer.group.engine"].sudo()._refresh(outreach.group_id)
            self.env["crm.outreach.engine"].sudo()._check(outreach.sudo())
            outreach.sudo().write({"state": "checked", "checked_on": fields.Datetime.now(), "checked_by": self.env.uid})
        return True

    def action_draft(self):
        self.check_access("write")
        if self.filtered(lambda o: o.state != "checked"):
            raise UserError(self.env._("Only a checked campaign that has not gone out goes back to draft."))
        self._reset()

    def _check_ready(self, *channels):
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("checked", "sending"):
            raise UserError(self.env._("Check the campaign first: then you see who gets it."))
        if channels and self.channel not in channels:
            raise UserError(self.env._("That does not fit the channel of this campaign."))

    def _finish(self):
        """Done when nobody waits any more."""
        for outreach in self.sudo():
            if not outreach.recipient_ids.filtered(lambda r: r.state in ("waiting", "planned")):
                outreach.write({"state": "sent", "finished_on": fields.Datetime.now()})

    # -- every number opens its people -----------------------------------------------------------------

    def _action_recipients(self, name, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_outreach_recipient_action")
        return dict(action, display_name=name, domain=[("outreach_id", "=", self.id), *domain], context={})

    def action_view_recipients(self):
        return self._action_recipients(self.name, [])

    def action_view_state(self):
        """People in the state that the button names."""
        state = self.env.context.get("recipient_state")
        labels = dict(self.env["crm.outreach.recipient"]._fields["state"]._description_selection(self.env))
        return self._action_recipients(f"{self.name}: {labels.get(state, '')}", [("state", "=", state)])

    def action_view_answered(self):
        return self._action_recipients(
            self.env._("Came back to us within 30 days (no proof)"), [("came_back", "=", True)]
        )

    def action_view_bought(self):
        return self._action_recipients(self.env._("Bought within 30 days (no proof)"), [("bought", "=", True)])

    @api.model
    def _action_new(self, defaults):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contact Customers"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {"default_target": "picked", **defaults},
        }
