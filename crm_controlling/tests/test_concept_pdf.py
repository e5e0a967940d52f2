import io
import re

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .concept import ConceptCase


@tagged("post_install", "-at_install")
class TestConceptPdf(ConceptCase):
    """The concept on paper, read page by page."""

    def _pages(self, lang="en_US"):
        report = self.env["ir.actions.report"].with_user(self.boss).with_company(self.company)
        report = report.with_context(force_report_rendering=True, lang=lang)
        pdf, kind = report._render_qweb_pdf("crm_controlling.report_concept", self.concept.ids)
        self.assertEqual(kind, "pdf")
        return [
            re.sub(r"\s+", " ", page.extract_text().replace("\xa0", " "))
            for page in PdfFileReader(io.BytesIO(pdf)).pages
        ]

    def _check_contents(self, pages, titles, contents):
        """Each chapter begins on the page that the table of contents says, and the pages rise."""
        self.assertIn(contents, pages[0])
        numbers = []
        for number, title in enumerate(titles, 1):
            found = re.search(rf"{number} {title} (\d+)", pages[0])
            self.assertTrue(found, (title, pages[0]))
            numbers.append(int(found[1]))
            self.assertIn(f"{number} {title}", pages[numbers[-1] - 1])
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertGreater(numbers[0], 1)

    def test_chapters_figures_and_table_of_contents(self):
        self.concept.crm_cost_year = 4000
        self.concept.action_fill()
        pages = self._pages()
        self._check_contents(pages, ("Situation", "Goals", "CRM Strategy", "Measures", "Controlling"), "Contents")
        text = " ".join(pages)
        for part in (
            "Customers who come back",
            "Customers who ever bought 2",
            "Does CRM Pay for Us?",
            "Data the Strategy Needs",
            "Every second comes again",
            "The workshop around the corner.",
            "Relations instead of campaigns.",
            "Stamps is first with 8.00 of 10",
            "Stamp card",
            "R-001 Stamps are seen",
            "On the first Monday of the month.",
            "concept_colleague",
        ):
            self.assertIn(part, text)
        self.assertIn("Result by value class", text)

    def test_without_figures(self):
        self.assertIn("The figures were not filled from the data yet.", " ".join(self._pages()))

    def test_html_preview_draws_charts(self):
        self.concept.action_fill()
        html = self.env["ir.actions.report"]._render_qweb_html("crm_controlling.report_concept", self.concept.ids)[0]
        self.assertGreaterEqual(html.decode().count("<svg"), 3)
