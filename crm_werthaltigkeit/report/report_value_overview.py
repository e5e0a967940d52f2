from odoo import api, models


class ReportValueOverview(models.AbstractModel):
    """ "Your customers on one page" as PDF: the figures of the screen in the company's layout."""

    _name = "report.crm_werthaltigkeit.report_value_overview"
    _description = "Your Customers on One Page (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        companies = self.env["res.company"].browse(docids or self.env.company.ids)
        companies.check_access("read")
        allowed = self.env.companies.root_id & companies or self.env.company.sudo().root_id
        return {
            "doc_ids": allowed.ids,
            "doc_model": "res.company",
            "docs": allowed,
            "overview": lambda company: self.env["crm.value.overview"].with_company(company).get_overview(),
        }
