from odoo.tests import HttpCase, tagged

from .test_feedback import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackTour(FeedbackCase, HttpCase):
    """From the smiley of the mail to the activity of the salesperson, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        employees = cls.env.ref("base.group_user")
        for area in ("feedback", "heard", "idea"):
            employees._apply_group(cls.env.ref(f"crm_kundenbindung.group_kundenbindung_{area}"))
        cls.user.lang = "en_US"
        cls.customer.user_id = cls.user

    def test_smiley_touchpoint_activity(self):
        self._consent(self.contact)
        touchpoint = self._service()
        self._ask()
        request = self._of(touchpoint)
        self.start_tour(f"/rate/{request.rating_ids.access_token}/1", "crm_kundenbindung_rate")
        self.env.invalidate_all()
        self.assertEqual((touchpoint.satisfaction, request.comment), ("bad", "Waited for two hours"))
        self.assertEqual(request.activity_id.user_id, self.user)
        self.start_tour(f"/odoo/res.partner/{self.contact.id}", "crm_kundenbindung_unhappy", login=self.user.login)
        self.assertEqual(request.cause_id, self.env.ref("crm_werthaltigkeit.touchpoint_reason_complaint_delay"))

    def test_idea(self):
        self.start_tour("/odoo/ideas", "crm_kundenbindung_idea", login=self.user.login)
        idea = self.env["crm.idea"].search([("name", "=", "Loan bicycles")])
        self.assertEqual((idea.author_id, idea.vote_count, idea.origin), (self.user, 1, "employee"))
