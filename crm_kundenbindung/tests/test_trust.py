from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_service import ServiceCase


@tagged("post_install", "-at_install")
class TestTrust(ServiceCase):
    def _compute(self):
        self.values._rebuild(self.company)
        self.env["crm.trust.engine"]._compute(self.company)
        self.env.invalidate_all()

    def _trust(self, partner=None):
        domain = [("partner_id", "=", partner.id)] if partner else [("whole", "=", True)]
        return self.env["crm.trust"].search([*domain, ("company_id", "=", self.company.id)])

    def _rate(self, partner, *smileys):
        self.env["crm.touchpoint"].create([{"partner_id": partner.id, "satisfaction": mood} for mood in smileys])

    def test_three_parts_with_their_reasons(self):
        for days in (300, 200, 100, 10):
            self._order(self.customer, [(self.tyres, 4)], days_ago=days)
        self._rate(self.customer, "good", "good", "neutral", "bad")
        self._complaint(days_ago=3).action_solve()
        late = self._complaint(days_ago=40)
        self._promise(due=-5).action_kept()
        self._promise(due=-5)
        self._compute()
        trust = self._trust(self.customer)
        # (2.5 of 4 happy + 1 − (1 late + ½ solved in time) of 4 purchases) / 2
        self.assertAlmostEqual(trust.credibility, (62.5 + 62.5) / 2, places=2)
        self.assertEqual((trust.advantage, trust.advantage_known), (100, True))
        self.assertAlmostEqual(trust.reliability, (50 + 75) / 2, places=2)
        self.assertEqual(trust.weakest, trust.credibility)
        self.assertIn("2 of 4 smileys happy", trust.credibility_text)
        self.assertIn("1 of 2 promises kept", trust.reliability_text)
        self.assertIn("not asked", trust.advantage_text)
        self.assertIn(late, self.env["crm.complaint"].search(trust.action_view_complaints()["domain"]))
        self.assertEqual(self.env["crm.promise"].search_count(trust.action_view_promises()["domain"]), 2)
        for name in ("ratings", "values", "price_answers", "deliveries", "invoices"):
            action = getattr(trust.with_user(self.user), f"action_view_{name}")()
            self.env[action["res_model"]].with_user(self.user).search(action["domain"])

    def test_who_said_nothing_is_no_data(self):
        self._order(self.other, [(self.labour, 1)], days_ago=10)
        self._compute()
        trust = self._trust(self.other)
        self.assertFalse(trust.credibility_known)
        self.assertEqual((trust.reliability_known, trust.reliability), (True, 0))
        self.assertFalse(self._trust(self.contact))

    def test_the_company_is_the_sum_of_its_customers_and_keeps_its_month_ends(self):
        self._rate(self.customer, "good")
        self._rate(self.other, "bad", "bad", "bad")
        self._compute()
        whole = self._trust()
        self.assertEqual((whole.credibility, whole.bad_count), (62.5, 3))
        history = self.env["crm.trust.history"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(history.mapped("month_end")), {self.today.replace(day=1) - timedelta(days=1)})
        self._rate(self.customer, "bad")
        self._compute()
        self.assertLess(self._trust().credibility, 62.5)
        self.assertEqual(history.filtered(lambda h: h.part == "credibility").score, 62.5)
        for call in (lambda: history.write({"score": 1}), history.unlink, lambda: whole.write({"credibility": 9})):
            with self.assertRaises(AccessError):
                call()

    def test_payment_stands_beside_the_index(self):
        order = self._order(self.customer, [(self.labour, 1)], days_ago=40)
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.invoice_date = self.today - timedelta(days=40)
        invoice.invoice_date_due = self.today - timedelta(days=30)
        invoice.action_post()
        self._compute()
        before = self._trust(self.customer)
        self.assertEqual((before.payment_days_late, before.overdue_amount), (30, 80))
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": self.today - timedelta(days=20)})
        )
        payment.action_create_payments()
        self._compute()
        after = self._trust(self.customer)
        self.assertEqual((after.payment_days_late, after.overdue_amount), (10, 0))
        self.assertEqual(after.reliability, before.reliability)

    def test_who_objected_to_profiling_has_no_row_but_counts_in_the_sum(self):
        self._rate(self.customer, "good")
        self._compute()
        self.assertTrue(self._trust(self.customer))
        self.env["crm.consent"].create(
            {"partner_id": self.customer.id, "purpose": "profiling", "state": "withdrawn", "origin": "Letter"}
        )
        self._compute()
        self.assertFalse(self._trust(self.customer))
        self.assertEqual(self._trust().good_count, 1)

    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        self._rate(self.customer, "bad")
        self._compute()
        self.env["crm.trust.engine"]._compute(second)
        self.assertFalse(self._trust().search([("company_id", "=", second.id), ("whole", "=", False)]))
        row = self._trust(self.customer).with_user(self.user)
        self.assertTrue(row.with_context(allowed_company_ids=self.company.ids).credibility_known)

    def test_merged_customers_have_one_row(self):
        self._rate(self.customer, "good")
        self._rate(self.other, "bad")
        self._compute()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer)
        self._compute()
        self.assertEqual((self._trust(self.customer).good_count, self._trust(self.customer).bad_count), (1, 1))


@tagged("post_install", "-at_install")
class TestEffect(ServiceCase):
    """Repurchase of complainants beside comparable customers."""

    def _people(self, number, name):
        return self.env["res.partner"].create([{"name": f"{name} {i}"} for i in range(number)])

    def _bought(self, partner, day):
        order = self._order(partner, [(self.labour, 1)])
        order.date_order = fields.Datetime.to_datetime(day) + timedelta(hours=10)

    def test_complainants_beside_comparable_customers(self):
        solved = self.today.replace(day=1) - relativedelta(months=14) + timedelta(days=14)
        before, after = solved - timedelta(days=60), solved + timedelta(days=90)
        complainants, others = self._people(12, "Complainant"), self._people(24, "Silent")
        for position, partner in enumerate(complainants | others):
            self._bought(partner, before)
            wanted = position < 3 if partner in complainants else position % 4 != 0
            if wanted:
                self._bought(partner, after)
        for position, partner in enumerate(complainants):
            complaint = self._complaint(partner, opened_on=fields.Datetime.to_datetime(solved - timedelta(days=20)))
            complaint.action_solve()
            days = 15 if position % 2 else 1
            complaint.closed_on = fields.Datetime.to_datetime(solved) - timedelta(days=20 - days - 3)
        found = self.env["crm.complaint.effect.engine"]._compute(self.company)["all"]
        self.assertEqual((found["complainants"] + found["unmatched"], found["repurchased"]), (12, 3))
        row = self.env["crm.complaint.effect"].search([("company_id", "=", self.company.id), ("solution", "=", "all")])
        self.assertFalse(row.too_few)
        self.assertAlmostEqual(row.comparison_rate, 0.75, delta=0.15)
        self.assertLess(row.high, 0)
        self.assertIn("less often", row.result)
        late = row.search([("company_id", "=", self.company.id), ("solution", "=", "late")])
        self.assertTrue(late.too_few)
        self.assertIn("Too few", late.result)
        self.assertEqual(self.env["crm.complaint"].search_count(row.action_view_complaints()["domain"]), 12)

    def test_without_complaints_there_is_nothing(self):
        self.env["crm.complaint.effect.engine"]._compute(self.company)
        self.assertFalse(self.env["crm.complaint.effect"].search([("company_id", "=", self.company.id)]))


@tagged("post_install", "-at_install")
class TestServiceIndicators(ServiceCase):
    def _measure(self, code, start, end):
        kpi = self.env["crm.kpi"].search([("code", "=", code)])
        return self.env["crm.kpi.engine"]._measure(self.company, kpi, [(start, end)])[kpi, (start, end)]

    def test_indicators_of_complaints_and_promises(self):
        self.env["crm.complaint"].search([]).unlink()
        self.env["crm.promise"].search([]).unlink()
        start, end = self.today - timedelta(days=60), self.today + timedelta(days=1)
        with self.subTest("nothing is no data"):
            for code in ("complaint_in_time", "complaint_days", "promises_kept"):
                self.assertIsNone(self._measure(code, start, end)[0])
        for days in (50, 40, 30, 20):
            self._order(self.customer, [(self.tyres, 1)], days_ago=days)
        self._complaint(
            days_ago=4, severity_id=self.env.ref("crm_kundenbindung.complaint_severity_critical").id
        ).action_solve()
        self._complaint(self.other, days_ago=20)
        self._complaint(days_ago=5).action_cancel()
        self._promise(due=-3).action_kept()
        self._promise(due=-3)
        value, numerator, denominator, customers = self._measure("complaint_rate", start, end)
        self.assertEqual((numerator, customers), (2, 2))
        self.assertEqual(denominator, 4)
        self.assertEqual(value, 0.5)
        self.assertEqual(self._measure("complaint_in_time", start, end)[0], 0)
        self.assertAlmostEqual(self._measure("complaint_days", start, end)[0], 4, places=1)
        self.assertEqual(self._measure("promises_kept", start, end)[:3], (0.5, 1, 2))
        self.values._rebuild(self.company)
        self.env["crm.trust.engine"]._compute(self.company)
        row = self.env["crm.trust"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(self._measure("trust_reliability", start, end)[1], row.reliability)
        self.assertIsNone(self._measure("trust_reliability", start, start + timedelta(days=9))[0])
