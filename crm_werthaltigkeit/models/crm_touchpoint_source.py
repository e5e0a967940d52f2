from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .crm_touchpoint import DIRECTIONS, STAGES

PATHS = (
    "partner_path",
    "lead_path",
    "date_path",
    "company_path",
    "user_path",
    "team_path",
    "amount_path",
    "currency_path",
    "campaign_path",
    "utm_source_path",
    "medium_path",
    "minutes_path",
    "cost_path",
    "channel_path",
    "satisfaction_path",
    "alternate_path",
    "document_model_path",
    "document_id_path",
    "open_path",
    "watch_path",
    "summary_path",
)
DEFINITION = {
    "model",
    "domain",
    "kind_id",
    "channel_id",
    "alternate_channel_id",
    "direction",
    "stage",
    "date_rule",
    "amount_factor",
    "minutes_factor",
    "scheduled",
    "lookback_days",
    "active",
    *PATHS,
}


class CrmTouchpointSource(models.Model):
    """Where touchpoints come from: one row names records of Odoo and what each tells about a contact.

    Paths are dotted field names from the record; several, separated by commas, are tried in turn,
    and a leading "?" marks a field that another app brings and may be missing.
    """

    _name = "crm.touchpoint.source"
    _description = "Source of Touchpoints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model = fields.Char(required=True, help="Technical name of the records, for example sale.order.")
    domain = fields.Char(default="[]", required=True, help="Which of the records count.")
    kind_id = fields.Many2one("crm.touchpoint.kind", required=True, ondelete="restrict")
    channel_id = fields.Many2one("crm.touchpoint.channel", ondelete="restrict")
    alternate_path = fields.Char("Other Channel If", help="Where this field is filled, the other channel is taken.")
    alternate_channel_id = fields.Many2one("crm.touchpoint.channel", "Other Channel", ondelete="restrict")
    direction = fields.Selection(DIRECTIONS, required=True, default="in")
    stage = fields.Selection(STAGES, "Journey Stage")
    partner_path = fields.Char("Contact")
    lead_path = fields.Char("Lead")
    date_path = fields.Char("Moment", required=True, default="create_date")
    date_rule = fields.Selection(
        [("field", "The field says when"), ("change", "The moment the record got there")],
        "Moment Is",
        required=True,
        default="field",
        help="Some moments are not recorded by Odoo. The change itself is then taken, and for the past marked as approximate.",
    )
    scheduled = fields.Boolean("Lies in the Future", help="Such records become touchpoints when their moment has come.")
    lookback_days = fields.Integer("Read Again (Days)", help="Records change without a trace this many days.")
    company_path = fields.Char("Company", default="?company_id")
    user_path = fields.Char("Our Person", default="?user_id")
    team_path = fields.Char("Sales Team")
    amount_path = fields.Char("Amount")
    amount_factor = fields.Float(default=1.0)
    currency_path = fields.Char("Currency", default="?currency_id")
    campaign_path = fields.Char("Campaign")
    utm_source_path = fields.Char("UTM Source")
    medium_path = fields.Char("Medium")
    minutes_path = fields.Char("Duration")
    minutes_factor = fields.Float("Duration to Minutes", default=1.0)
    cost_path = fields.Char(
        "Own Cost",
        help="What the record itself cost us, in the currency of the company, on top of what its channel and kind cost.",
    )
    channel_path = fields.Char("Channel From", help="Field that names the channel, where the record knows it.")
    satisfaction_path = fields.Char("Rating 1 to 5")
    document_model_path = fields.Char(
        "Model of the Document", help="For records that name their document by model and id."
    )
    document_id_path = fields.Char("Id of the Document")
    open_path = fields.Char("Opens", help="Many2one field whose record opens instead of the record itself.")
    watch_path = fields.Char("Changes With", help="Related records whose change counts as a change.")
    summary_path = fields.Char("Text", default="display_name", help="Shown to those who may read the record.")
    remove_unmatched = fields.Boolean(
        "Remove When No Longer Matching",
        help="A touchpoint is an event and stays. Switched on, it goes when its record leaves the domain.",
    )

    state = fields.Selection(
        [("new", "Reading the past"), ("live", "Up to date"), ("missing", "Not available"), ("faulty", "Set aside")],
        readonly=True,
        default="new",
        copy=False,
    )
    reason = fields.Char("Why", readonly=True, copy=False)
    last_id = fields.Integer("Read Up To", readonly=True, copy=False, help="Last record of the past that was read.")
    watermark = fields.Datetime("Changes Read Until", readonly=True, copy=False)
    last_run = fields.Datetime(readonly=True, copy=False)
    skipped_ids = fields.Json("Ids of Records Set Aside", readonly=True, copy=False)
    skipped_count = fields.Integer("Records Set Aside", compute="_compute_skipped_count")
    touchpoint_count = fields.Integer(compute="_compute_touchpoint_count")

    _lookback_not_negative = models.Constraint("CHECK(lookback_days >= 0)", "Days to read again cannot be negative.")

    def _compute_touchpoint_count(self):
        counts = dict(
            self.env["crm.touchpoint"]._read_group([("source_id", "in", self.ids)], ["source_id"], ["__count"])
        )
        for source in self:
            source.touchpoint_count = counts.get(source, 0)

    @api.depends("skipped_ids")
    def _compute_skipped_count(self):
        for source in self:
            source.skipped_count = len(source.skipped_ids or [])

    @api.constrains("domain")
    def _check_domain(self):
        for source in self:
            source._parsed_domain()

    def _parsed_domain(self):
        """Return the domain as a list; relative dates and %(xml_id)d references are resolved.

        :raise ValidationError: naming the row, when it is no domain
        """
        self.ensure_one()
        try:
            leaves = literal_eval(self.domain)
            resolved = [self._resolve(leaf) for leaf in leaves]
            Domain(resolved)
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._("The domain of “%(name)s” cannot be read: %(error)s", name=self.name, error=error)
            ) from error
        return resolved

    def _resolve(self, leaf):
        """Replace a value "ref:module.name" by the id of that record (-1 while its app is missing)."""

        def one(value):
            if isinstance(value, str) and value.startswith("ref:"):
                return self.env["ir.model.data"]._xmlid_to_res_id(value[4:], raise_if_not_found=False) or -1
            return [one(item) for item in value] if isinstance(value, (list, tuple)) else value

        return (leaf[0], leaf[1], one(leaf[2])) if isinstance(leaf, (list, tuple)) else leaf

    def _missing(self):
        """Return why this row cannot run here (model or field of an app that is not installed), or False."""
        self.ensure_one()
        if self.model not in self.env:
            return self.env._("The app that brings “%s” is not installed.", self.model)
        model = self.env[self.model]
        if model._abstract or not model._auto:
            return self.env._("“%s” has no records of its own.", self.model)
        for name in PATHS:
            for path in self._paths(name):
                if not path.startswith("?") and not self._path_exists(path, need_column=name != "summary_path"):
                    return self.env._("“%(model)s” has no field “%(path)s”.", model=self.model, path=path)
        for leaf in self._parsed_domain():
            if isinstance(leaf, tuple) and leaf[0] not in (0, 1) and not self._path_exists(leaf[0], need_column=False):
                return self.env._("“%(model)s” has no field “%(path)s”.", model=self.model, path=leaf[0])
        return False

    def _paths(self, name):
        """Return the alternatives of a path field; [] when empty."""
        return [path.strip() for path in (self[name] or "").split(",") if path.strip()]

    def _path_exists(self, path, need_column=True):
        """Return whether a dotted path can be followed on this row's model."""
        model = self.env[self.model]
        *links, last = path.lstrip("?").split(".")
        for link in links:
            field = model._fields.get(link)
            if field is None or not field.comodel_name or (need_column and field.type != "many2one"):
                return False
            model = self.env[field.comodel_name]
        field = model._fields.get(last)
        return field is not None and (not need_column or field.column_type is not None or bool(field.related))

    def _texts(self, touchpoints):
        """Return {touchpoint id: text} of captured records, read with the rights of the touchpoints' user.

        Records that name their document (messages, ratings) have no rights of their own: who may read
        the document reads their subject.
        """
        self.ensure_one()
        if self._missing() or not self.summary_path:
            return {}
        env = touchpoints.env
        if self.document_model_path:
            readable = touchpoints.browse()
            for model, group in touchpoints.filtered(lambda t: t.res_model in env).grouped("res_model").items():
                documents = env[model].browse(set(group.mapped("res_id"))).exists()._filtered_access("read")
                readable |= group.filtered(lambda t, ids=set(documents.ids): t.res_id in ids)
            records = self.env[self.model].browse(readable.mapped("record_id")).exists()
        else:
            readable = touchpoints
            records = env[self.model].browse(touchpoints.mapped("record_id")).exists()
            records = records._filtered_access("read")
        texts = {record.id: self._text(record) for record in records}
        return {t.id: texts[t.record_id] for t in readable if texts.get(t.record_id)}

    def _text(self, record):
        for path in self._paths("summary_path"):
            value = record
            for name in path.lstrip("?").split("."):
                value = value[name] if name in value._fields else False
            if value:
                return str(value)
        return ""

    def write(self, vals):
        """A changed definition is read again from the start; what people added to touchpoints stays."""
        if DEFINITION & vals.keys():
            vals = {"state": "new", "reason": False, "last_id": 0, "watermark": False, "skipped_ids": False, **vals}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(source.touchpoint_count for source in self):
            raise UserError(self.env._("This source has brought touchpoints. Archive it instead."))

    def action_view_touchpoints(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "crm.touchpoint",
            "views": [(False, "list"), (False, "pivot"), (False, "graph"), (False, "form")],
            "domain": [("source_id", "=", self.id)],
        }

    def action_read_again(self):
        """Read the whole past of these rows again, in the background."""
        self.write({"state": "new", "last_id": 0, "watermark": False, "reason": False, "skipped_ids": False})
        self.env.ref("crm_werthaltigkeit.ir_cron_touchpoint").sudo()._trigger()
