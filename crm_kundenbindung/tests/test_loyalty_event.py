from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_stamps import StampCase


@tagged("post_install", "-at_install")
class TestEvents(StampCase):
    """Points and stamps for something other than an order: each event once, and taken back with its document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.events = cls.env["loyalty.event"]
        cls.now = fields.Datetime.now()
        cls.today = cls.company._werthaltigkeit_today()

    def _rule(self, trigger, program=None, **vals):
        return self.env["loyalty.event.rule"].create(
            {
                "name": trigger,
                "trigger": trigger,
                "program_id": (program or self.book).id,
                "points": 1,
                "start_date": self.today - timedelta(days=60),
                **vals,
            }
        )

    def _run(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_loyalty_event").method_direct_trigger()
        self.env.invalidate_all()

    def _visit(self, partner=None, days_ago=0, kind="visit", **vals):
        return self.env["crm.touchpoint"].create(
            {
                "partner_id": (partner or self.customer).id,
                "kind_id": self._kind(kind).id,
                "date": self.now - timedelta(days=days_ago),
                "company_id": self.company.id,
                **vals,
            }
        )

    def _move(self, partner=None):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create({"product_id": self.labour.id, "quantity": 2, "price_unit": 80, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _points(self, partner=None, program=None):
        domain = [("program_id", "=", (program or self.book).id), ("partner_id", "=", (partner or self.customer).id)]
        return sum(self.env["loyalty.card"].search(domain).mapped("points"))

    def test_a_visit_is_a_stamp_and_counts_once(self):
        self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        visit = self._visit(self.contact)
        self._visit(self.other, kind="meeting")
        self._run()
        self._run()
        self.assertEqual(self._points(), 1, "the visit of a contact stamps the card of the customer")
        self.assertFalse(self.env["loyalty.card"].search([("partner_id", "=", self.other.id)]))
        event = self.events.search([("program_id", "=", self.book.id)])
        self.assertEqual((event.state, event.res_model, event.res_id), ("given", "crm.touchpoint", visit.id))
        entry = self._entries(event.card_id)
        self.assertEqual((entry.cause, entry.amount, entry.origin_id), ("earned", 1, event.id))
        self.assertProved()

    def test_limit_per_day_and_what_happened_before(self):
        self._rule(
            "touchpoint", kind_ids=[Command.set(self._kind("visit").ids)], max_times=1, period="day",
            start_date=self.today - timedelta(days=3),
        )  # fmt: skip
        for days in (1, 1, 2, 9):
            self._visit(days_ago=days)
        self._run()
        self.assertEqual(self._points(), 2)
        states = self.events.search([]).mapped("state")
        self.assertEqual(sorted(states), ["capped", "given", "given"])
        self._visit(days_ago=1)
        self._run()
        self.assertEqual(self._points(), 2, "the limit holds over several runs")

    def test_a_deleted_visit_takes_its_stamp_along(self):
        self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        visit = self._visit()
        self._run()
        visit.unlink()
        self._run()
        self._run()
        card = self.env["loyalty.card"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(self._statement(card), [("earned", 1, 1), ("clawed_back", -1, 0)])
        self.assertProved()

    def test_a_visit_by_hand_is_not_stamped_again_by_the_rule(self):
        self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        self._stamp_card()._stamp()
        self.env["crm.touchpoint.engine"]._run_all()
        self._run()
        self.assertEqual(self._points(), 1)

    def test_invoice_without_an_order(self):
        self._rule("invoice")
        invoice = self._move()
        order = self._order(self.other, [(self.labour, 1)])
        self._invoice(order)
        self._run()
        self.assertEqual(self._points(), 1)
        self.assertEqual(self._points(self.other), 1, "the order brought its stamp, its invoice none on top")
        half = self._credit(invoice, 0.5)
        self._run()
        self.assertEqual(self._points(), 1, "a stamp is whole: it stays until all of it was credited")
        half.button_draft()
        half.button_cancel()
        full = self._credit(invoice)
        self._run()
        self._run()
        self.assertEqual(self._points(), 0)
        full.button_draft()
        full.button_cancel()
        self._run()
        card = self.env["loyalty.card"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual([entry[1] for entry in self._statement(card)], [1, -1, 1])
        self.assertProved()

    def test_taken_back_after_it_was_spent_is_a_debt(self):
        self._rule("invoice")
        card = self._stamp_card(9)
        invoice = self._move()
        self._run()
        self._give(card, self.tank)
        invoice.button_draft()
        self._run()
        self.assertEqual((card.points, card.ledger_debt), (0, 1))
        card._stamp(2)
        self.assertEqual((card.points, card.ledger_debt), (1, 0))
        self.assertProved()

    def test_birthday_for_holders_of_a_card(self):
        self._rule("birthday", self.program, points=25, max_times=1, period="year")
        birthday = (self.today - timedelta(days=2)).replace(year=1980)
        (self.customer | self.other).write({"kundenbindung_birthday": birthday})
        card = self._card(self.customer, 5)
        self._run()
        self._run()
        self.assertEqual(card.points, 30)
        self.assertFalse(self.env["loyalty.card"].search([("partner_id", "=", self.other.id)]))

    def test_profile_once_in_a_life(self):
        self._rule(
            "profile", self.program, points=20, max_times=1, period="ever", profile_domain="[('phone', '!=', False)]"
        )
        card = self._card(self.customer, 1)
        self._run()
        self.assertEqual(card.points, 1)
        self.customer.phone = "+49 30 123456"
        self._run()
        self.customer.phone = False
        self._run()
        self.customer.phone = "+49 30 654321"
        self._run()
        self.assertEqual(card.points, 21)

    def test_group_and_programme_dates(self):
        group = self.env["crm.customer.group"].create(
            {"name": "Regulars", "kind": "picked", "partner_ids": [Command.set(self.other.ids)]}
        )
        self.book.card_group_id = group
        self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        self._visit()
        self._visit(self.other)
        self._run()
        self.assertEqual((self._points(), self._points(self.other)), (0, 1))
        self.book.write({"date_from": self.today - timedelta(days=9), "date_to": self.today - timedelta(days=5)})
        self._visit(self.other, days_ago=1)
        self._visit(self.other, days_ago=7)
        self._run()
        self.assertEqual(self._points(self.other), 2)

    def test_one_that_fails_is_set_aside_and_shown(self):
        self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        partners = self.env["res.partner"].create([{"name": f"Visitor {number}"} for number in range(5)])
        for partner in partners:
            self._visit(partner)
        origin = type(self.events)._lines

        def lines(event, row):
            if event.partner_id == partners[2]:
                raise ValueError("poison")
            return origin(event, row)

        with patch.object(type(self.events), "_lines", lines):
            self._run()
        self.assertEqual([self._points(partner) for partner in partners], [1, 1, 0, 1, 1])
        event = self.events.search([("state", "=", "failed")])
        self.assertEqual(event.partner_id, partners[2])
        self.assertTrue(self.env["loyalty.ledger.issue"].search([("kind", "=", "job"), ("res_id", "=", event.id)]))

    def test_delivery_where_stock_is_installed(self):
        rule = self._rule("delivery")
        engine = self.env["loyalty.event.engine"]
        select = engine._select_delivery(rule, self.company)
        if "stock.picking" not in self.env:
            self.assertIsNone(select, "without the app there is nothing to find, and nothing breaks")
        self._run()

    def test_rules_that_make_no_sense(self):
        with self.assertRaises(ValidationError):
            self._rule("touchpoint")
        with self.assertRaises(ValidationError):
            self._rule("profile", profile_domain="[('no_such_field', '=', 1)]")
        with self.assertRaises(ValidationError):
            self._rule("birthday", self._promotion())

    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        self._visit(company_id=second.id)
        self._run()
        self.assertEqual(self._points(), 0)
        self._visit()
        self._run()
        self.assertEqual(self._points(), 1)
        self.manager.write({"company_ids": [(4, second.id)]})
        events = self.events.with_user(self.manager)
        self.assertTrue(events.with_context(allowed_company_ids=self.company.ids).search_count([]))
        self.assertFalse(events.with_context(allowed_company_ids=second.ids).search_count([]))

    def test_a_thousand_visits_in_a_handful_of_queries(self):
        """Finding is one set, whatever the number of customers."""
        rule = self._rule("touchpoint", kind_ids=[Command.set(self._kind("visit").ids)])
        partners = self.env["res.partner"].create([{"name": f"Visitor {number}"} for number in range(50)])
        for partner in partners:
            self._visit(partner)
        self.env.flush_all()
        self.env["loyalty.event.engine"]._find(rule)
        with self.assertQueryCount(8):
            self.env["loyalty.event.engine"]._find(rule)
        self.assertEqual(self.events.search_count([("rule_id", "=", rule.id)]), 50)
