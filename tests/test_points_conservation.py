"""Points are conserved: random sequences of what people do to orders and cards, proved after every step."""

from collections import Counter

import pytest
from freezegun import freeze_time
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sequences import Sequences

from odoo.tests import tagged

from odoo.addons.crm_kundenbindung.movement import Movement
from odoo.addons.crm_kundenbindung.tests.common import LedgerCase

pytestmark = pytest.mark.accept
SEQUENCES, STEPS = 1000, 7
# A sequence starts in the middle of a shop's life, so that its first step can be any: orders in every state.
OFFERED, CONFIRMED, INVOICED, CREDITED, CANCELLED = "offered", "confirmed", "invoiced", "credited", "cancelled"
PAST = (
    ("2025-02-01", 0, 4, False, INVOICED),
    ("2025-05-01", 0, 2, True, CREDITED),
    ("2025-08-01", 0, 1, True, CONFIRMED),
    ("2025-11-01", 0, 3, True, CANCELLED),
    ("2026-02-01", 0, 1, True, OFFERED),
    ("2025-04-01", 1, 2, False, CONFIRMED),
    ("2025-09-01", 1, 1, True, CREDITED),
    ("2026-01-01", 1, 2, False, OFFERED),
)


class Points(Sequences):
    """Three customers, their orders, and everything that moves points."""

    @initialize(points=st.integers(0, 150))
    def newcomer(self, points):
        """The third customer comes with a card from elsewhere."""
        self.case._card(self.partners[2], points)

    @rule(partner=st.integers(0, 2), quantity=st.integers(1, 4), spend=st.booleans(), confirm=st.booleans())
    def order(self, partner, quantity, spend, confirm):
        partners = self.partners.exists()
        order = self.case._order(partners[partner % len(partners)], [(self.case.tyres, quantity)], confirm=False)
        self.orders.append(order)
        if spend:
            self._attempt("spend", lambda: self.case._spend_all(order))
        if confirm:
            self._attempt("confirm", order.action_confirm)

    @rule(number=st.integers(0, 9))
    def confirm(self, number):
        if order := self._pick(number, "draft"):
            self._attempt("confirm", order.action_confirm)

    @rule(number=st.integers(0, 9))
    def cancel(self, number):
        if order := self._pick(number, "sale"):
            self._attempt("cancel", order._action_cancel)

    @rule(number=st.integers(0, 9))
    def draft(self, number):
        if order := self._pick(number, "cancel"):
            self._attempt("draft", order.action_draft)

    @rule(number=st.integers(0, 9), quantity=st.integers(0, 5))
    def edit(self, number, quantity):
        if order := self._pick(number, "sale"):
            line = order.order_line.filtered(lambda line: not line.reward_id)[:1]
            self._attempt("edit", lambda: line.write({"product_uom_qty": quantity}))

    @rule(number=st.integers(0, 9), share=st.sampled_from((0.25, 0.5, 1.0)))
    def credit(self, number, share):
        if order := self._pick(number, "sale"):
            self._attempt(
                "credit", lambda: self.case._credit(order.invoice_ids[:1] or self.case._invoice(order), share)
            )

    @rule()
    def withdraw_credit(self):
        """A credit note goes back to draft."""
        notes = self.env["sale.order"].union(*self.orders).exists().invoice_ids
        if notes := notes.filtered(lambda move: move.move_type == "out_refund" and move.state == "posted"):
            self._attempt("withdraw credit", notes[:1].button_draft)

    @rule(day=st.sampled_from(("2026-03-01", "2026-07-01", "2100-01-01")))
    def expire(self, day):
        for card_id, points in self.env["loyalty.expiry.engine"]._due(day):
            self.env["loyalty.card"].browse(card_id)._expire(points)
            self.done["expire"] += 1

    @rule(number=st.integers(0, 9), amount=st.integers(-80, 80).filter(bool))
    def adjust(self, number, amount):
        cards = self.env["loyalty.card"].search([("partner_id", "in", self.partners.ids)])
        movement = Movement("adjustment", cause="adjustment", reason_id=self.case.reason.id)
        line = {"amount": amount, "cause": "adjustment"}
        self._attempt("adjust", lambda: cards[number % len(cards)]._move([line], movement))

    @precondition(lambda self: len(self.partners.exists()) > 1)
    @rule(first=st.integers(0, 2))
    def merge(self, first):
        pair = self._pair(first)
        self.env["base.partner.merge.automatic.wizard"]._merge(pair.ids, pair[0])
        self.done["merge"] += 1

    @invariant()
    def proved(self):
        self.case.assertProved()
        self.case.assertFalse(self.env["loyalty.card"].search([("ledger_debt", "<", 0)]))


@tagged("post_install", "-at_install")
class TestConservation(LedgerCase):
    """Balance = Σ ledger after every step, and none below zero."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.tyres | cls.labour).invoice_policy = "order"
        cls.program.ledger_validity_months = 12
        cls.partners = cls.env["res.partner"].create([{"name": f"Random {number}"} for number in range(3)])
        cls.orders = [cls._past_order(*past) for past in PAST]

    @classmethod
    def _past_order(cls, day, partner, quantity, spend, state):
        with freeze_time(f"{day} 12:00:00"):
            order = cls._order(cls.partners[partner], [(cls.tyres, quantity)], confirm=False)
            if spend:
                cls._spend_all(order)
            if state != OFFERED:
                order.action_confirm()
            if state in (INVOICED, CREDITED):
                invoice = cls._invoice(order)
            if state == CREDITED:
                cls._credit(invoice, 0.5)
            elif state == CANCELLED:
                order._action_cancel()
        return order

    @classmethod
    def _spend_all(cls, order):
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards[:1], card)
        order._update_programs_and_rewards()

    def test_random_sequences(self):
        self.assertEqual(Counter(order.state for order in self.orders), {"sale": 5, "draft": 2, "cancel": 1})
        self.assertProved()
        steps = ("spend", "confirm", "cancel", "draft", "edit", "credit", "withdraw credit", "expire", "merge")
        Points.run(self, SEQUENCES, STEPS, steps)
