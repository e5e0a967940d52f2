from odoo import api, models


class ReportBoard(models.AbstractModel):
    """The board as PDF in the company's layout: the same figures as on the screen."""

    _name = "report.crm_controlling.report_board"
    _description = "Board (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        companies = self.env["res.company"].browse(docids or self.env.company.ids)
        allowed = self.env.companies.sudo().root_id & companies or self.env.company.sudo().root_id
        board = self.env["crm.board"].sudo(False)
        return {
            "doc_ids": allowed.ids,
            "doc_model": "res.company",
            "docs": allowed,
            "board": lambda company: board.get_board({"company": company.id}),
        }
