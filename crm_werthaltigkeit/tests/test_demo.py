import random

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..demo import workshop_people, workshop_plan


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The generator of the demo workshop, in a company of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("crm_werthaltigkeit.demo_workshop", False)
        cls.company = cls.env["res.company"].create({"name": "Autohaus"})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.generated = cls.env["crm.werthaltigkeit.demo"].generate()

    def _orders(self, *domain):
        return self.env["sale.order"].search([("company_id", "=", self.company.id), *domain])

    def _touchpoints(self, *domain):
        return self.env["crm.touchpoint"].search([("company_id", "=", self.company.id), *domain])

    def _values(self, *domain):
        return self.env["crm.customer.value"].search([("company_id", "=", self.company.id), *domain])

    def _user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def test_second_call_adds_nothing(self):
        self.assertTrue(self.generated)
        models = ("res.partner", "sale.order", "crm.lead", "mail.message", "crm.touchpoint", "res.users")
        before = [self.env[model].with_context(active_test=False).search_count([]) for model in models]
        self.assertFalse(self.env["crm.werthaltigkeit.demo"].generate())
        after = [self.env[model].with_context(active_test=False).search_count([]) for model in models]
        self.assertEqual(before, after)

    def test_customers(self):
        values = self._values(("anonymous", "=", False))
        customers = values.partner_id
        self.assertGreater(len(customers), 180)
        self.assertGreater(len(customers.filtered("is_company")), 40)
        self.assertTrue(customers.filtered(lambda partner: not partner.active))
        self.assertTrue(customers.filtered(lambda partner: not partner.email))
        self.assertTrue(customers.werthaltigkeit_interest_ids)
        self.assertTrue(customers.werthaltigkeit_awareness_id)

    def test_orders_lie_in_the_last_three_years(self):
        confirmed = self._orders(("state", "=", "sale"))
        self.assertGreater(len(confirmed), 800)
        self.assertGreater(len(self._orders(("state", "=", "sent"))), 10)
        self.assertGreater(len(self._orders(("state", "=", "cancel"))), 10)
        now = fields.Datetime.now()
        for order in confirmed:
            self.assertLessEqual(order.create_date, order.date_order)
            self.assertLessEqual(order.date_order, now)
        since = self.company.werthaltigkeit_cost_known_since
        self.assertGreaterEqual(min(confirmed.order_line.mapped("create_date")).date(), since)
        self.assertTrue(all(line.purchase_price > 0 for line in confirmed.order_line))

    def test_people_can_log_in(self):
        self.assertTrue(self._user("verkauf").has_group("sales_team.group_sale_salesman"))
        self.assertFalse(self._user("verkauf").has_group("sales_team.group_sale_manager"))
        self.assertTrue(self._user("leitung").has_group("sales_team.group_sale_manager"))
        for login in ("verkauf", "leitung"):
            credential = {"login": login, "password": login, "type": "password"}
            self.assertEqual(self.env["res.users"].authenticate(credential, {})["uid"], self._user(login).id)

    def test_history_has_every_kind(self):
        codes = set(self._touchpoints().kind_id.mapped("code"))
        expected = {
            "enquiry",
            "offer",
            "order",
            "cancellation",
            "return",
            "contact",
            "meeting",
            "rating",
            "complaint",
            "referral",
            "task",
        }
        self.assertLessEqual(expected, codes)
        self.assertEqual(set(self._touchpoints().mapped("direction")), {"in", "out", "internal"})
        self.assertLessEqual({"bad", "neutral", "good"}, set(self._touchpoints().mapped("satisfaction")))
        self.assertFalse(self._touchpoints(("date", ">", fields.Datetime.now())))

    def test_prospects_have_a_history(self):
        self.assertTrue(self._touchpoints(("lead_id", "!=", False), ("partner_id", "=", False)))

    def test_reasons_of_returns_and_complaints(self):
        kinds = self._touchpoints(("reason_id", "!=", False)).kind_id.mapped("code")
        self.assertLessEqual({"return", "complaint"}, set(kinds))

    def test_something_waits_for_an_answer(self):
        waiting = self.env["crm.touchpoint.waiting"].search([("company_id", "=", self.company.id)])
        self.assertGreater(len(waiting), 5)

    def test_unhappy_contacts_are_followed_up(self):
        activities = self._touchpoints(("activity_ids", "!=", False)).activity_ids
        self.assertGreater(len(activities), 5)
        self.assertGreater(len(set(activities.mapped("state"))), 1, "overdue ones and planned ones")

    def test_values(self):
        values = self._values(("anonymous", "=", False))
        self.assertEqual(set(filter(None, values.mapped("value_class"))), {"A", "B", "C"})
        self.assertTrue(all(value.margin_known for value in values if value.revenue))
        self.assertEqual(len(values.filtered("value_class_manual")), 2)
        self.assertTrue(values.filtered(lambda value: value.db1 < 0), "some customers cost more than they bring")
        self.assertTrue(values.filtered("no_profiling"))
        lapsed = values.filtered(lambda value: value.last_order_date and value.days_since_order > 365)
        self.assertGreater(len(lapsed), 20)

    def test_offers_that_nobody_took(self):
        """Products of interest: asked for more often than bought."""
        lines = self._orders().order_line.filtered(lambda line: line.product_id.default_code == "STAND")
        states = lines.mapped("state")
        self.assertGreater(len([state for state in states if state != "sale"]), states.count("sale"))

    def test_won_and_lost_enquiries(self):
        leads = self.env["crm.lead"].with_context(active_test=False).search([("company_id", "=", self.company.id)])
        self.assertEqual(set(leads.mapped("won_status")), {"won", "lost", "pending"})
        known = self.env["crm.leaving.report"].search(
            [("company_id", "=", self.company.id), ("competitor_id", "!=", False)]
        )
        self.assertEqual(set(known.mapped("origin")), {"lead", "contact"})

    def test_mail_names(self):
        self.assertEqual(workshop_people.mail_name("Sanitär Köhler & Sohn"), "sanitaer.koehler.sohn")

    def test_no_visits_after_a_customer_left(self):
        today = fields.Date.to_date("2026-06-15")
        for seed in range(20):
            days = workshop_plan.visits(random.Random(seed), "lapsed", today)
            self.assertLess(max(days), fields.Date.subtract(today, days=280))
            self.assertEqual(days, sorted(days))


@tagged("post_install", "-at_install")
class TestDemoInvoices(TransactionCase):
    """Where there is a chart of accounts, the last months are invoiced, credited and partly paid."""

    def test_invoices(self):
        company = self.env.company
        journal = self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", company.id)], limit=1)
        if not journal:
            self.skipTest("the company of this database has no chart of accounts")
        self.env["ir.config_parameter"].set_param("crm_werthaltigkeit.demo_workshop", False)
        self.env["crm.werthaltigkeit.demo"].generate()
        moves = self.env["account.move"].search(
            [("company_id", "=", company.id), ("invoice_line_ids.sale_line_ids", "!=", False)]
        )
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertLessEqual({"out_invoice", "out_refund"}, set(moves.mapped("move_type")))
        self.assertIn("not_paid", moves.mapped("payment_state"))
        self.assertTrue({"paid", "in_payment"} & set(moves.mapped("payment_state")))
