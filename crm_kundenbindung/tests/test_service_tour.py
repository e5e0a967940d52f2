from odoo.tests import HttpCase, tagged

from .test_service import ServiceCase


@tagged("post_install", "-at_install")
class TestServiceTour(ServiceCase, HttpCase):
    """Complaint to closure, and a promise from the dialog to kept, as a salesperson in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.user.lang = "en_US"
        cls.customer.name = "Tour Customer"

    def test_complaint_to_closure(self):
        self.start_tour("/odoo/complaints", "crm_kundenbindung_complaint", login=self.user.login)
        complaint = self.complaints.search([("partner_id", "=", self.customer.id)])
        self.assertEqual((complaint.state, complaint.remedy_cost_charged), ("solved", 85))
        self.assertEqual(complaint.user_id, self.user)

    def test_log_a_contact_with_a_promise_and_keep_it(self):
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "crm_kundenbindung_promise", login=self.user.login)
        promise = self.promises.search([("partner_id", "=", self.customer.id)])
        self.assertEqual((promise.state, promise.due_date), ("kept", self.today))
        self.assertEqual(promise.touchpoint_id.note, promise.name)

    def test_opening_a_contact_costs_nothing_more(self):
        """The buttons of complaints, promises and trust ask the database for nothing."""
        view = self.env["res.partner"].get_view(self.env.ref("base.view_partner_form").id, "form")
        for name in ("complaints", "promises", "trust"):
            self.assertIn(f"action_kundenbindung_{name}", view["arch"])
        fields = [name for name in self.env["res.partner"]._fields if name.startswith("kundenbindung_")]
        service = [name for name in fields if "promise" in name or "complaint" in name or "trust" in name]
        self.assertFalse(service)
