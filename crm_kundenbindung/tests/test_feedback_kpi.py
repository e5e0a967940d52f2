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
