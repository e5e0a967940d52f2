from odoo import api, fields, models

MODELS = (
    "mailing.mailing",
    "loyalty.program",
    "survey.survey",
    "project.project",
    "event.event",
    "sale.order",
    "crm.lead",
    "crm.outreach",
    "crm.feedback.rule",
    "utm.campaign",
)


class CrmMeasureLink(models.Model):
    """A record that belongs to a measure: a programme, a project, an order to the printer."""

    _name = "crm.measure.link"
    _description = "Record of a Measure"
    _inherit = ["crm.subject.mixin"]
    _order = "id"
    _rec_name = "subject_name"

    measure_id = fields.Many2one("crm.measure", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="measure_id.company_id", store=True, index=True)
    subject = fields.Char("Or in Words")
    subject_name = fields.Char("Name of the Record")

    @api.model
    def _subject_models(self):
        return list(MODELS)

    def write(self, vals):
        """Who moves a record to another measure has to be allowed to change that one too."""
        if vals.get("measure_id"):
            self.env["crm.measure"].browse(vals["measure_id"]).check_access("write")
        return super().write(vals)
