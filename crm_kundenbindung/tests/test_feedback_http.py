import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_feedback import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackHttp(FeedbackCase, HttpCase):
    """The links of the mail, as a customer opens them."""

    def setUp(self):
        super().setUp()
        self._consent(self.contact)
        self.touchpoint = self._service()
        self._ask()
        self.request_ = self._of(self.touchpoint)
        self.token = self.request_.rating_ids.access_token

    def _submit(self, rate, token=None, feedback=""):
        token = token or self.token
        self.authenticate(None, None)
        page = self.url_open(f"/rate/{token}/5")
        data = {"rate": rate, "feedback": feedback, "csrf_token": self._csrf(page)}
        return self.url_open(f"/rate/{token}/submit_feedback", data=data)

    def _csrf(self, page):
        from lxml import html  # noqa: PLC0415

        found = html.fromstring(page.text).xpath("//form//input[@name='csrf_token']/@value")
        return found[0] if found else ""

    def test_opening_the_link_answers_nothing(self):
        """Scanners of mail servers open every link: only the button counts."""
        self.assertEqual(self.url_open(f"/rate/{self.token}/1").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.request_.state, "sent")

    def test_answer_and_second_thoughts(self):
        self.assertEqual(self._submit(1, feedback="Waited for hours <script>alert(1)</script>").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((self.request_.state, self.touchpoint.satisfaction), ("answered", "bad"))
        self.assertEqual(self.request_.activity_id.user_id, self.agent)
        self.assertNotIn("<script>", self.request_.activity_id.note)
        self.assertEqual(self._submit(5).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((self.request_.satisfaction, self.touchpoint.satisfaction), ("good", "good"))

    def test_expired_link_says_so_and_takes_nothing(self):
        self.request_.open_until = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.assertIn("This link has expired", self.url_open(f"/rate/{self.token}/5").text)
        stop = self.url_open(f"/feedback/stop/{self.token}")
        data = {"rate": 5, "csrf_token": self._csrf(stop)}
        page = self.url_open(f"/rate/{self.token}/submit_feedback", data=data)
        self.assertIn("This link has expired", page.text)
        self.env.invalidate_all()
        self.assertFalse(self.touchpoint.satisfaction)

    def test_foreign_missing_and_nonsense_answer_alike(self):
        for path in (
            "/rate/0123456789abcdef/5",
            "/rate/0123456789abcdef/2",
            f"/rate/{self.token}/2",
            f"/rate/{self.token}/-1",
            f"/rate/{self.token}/text",
            "/feedback/stop/0123456789abcdef",
            "/feedback/stop/-1",
            "/rate/0123456789abcdef/submit_feedback",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.url_open(path).status_code, 404)
        self.authenticate(None, None)
        page = self.url_open(f"/rate/{self.token}/5")
        for rate in ("text", "2", "-1", ""):
            data = {"rate": rate, "csrf_token": self._csrf(page)}
            response = self.url_open(f"/rate/{self.token}/submit_feedback", data=data)
            self.assertEqual(response.status_code, 404)

    def test_without_csrf_nothing(self):
        self.authenticate(None, None)
        response = self.url_open(f"/rate/{self.token}/submit_feedback", data={"rate": 5})
        self.assertEqual(response.status_code, 400)

    def test_no_more_mails(self):
        self.authenticate(None, None)
        page = self.url_open(f"/feedback/stop/{self.token}")
        self.env.invalidate_all()
        self.assertIsNone(self.env["crm.feedback.engine"]._gates(self.contact, self.company)[self.contact.id])
        self.url_open(f"/feedback/stop/{self.token}", data={"csrf_token": self._csrf(page)})
        self.env.invalidate_all()
        self.assertEqual(
            self.env["crm.feedback.engine"]._gates(self.contact, self.company)[self.contact.id], "objected"
        )

    def test_survey_filled_in_on_its_pages(self):
        """The NPS survey through Odoo's own pages, from the link of the mail to the figure."""
        survey = self.env.ref("crm_kundenbindung.survey_nps")
        request = self.requests.create(
            {"partner_id": self.contact.id, "commercial_partner_id": self.customer.id, "company_id": self.company.id,
             "means": "survey", "survey_id": survey.id, "touchpoint_id": self.touchpoint.id,
             "touchpoint_date": self.touchpoint.date}
        )  # fmt: skip
        request._guarded(request._send)
        self.assertEqual(request.state, "sent", request.reason)
        self.env.flush_all()
        answer = request.survey_input_id
        self.authenticate(None, None)
        self.assertEqual(self.url_open(request.survey_url.partition(request.get_base_url())[2]).status_code, 200)
        self._rpc(f"/survey/begin/{survey.access_token}/{answer.access_token}", {})
        questions = {name: self.env.ref(f"crm_kundenbindung.survey_nps_{name}") for name in ("score", "price", "trust")}
        cause = self.env.ref("crm_kundenbindung.survey_nps_cause_1")
        values = {str(questions["score"].id): "10", str(questions["price"].id): "4", str(questions["trust"].id): "5",
                  str(cause.question_id.id): str(cause.id)}  # fmt: skip
        self._rpc(f"/survey/submit/{survey.access_token}/{answer.access_token}", values)
        self.env.invalidate_all()
        self.assertEqual(answer.state, "done")
        self.env["crm.feedback.answer.engine"]._collect()
        rows = self.env["crm.feedback.answer"].search([("request_id", "=", request.id)], order="kind")
        self.assertEqual([(row.kind, row.score) for row in rows], [("nps", 10), ("price", 4), ("trust", 5)])
        self.assertEqual(request.state, "answered")

    def _rpc(self, path, params):
        response = self.url_open(
            path, data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("error", response.json())
        return response.json()
