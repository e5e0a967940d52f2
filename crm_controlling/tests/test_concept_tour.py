from odoo.tests import HttpCase, tagged

from .concept import ConceptCase


@tagged("post_install", "-at_install")
class TestConceptTour(ConceptCase, HttpCase):
    """The main path in a browser, as a manager, with the three areas switched on."""

    def test_from_the_situation_to_the_print(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.boss.lang = "en_US"
        for area in ("concept", "utility", "requirement"):
            self.env.ref("base.group_user").implied_ids |= self.env.ref(f"crm_controlling.group_controlling_{area}")
        self.start_tour("/odoo/crm-concepts", "crm_controlling_concept", login=self.boss.login)
        self.assertEqual(self.specification.requirement_ids.acceptance, "A new colleague finds them.")
        self.assertTrue(self.concept.facts)

    def test_areas_are_switched_on_in_settings(self):
        menus = self.env["ir.ui.menu"].with_user(self.boss)
        names = ("menu_crm_concept", "menu_utility", "menu_specification", "menu_requirement")
        shown = {self.env.ref(f"crm_controlling.{name}") for name in names}
        groups = [self.env.ref(f"crm_controlling.group_controlling_{a}") for a in ("concept", "utility", "requirement")]
        for group in groups:
            self.env.ref("base.group_user").implied_ids -= group
        self.boss.group_ids -= groups[0] | groups[1] | groups[2]
        self.env.registry.clear_cache()
        self.assertFalse(shown & set(menus.search([])), "a firm that never opens them sees nothing of them")
        self.env["res.config.settings"].create(
            {f"group_controlling_{a}": True for a in ("concept", "utility", "requirement")}
        ).execute()
        self.env.registry.clear_cache()
        self.assertEqual(shown & set(menus.search([])), shown)
