from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestTour(WerthaltigkeitCase, HttpCase):
    """The main path in a browser, as a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.user.lang = "en_US"
        cls.customer.write({"name": "Tour Customer", "phone": "+49 711 123456"})
        cls.env["crm.touchpoint"].create(
            {"partner_id": cls.contact.id, "date": "2026-01-05 10:00:00", "note": "Introduction"}
        )
        cls._order(cls.customer, [(cls.tyres, 8)], user_id=cls.user.id)
        cls._order(cls.other, [(cls.labour, 1)])
        cls.values._rebuild(cls.company)

    def test_log_contact_and_see_history_and_value(self):
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "crm_werthaltigkeit_main", login=self.user.login)
        touchpoint = self.env["crm.touchpoint"].search(
            [("partner_id", "=", self.customer.id), ("source_id", "=", False)]
        )
        self.assertEqual(touchpoint.channel_id.code, "phone")
        self.assertEqual(touchpoint.direction, "out")
        self.assertEqual(touchpoint.satisfaction, "good")
        self.assertEqual(touchpoint.create_uid, self.user)

    def test_concentration_opens_its_customers(self):
        self.start_tour(
            "/odoo/action-crm_werthaltigkeit.crm_customer_value_action_concentration",
            "crm_werthaltigkeit_concentration",
            login=self.user.login,
        )

    def test_customers_on_one_page_open_their_records(self):
        self.start_tour(
            "/odoo/action-crm_werthaltigkeit.crm_value_overview_action",
            "crm_werthaltigkeit_value_overview",
            login=self.user.login,
        )

    def test_migration_opens_who_moved(self):
        order = self._order(self.customer, [(self.tyres, 800)])
        order.date_order = "2025-01-10 10:00:00"
        self.env.cr.execute("DELETE FROM crm_customer_value_snapshot")
        self.values._rebuild(self.company)
        self.start_tour(
            "/odoo/action-crm_werthaltigkeit.crm_value_migration_action_matrix",
            "crm_werthaltigkeit_migration",
            login=self.user.login,
        )

    def _expect(self):
        """Let the tour's customer be one of whom something is expected."""
        self._value(self.customer).write(
            {
                "purchase_method": "model",
                "amount_method": "own",
                "profit_known": True,
                "probability_active": 0.71,
                "expected_db": 640.0,
                "expected_profit": 600.0,
                "margin_at_risk": 186.0,
            }
        )

    def test_waterfall_opens_its_records(self):
        self.company.action_confirm_rates()
        self.values._rebuild(self.company)
        self._expect()
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "crm_werthaltigkeit_waterfall", login=self.user.login)

    def test_portfolio_opens_its_customers(self):
        self._expect()
        self.start_tour(
            "/odoo/action-crm_werthaltigkeit.crm_customer_value_action_portfolio",
            "crm_werthaltigkeit_portfolio",
            login=self.user.login,
        )

    def test_without_values_a_manager_has_them_computed(self):
        self.env["crm.customer.value"].search([]).unlink()
        self.manager.lang = "en_US"
        self.start_tour(
            "/odoo/action-crm_werthaltigkeit.crm_customer_value_action_concentration",
            "crm_werthaltigkeit_concentration_empty",
            login=self.manager.login,
        )
        self.assertIn("waiting", self.env["crm.value.run"].search([]).mapped("state"))

    def test_score_an_assessment(self):
        assessment = self.env["crm.value.assessment"].create(
            {"name": "Spring Check", "user_id": self.manager.id, "participant_ids": (self.user | self.manager).ids}
        )
        self.start_tour(
            f"/odoo/value-assessments/{assessment.id}", "crm_werthaltigkeit_assessment", login=self.user.login
        )
        row = assessment.score_ids.filtered("answered")
        self.assertEqual((row.score, row.evidence, row.user_id), (8, "62 bookings", self.user))
        self.assertEqual(assessment.state, "progress")


@tagged("post_install", "-at_install")
class TestComponents(HOOTCommon):
    """The unit tests of our components, without those of all of Odoo."""

    def test_components(self):
        suite = self._generate_hash("@crm_werthaltigkeit")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
