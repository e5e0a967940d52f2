import io
import re

from odoo import Command
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

    def test_a_frozen_version_reads_the_same_whatever_comes(self):
        self.analysis.score_ids[:1].with_user(self.boss).reason = "Everybody knows it."
        self.analysis.with_user(self.boss).action_decide()
        self.env["crm.concept.lesson"].create(
            {"concept_id": self.concept.id, "goal_id": self.goal.id, "text": "Autumn is better.", "state": "taken"}
        )
        self.concept.action_freeze()
        before = self._pages()
        text = " ".join(before)
        for part in (
            "Stamps is first with 8.00 of 10",
            "Decided for Stamps",
            "R-001 Stamps are seen",
            "Autumn is better.",
        ):
            self.assertIn(part, text)
        self.analysis.action_reopen()
        self.analysis.score_ids[:1].with_user(self.boss).answer = "1"
        self.analysis.criterion_ids.name = "Cheap"
        self.analysis.write({"name": "Which app?", "option_ids": [Command.create({"name": "Neither"})]})
        self.assertEqual(self.analysis.result["options"][0]["name"], "Points")
        self.specification.requirement_ids.write({"name": "Stamps are gone", "state": "dropped"})
        self.specification.write({"name": "App", "requirement_ids": [Command.create({"name": "A new one"})]})
        self.goal.name = "Renamed"
        self.goal.kpi_id.description = "Another formula"
        self.env.invalidate_all()
        self.assertEqual(self._pages(), before)
        second = self.env["crm.concept"].browse(self.concept.action_new_version()["res_id"])
        page = self.env["crm.concept.page"]
        self.assertIn("Points is first", next(page._utilities(second))["result"]["sentence"])
        self.assertEqual([row["name"] for row in next(page._specifications(second))["requirements"]], ["A new one"])

    def test_a_version_frozen_before_scores_were_kept(self):
        self.concept.action_freeze()
        kept = {part: self.concept.snapshot[part] for part in ("goals", "measures")}
        self.concept._internal().write({"snapshot": kept})
        self.assertIn("Stamps is first with 8.00 of 10", " ".join(self._pages()))

    def test_without_figures(self):
        self.assertIn("The figures were not filled from the data yet.", " ".join(self._pages()))

    def test_html_preview_draws_charts(self):
        self.concept.action_fill()
        html = self.env["ir.actions.report"]._render_qweb_html("crm_controlling.report_concept", self.concept.ids)[0]
        self.assertGreaterEqual(html.decode().count("<svg"), 3)
