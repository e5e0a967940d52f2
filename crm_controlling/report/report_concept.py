import io
import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools.pdf import PdfFileReader

REPORT = "crm_controlling.report_concept"


class ReportConcept(models.AbstractModel):
    """The CRM concept on paper: five chapters with a table of contents."""

    _name = f"report.{REPORT}"
    _description = "CRM Concept (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        concepts = self.env["crm.concept"].browse(docids)
        page = self.env["crm.concept.page"]
        return {
            "doc_ids": docids,
            "doc_model": "crm.concept",
            "docs": concepts,
            "chapters": self._chapters(),
            "pages": (data or {}).get("concept_pages") or {},
            "marks": (data or {}).get("concept_marks"),
            "situation": page._situation,
            "goals": lambda concept: list(page._goals(concept)),
            "measures": lambda concept: list(page._measures(concept)),
            "draw": lambda chart: Markup(chart["svg"]),  # made by the server, every word in it escaped
            "utilities": lambda concept: list(page._utilities(concept)),
            "lessons": lambda concept: page._kept(concept, "lessons"),
            "specifications": lambda concept: list(page._specifications(concept)),
        }

    def _chapters(self):
        """Return [(number, code, title)]."""
        field = self.env["crm.concept.agreement"]._fields["chapter"]
        chapters = field._description_selection(self.env)
        return [(number, code, title) for number, (code, title) in enumerate(chapters, 1)]

    def _find_pages(self, pdf):
        """Return {chapter: page on which it begins}, read from the marks in the first copy of a PDF.

        Marks are white and in a font of the system: the printing program draws web fonts as shapes, not as text.
        """
        texts = [re.sub(r"\s", "", page.extract_text()) for page in PdfFileReader(io.BytesIO(pdf)).pages]
        return {
            code: page
            for number, code, _title in self._chapters()
            for page, text in enumerate(texts, 1)
            if f"@@{number}@@" in text
        }


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Print a concept twice: the printing program knows no table of contents, so a first copy says the pages."""
        single = isinstance(res_ids, int) or len(res_ids or ()) == 1
        if not single or self._get_report(report_ref).report_name != REPORT:
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        marked = dict(data or {}, concept_marks=True)
        content, kind = super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=marked)
        pages = self.env[f"report.{REPORT}"]._find_pages(content) if kind == "pdf" else {}
        return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=dict(data or {}, concept_pages=pages))
