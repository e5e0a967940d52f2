from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.account_move import AccountMove
from ..models.base_partner_merge import BasePartnerMergeAutomaticWizard
from ..models.loyalty_card import LoyaltyCard
from ..models.sale_order import SaleOrder
from ..models.sale_order_line import SaleOrderLine
from ..models.sale_order_loyalty import SaleOrder as SaleOrderLoyalty
from . import test_cards, test_points
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestCoreFailures(LedgerCase):
    """What Odoo gets wrong by itself: each scenario holds with our method, and fails where Odoo's own one answers.

    So each of these tests would notice if its method went missing. What only shows between transactions is tried the
    same way by the long tests.
    """

    @contextmanager
    def _without(self, definition, name):
        """Odoo's own method in place of ours; nothing at all where Odoo has none."""
        ours = vars(definition)[name]
        delattr(definition, name)
        if not hasattr(self.env.registry[definition._name], name):
            setattr(definition, name, lambda *args, **kwargs: None)
        try:
            yield
        finally:
            setattr(definition, name, ours)

    def _check(self, scenario, definition, name):
        with self.env.cr.savepoint() as savepoint:
            scenario(self)
            savepoint.rollback()
        self.env.invalidate_all()
        with self._without(definition, name), self.assertRaises(AssertionError):
            scenario(self)
        self.env.invalidate_all()

    def test_several_orders_in_one_confirmation(self):
        """Both would pass, and the balance be −1."""
        self._check(test_points.TestPoints.test_several_orders_in_one_confirmation, SaleOrder, "_get_point_changes")

    def test_limit_of_a_promotion(self):
        """Whoever had the offer in time would get it, however many did."""
        self._check(
            test_cards.TestCards.test_limited_promotion_is_counted_at_confirmation, SaleOrder, "_claim_limited_programs"
        )

    def test_cancelling_what_earned_spent_points(self):
        """The balance would fall below zero without a word."""
        self._check(test_points.TestPoints.test_cancelling_what_earned_spent_points_is_a_debt, LoyaltyCard, "write")

    def test_credit_note(self):
        """Earned points would stay, spent ones would not return."""
        self._check(TestCoreFailures._scenario_credit_note, AccountMove, "_post")

    def _scenario_credit_note(self):
        self.tyres.invoice_policy = "order"
        card = self._card(self.customer, 100)
        order = self._spend(self._order(self.customer, [(self.tyres, 4)], confirm=False), card)
        order.action_confirm()
        self.assertEqual(card.points, 400)
        self._credit(self._invoice(order))
        self.assertEqual(card.points, 100)

    def test_quantity_after_confirmation(self):
        """Setting it to zero would keep the points."""
        self._check(test_points.TestPoints.test_later_change_of_quantity, SaleOrderLine, "write")

    def test_points_written_by_a_salesperson(self):
        """Any value, below zero too, without a trace."""
        self._check(test_points.TestPoints.test_write_over_rpc_needs_manager_and_reason, LoyaltyCard, "write")

    def test_cards_created_with_points_by_a_salesperson(self):
        self._check(test_points.TestPoints.test_write_over_rpc_needs_manager_and_reason, LoyaltyCard, "create")

    def test_cost_of_a_reward_written_by_a_salesperson(self):
        """It would be taken from the card at the next confirmation or given back at the next cancellation."""
        self._check(TestCoreFailures._scenario_cost_of_a_reward, SaleOrderLine, "_check_trusted")

    def _scenario_cost_of_a_reward(self):
        card = self._card(self.customer, 150)
        order = self._order(self.customer, [(self.tyres, 3)], confirm=False, user_id=self.plain_sales.id)
        line = self._spend(order, card).order_line.filtered("reward_id").with_user(self.plain_sales)
        with self.assertRaises(AccessError):
            line.write({"points_cost": -1000})

    def test_cancel_draft_confirm(self):
        """The discount would be lost without a word."""
        self._check(test_points.TestPoints.test_cancel_draft_confirm_keeps_the_total, SaleOrderLoyalty, "action_draft")

    def test_card_removed(self):
        """A card would be deleted together with what happened on it."""
        self._check(TestCoreFailures._scenario_removed_card, LoyaltyCard, "unlink")

    def _scenario_removed_card(self):
        card = self._card(self.customer)
        card._move([{"amount": 5, "cause": "event"}], test_points.Movement("event"))
        card.points = 0
        try:
            card.unlink()
        except Exception as error:
            self.fail(error)
        self.assertTrue(card.exists())

    def test_merged_partners(self):
        """The entries of the cards would not tell where the points went."""
        self._check(
            test_points.TestPoints.test_partner_merge_joins_cards,
            BasePartnerMergeAutomaticWizard,
            "_merge_loyalty_cards",
        )

    def test_codes(self):
        """32 random bits."""
        self._check(test_cards.TestCards.test_codes_have_80_bits, LoyaltyCard, "_generate_code")

    def test_guessing_of_codes(self):
        """Nothing would stop it."""
        self._check(test_cards.TestCards.test_wrong_codes_are_throttled, SaleOrderLoyalty, "_try_apply_code")
