from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_stamps import StampCase

SEQUENCES, STEPS = 15, 10


class Stamps(RuleBasedStateMachine):
    """Two customers with a book each: orders, stamps by hand, rewards, and all that takes them back."""

    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.partners = self.case.customer | self.case.other
        self.orders = self.env["sale.order"]
        self.handed_out = self.env["loyalty.reward.given"]
        for partner in self.partners:
            self.case._card(partner, 2, self.case.book)

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.transaction.clear()

    def _attempt(self, action):
        """What is refused with a message leaves everything as it was."""
        try:
            with self.env.cr.savepoint():
                return action()
        except UserError:
            self.env.invalidate_all()
            return None

    def _cards(self):
        return self.env["loyalty.card"].search([("program_id", "=", self.case.book.id)], order="id")

    def _order_in(self, number, state):
        orders = self.orders.exists().filtered(lambda order: order.state == state)
        return orders[number % len(orders)] if orders else orders

    @rule(number=st.integers(0, 1), reward=st.integers(0, 3))
    def order(self, number, reward):
        """An order, now and then with a reward of the book."""
        partners = self.partners.exists()
        order = self.case._order(partners[number % len(partners)], [(self.case.tyres, 1)], confirm=False)
        self.orders |= order
        if reward:
            order._update_programs_and_rewards()
            card = order.coupon_point_ids.coupon_id.filtered(lambda c: c.program_id == self.case.book)
            chosen = self.case.book.reward_ids.sorted("required_points")[reward - 1]
            if card and chosen in order._get_claimable_rewards().get(card, chosen.browse()):
                self._attempt(lambda: order._apply_program_reward(chosen, card))
                order._update_programs_and_rewards()
        self._attempt(order.action_confirm)

    @rule(number=st.integers(0, 9), stamps=st.integers(1, 4))
    def stamp(self, number, stamps):
        cards = self._cards()
        cards[number % len(cards)]._stamp(stamps)

    @rule(number=st.integers(0, 9), reward=st.integers(0, 2))
    def give(self, number, reward):
        cards = self._cards()
        chosen = self.case.book.reward_ids.sorted("required_points")[reward]
        given = self._attempt(lambda: self.handed_out._give(cards[number % len(cards)], chosen))
        if given:
            self.handed_out |= given

    @rule(number=st.integers(0, 9))
    def undo_reward(self, number):
        if given := self.handed_out.filtered(lambda row: row.state == "given"):
            self._attempt(given[number % len(given)].action_undo)

    @rule(number=st.integers(0, 9))
    def undo_stamp(self, number):
        if events := self.env["loyalty.event"].search([("state", "=", "given")], order="id"):
            events[number % len(events)].action_undo()

    @rule(number=st.integers(0, 9))
    def cancel(self, number):
        if order := self._order_in(number, "sale"):
            self._attempt(order._action_cancel)

    @rule(number=st.integers(0, 9))
    def confirm_again(self, number):
        if order := self._order_in(number, "cancel"):
            self._attempt(order.action_draft)
            self._attempt(order.action_confirm)

    @rule(number=st.integers(0, 9), share=st.sampled_from((0.5, 1.0)))
    def credit(self, number, share):
        if order := self._order_in(number, "sale"):
            self._attempt(lambda: self.case._credit(order.invoice_ids[:1] or self.case._invoice(order), share))

    @precondition(lambda self: len(self.partners.exists()) > 1)
    @rule(first=st.booleans())
    def merge(self, first):
        destination, source = self.partners if first else self.partners[::-1]
        self.env["base.partner.merge.automatic.wizard"]._merge((destination | source).ids, destination)
        self.partners = destination

    @invariant()
    def proved(self):
        """Balance = Σ ledger; stamps are whole; and there are as many as what brought them is worth."""
        self.case.assertProved()
        for card in self._cards():
            self.case.assertEqual(card.points % 1, 0)
            self.case.assertGreaterEqual(card.ledger_debt, 0)
        books = self.env["loyalty.stamp.engine"]._books(self._cards())
        stamps = sum(book["stamps"] for book in books.values())
        events = sum(self.env["loyalty.event"].search([("state", "=", "given")]).mapped("points"))
        confirmed = self.orders.exists().filtered(lambda order: order.state == "sale")
        kept = sum(
            order._kept_share(order.order_line.filtered(lambda line: not line.reward_id)) > 0 for order in confirmed
        )
        self.case.assertEqual(stamps, 4 + events + kept, "two cards began with two stamps each")

    @invariant()
    def cards_of_one_customer(self):
        for card in self._cards():
            self.case.assertEqual(self._cards().filtered(lambda c, card=card: c.partner_id == card.partner_id), card)


@tagged("post_install", "-at_install")
class TestStampsProperty(StampCase):
    """Stamps and rewards survive cancellation, return and merge."""

    def test_conservation_of_stamps(self):
        self.program.active = False
        self.customer.parent_id = False
        Stamps.case = self
        with self.env.cr.savepoint():
            run_state_machine_as_test(
                Stamps,
                settings=settings(
                    max_examples=SEQUENCES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                ),
            )
