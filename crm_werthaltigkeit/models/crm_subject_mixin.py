from odoo import api, fields, models
from odoo.exceptions import UserError

# what companies assess; apps that are not installed are left out, others add theirs in _subject_models
MODELS = (
    "utm.campaign",
    "mailing.mailing",
    "event.event",
    "loyalty.program",
    "product.template",
    "sale.order",
    "crm.lead",
)


class CrmSubjectMixin(models.AbstractModel):
    """What something is about: any record of Odoo, or something in words that has no record yet."""

    _name = "crm.subject.mixin"
    _description = "Record or Something in Words"

    res_model = fields.Char("Document Model", index=False)
    res_id = fields.Many2oneReference("Document", model_field="res_model")
    subject = fields.Char("What Is Assessed", help="In words, where there is no record in Odoo yet.")
    record_ref = fields.Reference(
        "_selection_record_ref",
        "Record",
        compute="_compute_record_ref",
        inverse="_inverse_record_ref",
        help="The campaign, programme or other record that is assessed.",
    )
    subject_name = fields.Char("Assessed", compute="_compute_subject_name")

    @api.model
    def _subject_models(self):
        """Names of the models that people may choose from; any other can be set by code."""
        return list(MODELS)

    @api.model
    def _selection_record_ref(self):
        names = [name for name in self._subject_models() if name in self.env and self.env[name].has_access("read")]
        return [(name, self.env["ir.model"].sudo()._get(name).name) for name in names]

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_record_ref(self):
        choices = dict(self._selection_record_ref())
        for about in self:
            record = about.res_model in choices and about._subject_record()
            about.record_ref = f"{record._name},{record.id}" if record else False

    def _inverse_record_ref(self):
        for about in self:
            record = about.record_ref
            about.write({"res_model": record._name if record else False, "res_id": record.id if record else 0})

    @api.depends("res_model", "res_id", "subject")
    @api.depends_context("uid")
    def _compute_subject_name(self):
        """The name of the record as far as the reader may see it, else what people wrote."""
        for about in self:
            record = about._subject_record()
            about.subject_name = record.display_name if record else about.subject

    def _subject_record(self):
        """Return the record if it is there and open to the reader, else None."""
        self.ensure_one()
        if not self.res_id or self.res_model not in self.env or self.env[self.res_model]._abstract:
            return None
        record = self.env[self.res_model].browse(self.res_id).exists()
        return record if record and record.has_access("read") else None

    def action_open_record(self):
        self.ensure_one()
        if not self._subject_record():
            raise UserError(self.env._("This record no longer exists, or it is not open to you."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
