import io
import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfFileReader

from .concept import ConceptCase


@tagged("post_install", "-at_install")
class TestConceptTour(ConceptCase, HttpCase):
    """The main path in a browser, as a manager, with the three areas switched on."""

    def _areas_on(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.boss.lang = "en_US"
        for area in ("concept", "utility", "requirement"):
            self.env.ref("base.group_user").implied_ids |= self.env.ref(f"crm_controlling.group_controlling_{area}")

    def test_from_the_situation_to_the_print(self):
        self._areas_on()
        asked = []
        reports = self.env.registry["ir.actions.report"]
        original = reports._render_qweb_pdf

        def render(report, report_ref, res_ids=None, data=None):
            """Note what the button asks for; while tests run Odoo answers with the page instead of the PDF."""
            asked.append((report_ref, res_ids, report.env.uid, report.env.context.get("lang")))
            return original(report, report_ref, res_ids=res_ids, data=data)

        with patch.object(reports, "_render_qweb_pdf", render):
            self.start_tour("/odoo/crm-concepts", "crm_controlling_concept", login=self.boss.login, timeout=120)
        self.assertTrue(self.concept.facts)
        self.assertEqual((self.concept.state, self.analysis.chosen_id.name), ("frozen", "Stamps"))
        self.assertEqual(self.specification.requirement_ids.acceptance, "A new colleague finds them.")
        self.assertEqual(asked, [("crm_controlling.report_concept", self.concept.ids, self.boss.id, "en_US")])
        # without the web fonts, which the printing program draws as shapes
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        report = self.env["ir.actions.report"].with_user(self.boss).with_company(self.company)
        report = report.with_context(force_report_rendering=True, lang="en_US")
        content, kind = report._render_qweb_pdf("crm_controlling.report_concept", self.concept.ids)
        self.assertEqual(kind, "pdf")
        text = " ".join(page.extract_text() for page in PdfFileReader(io.BytesIO(content)).pages)
        text = re.sub(r"\s+", " ", text.replace("\xa0", " "))
        for part in (
            "Customers who come back",
            "Customers who ever bought 2",
            "Every second comes again",
            "Decided for Stamps",
            "R-001 Stamps are seen",
        ):
            self.assertIn(part, text)

    def test_another_score_changes_the_winner(self):
        self._areas_on()
        self.start_tour("/odoo/crm-concepts", "crm_controlling_utility", login=self.boss.login)
        winner = self.analysis.result["winners"]
        self.assertEqual(self.env["crm.utility.option"].browse(winner).name, "Points")

    def test_areas_are_switched_on_in_settings(self):
        menus = self.env["ir.ui.menu"].with_user(self.boss)
        names = ("menu_crm_concept", "menu_utility", "menu_specification", "menu_requirement")
        areas = {self.env.ref(f"crm_controlling.{name}").id for name in names}
        switches = [f"group_controlling_{area}" for area in ("concept", "utility", "requirement")]
        for switch in switches:
            self.env.ref("base.group_user").implied_ids -= self.env.ref(f"crm_controlling.{switch}")
        self.env.registry.clear_cache()
        self.assertFalse(areas & set(menus._visible_menu_ids()), "a firm that never opens them sees nothing of them")
        self.env["res.config.settings"].create(dict.fromkeys(switches, True)).execute()
        self.env.registry.clear_cache()
        self.assertLessEqual(areas, set(menus._visible_menu_ids()))
