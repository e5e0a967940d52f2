"""Points are conserved: random sequences of what people do to orders and cards, proved after every step."""

import pytest
from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_kundenbindung.tests.common import LedgerCase

pytestmark = pytest.mark.accept
SEQUENCES, STEPS = 1000, 8


class Points(RuleBasedStateMachine):
    """Three customers, their orders, and everything that moves points."""

    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.orders, self.invoices, self.years = [], [], 0
        self.partners = self.env["res.partner"].create([{"name": f"Random {number}"} for number in range(3)])

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.transaction.clear()

    def _attempt(self, action):
        """What Odoo refuses with a message leaves everything as it was."""
        try:
            with self.env.cr.savepoint():
                action()
        except UserError:
            self.env.invalidate_all()

    def _pick(self, number, state):
        orders = [order for order in self.orders if order.exists() and order.state == state]
        return orders[number % len(orders)] if orders else self.env["sale.order"]

    @initialize(points=st.integers(0, 300))
    def card(self, points):
        self.case._card(self.partners[0], points)

    @rule(partner=st.integers(0, 2), quantity=st.integers(1, 4), spend=st.booleans())
    def order(self, partner, quantity, spend):
        partners = self.partners.exists()
        partner = partners[partner % len(partners)]
        order = self.case._order(partner, [(self.case.tyres, quantity)], confirm=False)
        self.orders.append(order)
        if spend:
            self._attempt(lambda: self._spend(order))

    def _spend(self, order):
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards[:1], card)
        order._update_programs_and_rewards()

    @rule(number=st.integers(0, 9))
    def confirm(self, number):
        if order := self._pick(number, "draft"):
            self._attempt(order.action_confirm)

    @rule(number=st.integers(0, 9))
    def cancel(self, number):
        if order := self._pick(number, "sale"):
            self._attempt(order._action_cancel)

    @rule(number=st.integers(0, 9))
    def draft(self, number):
        if order := self._pick(number, "cancel"):
            self._attempt(order.action_draft)

    @rule(number=st.integers(0, 9), quantity=st.integers(0, 5))
    def edit(self, number, quantity):
        if order := self._pick(number, "sale"):
            line = order.order_line.filtered(lambda line: not line.reward_id)[:1]
            self._attempt(lambda: line.write({"product_uom_qty": quantity}))

    @rule(number=st.integers(0, 9), share=st.sampled_from((0.25, 0.5, 1.0)))
    def credit(self, number, share):
        if order := self._pick(number, "sale"):
            self._attempt(lambda: self.case._credit(order.invoice_ids[:1] or self.case._invoice(order), share))

    @rule()
    def expire(self):
        self.years += 1
        with freeze_time(f"{2026 + self.years}-12-31 12:00:00"):
            for card_id, points in self.env["loyalty.expiry.engine"]._due("2100-01-01"):
                self.env["loyalty.card"].browse(card_id)._expire(points)

    @precondition(lambda self: len(self.partners.exists()) > 1)
    @rule()
    def merge(self):
        partners = self.partners.exists()
        self.env["base.partner.merge.automatic.wizard"]._merge(partners[:2].ids, partners[0])

    @invariant()
    def proved(self):
        self.case.assertProved()
        self.case.assertFalse(self.env["loyalty.card"].search([("ledger_debt", "<", 0)]))


@tagged("post_install", "-at_install")
class TestConservation(LedgerCase):
    """Balance = Σ ledger after every step, and none below zero."""

    def test_random_sequences(self):
        (self.tyres | self.labour).invoice_policy = "order"
        self.program.ledger_validity_months = 12
        Points.case = self
        run_state_machine_as_test(
            Points,
            settings=settings(
                max_examples=SEQUENCES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
