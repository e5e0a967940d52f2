from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rpc import as_dict
from .crm_touchpoint_annotation import ANNOTATION_FIELDS
from .unchecked_many2one import UncheckedMany2one

DIRECTIONS = [("in", "Inbound"), ("out", "Outbound"), ("internal", "Internal")]
STAGES = [
    ("acquisition", "Acquisition"),
    ("decision", "Purchase Decision"),
    ("purchase", "Purchase"),
    ("repeat", "Repeat Purchase"),
    ("retention", "Retention"),
]
SATISFACTION = [("bad", "☹ Unhappy"), ("neutral", "😐 Neutral"), ("good", "☺ Happy")]

# written by the capture and by `log_external` alone
CAPTURED_FIELDS = {"source_id", "record_id", "slot", "own_cost", "external_system", "external_ref", "cost_reported"}


class CrmTouchpoint(models.Model):
    """One event between a customer and us, captured from a record of Odoo or logged by hand.

    Captured rows are written by `crm.touchpoint.engine` alone. They hold no text of their source:
    who may read the source sees its text, everybody else sees that the contact took place.
    """

    _name = "crm.touchpoint"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Touchpoint"
    _order = "date desc, id desc"
    _rec_name = "kind_id"

    partner_id = UncheckedMany2one("res.partner", "Contact", index="btree_not_null", ondelete="set null")
    commercial_partner_id = UncheckedMany2one("res.partner", "Customer", readonly=True, ondelete="set null", index=True)
    lead_id = UncheckedMany2one("crm.lead", index="btree_not_null", ondelete="set null")
    company_id = UncheckedMany2one("res.company", default=lambda self: self.env.company)
    date = fields.Datetime("Moment", required=True, default=fields.Datetime.now)
    approximate = fields.Boolean(
        "Approximate Moment",
        readonly=True,
        help="Odoo never recorded this moment; it is the last change of the record.",
    )
    kind_id = UncheckedMany2one(
        "crm.touchpoint.kind",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref("crm_werthaltigkeit.touchpoint_kind_contact", raise_if_not_found=False),
    )
    channel_id = UncheckedMany2one("crm.touchpoint.channel", ondelete="restrict")
    direction = fields.Selection(DIRECTIONS, default="in")
    stage = fields.Selection(STAGES, "Journey Stage")
    satisfaction = fields.Selection(SATISFACTION)
    minutes = fields.Float(help="How long the contact took, in minutes.")
    own_cost = fields.Monetary(
        readonly=True,
        currency_field="company_currency_id",
        help="What the record behind it cost us, such as the remedy of a complaint; a part of the cost.",
    )
    cost = fields.Monetary(readonly=True, currency_field="company_currency_id", help="From the rates of the channel.")
    amount = fields.Monetary(readonly=True, aggregator=None)
    currency_id = UncheckedMany2one("res.currency", readonly=True, ondelete="restrict")
    company_currency_id = fields.Many2one("res.currency", compute="_compute_company_currency_id")
    user_id = UncheckedMany2one("res.users", "Our Person", default=lambda self: self.env.user, ondelete="set null")
    team_id = UncheckedMany2one("crm.team", "Sales Team", ondelete="set null")
    campaign_id = UncheckedMany2one("utm.campaign", ondelete="set null")
    utm_source_id = UncheckedMany2one("utm.source", "Became Aware Through", ondelete="set null")
    medium_id = UncheckedMany2one("utm.medium", ondelete="set null")
    reason_id = UncheckedMany2one(
        "crm.touchpoint.reason",
        ondelete="set null",
        help="Why goods came back, or what a complaint is about.",
    )
    note = fields.Text(help="One line about the contact; for everybody with customer contact.")
    external_system = fields.Char(readonly=True, copy=False, help="The system that reported this touchpoint.")
    external_ref = fields.Char("External Reference", readonly=True, copy=False)
    cost_reported = fields.Boolean(
        readonly=True, copy=False, help="The other system told the cost; rates do not count."
    )
    res_model = fields.Char("Document Model", readonly=True, index=False)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)
    source_id = UncheckedMany2one("crm.touchpoint.source", "Captured From", readonly=True, ondelete="restrict")
    record_id = fields.Integer("Captured Record", readonly=True, aggregator=None)
    slot = fields.Integer(readonly=True, aggregator=None)
    create_uid = UncheckedMany2one("res.users", "Created by", readonly=True, ondelete="set null")
    write_uid = UncheckedMany2one("res.users", "Last Updated by", readonly=True, ondelete="set null")
    automatic = fields.Boolean(compute="_compute_automatic", search="_search_automatic")
    kind_code = fields.Char(related="kind_id.code")
    kind_icon = fields.Char("Icon of the Kind", related="kind_id.icon")
    channel_icon = fields.Char("Icon of the Channel", related="channel_id.icon")
    summary = fields.Char(compute="_compute_summary")

    _source_key = models.UniqueIndex("(source_id, record_id, slot) WHERE source_id IS NOT NULL")
    _external_key = models.UniqueIndex(
        "(company_id, external_system, external_ref) WHERE external_ref IS NOT NULL",
        "This event of the other system is there already.",
    )
    _order_idx = models.Index("(date DESC, id DESC)")
    _document_idx = models.Index("(res_model, res_id) WHERE source_id IS NULL")
    _write_date_idx = models.Index("(write_date)")
    _minutes_not_negative = models.Constraint("CHECK(minutes >= 0)", "A contact cannot take less than 0 minutes.")

    @api.depends("company_id")
    def _compute_company_currency_id(self):
        for touchpoint in self:
            touchpoint.company_currency_id = (touchpoint.company_id or self.env.company).currency_id

    @api.depends("source_id")
    def _compute_automatic(self):
        for touchpoint in self:
            touchpoint.automatic = bool(touchpoint.source_id)

    def _search_automatic(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        return [("source_id", "!=" if wanted else "=", False)]

    @api.depends("note", "source_id", "record_id")
    @api.depends_context("uid")
    def _compute_summary(self):
        """One line: what people noted, else the source's own text as far as the reader may see it."""
        texts = self._source_texts()
        for touchpoint in self:
            touchpoint.summary = touchpoint.note or texts.get(touchpoint.id) or False

    def _source_texts(self):
        """Return {touchpoint id: text of its source} with the rights of the reader."""
        texts = {}
        for source, touchpoints in self.filtered("source_id").grouped("source_id").items():
            texts.update(source.sudo()._texts(touchpoints))
        return texts

    @api.depends("kind_id", "date")
    def _compute_display_name(self):
        for touchpoint in self:
            moment = fields.Datetime.context_timestamp(self, touchpoint.date).date() if touchpoint.date else None
            touchpoint.display_name = " · ".join(
                filter(
                    None, (touchpoint.kind_id.name, moment and self.env["ir.qweb.field.date"].value_to_html(moment, {}))
                )
            )

    @api.onchange("lead_id")
    def _onchange_lead_id(self):
        if self.lead_id.partner_id and not self.partner_id:
            self.partner_id = self.lead_id.partner_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if any(vals.get(name) for name in CAPTURED_FIELDS):
                raise AccessError(self.env._("Captured touchpoints come from their source; nobody can write them."))
            if not vals.get("partner_id") and vals.get("lead_id"):
                vals["partner_id"] = self.env["crm.lead"].browse(vals["lead_id"]).partner_id.id
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        touchpoints = super(CrmTouchpoint, quiet).create(vals_list).with_env(self.env)
        touchpoints._complete_manual()
        return touchpoints

    def write(self, vals):
        automatic = self.filtered("source_id")
        if automatic and not vals.keys() <= set(ANNOTATION_FIELDS):
            raise AccessError(
                self.env._(
                    "A captured touchpoint cannot be changed. You may add satisfaction, minutes, a reason and a note."
                )
            )
        if CAPTURED_FIELDS & vals.keys():
            raise AccessError(self.env._("Captured touchpoints come from their source; nobody can write them."))
        result = super().write(vals)
        if automatic:
            self.env["crm.touchpoint.annotation"].sudo()._annotate(automatic, vals)
        if {"partner_id", "channel_id", "minutes", "company_id", "kind_id", "date"} & vals.keys():
            self._complete_manual()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_automatic(self):
        if self.filtered("source_id"):
            raise UserError(
                self.env._(
                    "A captured touchpoint is there as long as its record. Switch off the source or delete the record."
                )
            )

    def _complete_manual(self):
        """Fill what follows from the rest: customer, cost and, for purchases, the journey stage."""
        engine = self.env["crm.touchpoint.engine"].sudo()
        self.env.flush_all()
        engine._complete(self.ids)
        self.invalidate_recordset(["commercial_partner_id", "cost", "stage", "team_id"])

    def action_open_document(self):
        """Open the record behind the touchpoint: for captured ones their source, else the note itself."""
        self.ensure_one()
        model, res_id = (self.res_model, self.res_id) if self.res_model else (self._name, self.id)
        if model not in self.env or not self.env[model].browse(res_id).exists():
            raise UserError(
                self.env._("The document of this touchpoint no longer exists, or its app is not installed.")
            )
        self.env[model].browse(res_id).check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "views": [(False, "form")],
            "target": "current",
        }

    @api.model
    def action_log_contact(self, defaults=None):
        """Open the dialog "Log contact"; `defaults` are default_* values, else those of the context count."""
        defaults = self.env.context if defaults is None else as_dict(self.env, defaults)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log contact"),
            "res_model": self._name,
            "views": [(self.env.ref("crm_werthaltigkeit.crm_touchpoint_view_form_log").id, "form")],
            "target": "new",
            "context": {key: value for key, value in defaults.items() if key.startswith("default_")},
        }

    @api.model
    def log_external(self, values):
        """Log touchpoints that another system reports (shop, telephone system); each event once.

        :param values: list of at most 10,000 dicts: external_system and external_ref (both required, unique together
            per company), the customer by one of partner_id, partner_ref, email, phone; and, where known, kind and
            channel (codes), direction (in, out, internal), date (ISO 8601; UTC where it names no offset), satisfaction
            (bad, neutral, good), minutes, cost, note, user (login), company_id
        :return: ids in the order of the rows; an event that is there already keeps what was written first
        :raise ValidationError: naming row (from 1) and field of everything that is wrong; then nothing is written
        """
        return self.env["crm.touchpoint.external"]._log(values)

    def action_refresh(self):
        """Capture at once what is new; a first run that is still going on continues in the background."""
        engine = self.env["crm.touchpoint.engine"].sudo()
        pending = engine._refresh()
        message = (
            self.env._("The past is still being read in the background; %s sources to go.", pending)
            if pending
            else self.env._("The history is up to date.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "info" if pending else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
