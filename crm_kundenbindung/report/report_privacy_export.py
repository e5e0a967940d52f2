from odoo import api, fields, models


class ReportPrivacyExport(models.AbstractModel):
    """Everything about a person, to hand out on paper."""

    _name = "report.crm_kundenbindung.report_privacy_export"
    _description = "Everything About a Person"

    @api.model
    def _get_report_values(self, docids, data=None):
        partners = self.env["res.partner"].browse(docids)
        return {
            "docs": partners,
            "today": fields.Date.context_today(self),
            "data": lambda partner: partner._privacy_export(for_people=True),
        }
