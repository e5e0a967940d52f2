from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_feedback import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackKpi(FeedbackCase):
    """Indicators of satisfaction against figures counted by hand."""

    def _measure(self, code):
        kpi = self.env["crm.kpi"].search([("code", "=", code)])
        today = self.company._werthaltigkeit_today()
        period = (today - timedelta(days=30), today + timedelta(days=1))
        self.env.flush_all()
        return self.env["crm.kpi.engine"]._measure(self.company.root_id, kpi, [period])[kpi, period]

    def _answer(self, kind, score, **vals):
        self.env["crm.feedback.answer"].sudo().create(
            {
                "kind": kind,
                "score": score,
                "commercial_partner_id": self.customer.id,
                "company_id": self.company.id,
                "answered_on": fields.Datetime.now() - timedelta(days=3),
                **vals,
            }
        )

    def test_by_hand(self):
        self.assertIsNone(self._measure("nps")[0], "no answer is no data, not 0")
        for score in (10, 9, 8, 3):
            self._answer("nps", score)
        self._answer("nps", 0, audience="employee", commercial_partner_id=False)
        self._answer("nps", 0, answered_on=fields.Datetime.now() - timedelta(days=60))
        self.assertEqual(self._measure("nps")[:3], (25.0, 100.0, 4.0))
        for score in (5, 4, 3):
            self._answer("csat", score)
            self._answer("price", score)
            self._answer("trust", score)
        for code in ("csat", "price_performance", "trust_answers"):
            self.assertAlmostEqual(self._measure(code)[0], 2 / 3)
        self._answer("ces", 6)
        self._answer("ces", 7, commercial_partner_id=self.other.id)
        self.assertEqual(self._measure("ces"), (6.5, 13.0, 2.0, 2))

    def test_response_rate_and_smileys(self):
        self._consent(self.contact)
        self._consent(self.other)
        touchpoint = self._service()
        self._service(self.other)
        self._ask()
        request = self._of(touchpoint)
        request.rating_apply(5, rating=request.rating_ids)
        self.assertEqual(self._measure("response_rate")[:3], (0.5, 1.0, 2.0))
        self.assertEqual(self._measure("happy_smileys")[:3], (1.0, 1.0, 1.0))

    def test_by_customer_group(self):
        """A customer in two groups counts in both; who is in none, in none."""
        groups = self.env["crm.customer.group"].create(
            [
                {"name": name, "company_id": self.company.root_id.id, "domain": f"[('id', '=', {self.customer.id})]"}
                for name in ("One", "Two")
            ]
        )
        self._answer("nps", 10)
        self._answer("nps", 0, commercial_partner_id=self.other.id)
        self.env["crm.customer.group.engine"]._refresh(groups)
        self.env.flush_all()
        rows = self.env["crm.feedback.group.report"]._read_group(
            [("group_id", "in", groups.ids)], ["group_id"], ["nps:avg", "answers:sum"]
        )
        self.assertEqual(rows, [(groups[0], 100.0, 1), (groups[1], 100.0, 1)])

    def test_contact_shows_how_often_it_gave_its_opinion(self):
        self._answer("nps", 10)
        self._answer("trust", 4)
        self.env.flush_all()
        contact = self.contact.with_user(self.agent)
        self.assertEqual(contact.kundenbindung_feedback_count, 2)
        action = contact.action_kundenbindung_feedback()
        self.assertEqual(self.env["crm.feedback.report"].search_count(action["domain"]), 2)
