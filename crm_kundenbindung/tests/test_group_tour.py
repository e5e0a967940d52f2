from odoo.tests import HttpCase, tagged

from .test_customer_group import GroupCase


@tagged("post_install", "-at_install")
class TestGroupTour(GroupCase, HttpCase):
    """The main path in a browser, as a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.user.lang = "en_US"
        cls.company.werthaltigkeit_as_of = "2026-06-30"
        for partner, day in ((cls.customer, "2026-01-05"), (cls.customer, "2026-04-06"), (cls.other, "2026-04-07")):
            cls._order(partner, [(cls.tyres, 1)]).date_order = f"{day} 10:00:00"
        cls._compute_values()
        cls._group(f"[('id', 'in', {(cls.customer | cls.other).ids})]", name="Tour Group")

    def test_group_to_customers(self):
        self.start_tour(
            "/odoo/action-crm_kundenbindung.crm_customer_group_action", "crm_kundenbindung_group", login=self.user.login
        )

    def test_cohorts_open_their_customers(self):
        self.groups._refresh_company(self.company)
        self.start_tour(
            "/odoo/action-crm_kundenbindung.crm_customer_month_action_heat",
            "crm_kundenbindung_cohorts",
            login=self.user.login,
        )
