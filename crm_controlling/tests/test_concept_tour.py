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
        self.start_tour("/odoo/crm-concepts", "crm_controlling_utility", login=self.boss.login)
        self.assertEqual(self.specification.requirement_ids.acceptance, "A new colleague finds them.")
        self.assertTrue(self.concept.facts)

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
