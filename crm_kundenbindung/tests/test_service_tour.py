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

    def test_a_contact_shows_what_is_owed_with_one_query(self):
        self._complaint()
        self._promise()
        self.env.flush_all()
        self.env.invalidate_all()
        customer = self.customer.with_user(self.user)
        self.assertFalse(customer.kundenbindung_stage_id)  # the query that the life cycle needs anyway
        with self.assertQueryCount(0):
            self.assertEqual(customer.kundenbindung_open_complaints, 1)
            self.assertEqual(customer.kundenbindung_open_promises, 1)
        self.assertIn("1 complaint open", customer.werthaltigkeit_headline)
        partners = self.env["res.partner"].with_user(self.user)
        for name in ("kundenbindung_open_complaints", "kundenbindung_open_promises"):
            self.assertIn(customer, partners.search([(name, ">", 0)]))
            self.assertNotIn(customer, partners.search([(name, "=", 0)]))
