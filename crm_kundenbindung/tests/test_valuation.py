from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestValuation(LedgerCase):
    """Open points on a key date, frozen once confirmed."""

    def test_points_and_gift_cards(self):
        self._card(self.customer, 150)
        wallet = self._program("Wallet", program_type="ewallet", applies_on="future", reward_ids=[
            (5, 0, 0), (0, 0, {"discount_mode": "per_point", "discount": 1, "discount_applicability": "order"})
        ])  # fmt: skip
        self._card(self.other, 40, wallet)
        valuation = self.env["loyalty.valuation"].with_user(self.manager).create({})
        valuation.action_compute()
        points = valuation.line_ids.filtered(lambda line: line.program_id == self.program)
        money = valuation.line_ids.filtered(lambda line: line.program_id == wallet)
        # 100 points are worth 10, nothing expired yet: all is expected to be redeemed
        self.assertEqual((points.open_points, points.cards, points.cost_per_point), (150, 1, 0.1))
        self.assertEqual((points.expected_share, points.value), (1.0, 15))
        self.assertEqual((money.money_like, money.value), (True, 40))
        self.assertEqual((valuation.money_value, valuation.discount_value), (40, 15))

    def test_expected_share_comes_from_history(self):
        card = self._card(self.customer, 200)
        self._spend(self._order(self.customer, [(self.labour, 1)], confirm=False), card).action_confirm()
        from ..movement import Movement

        card._move([{"amount": -100, "cause": "expired"}], Movement("expire", cause="expired"))
        valuation = self.env["loyalty.valuation"].create({})
        valuation.action_compute()
        line = valuation.line_ids
        self.assertEqual((line.open_points, line.redeemed_points, line.expired_points), (80, 100, 100))
        self.assertEqual(line.expected_share, 0.5)
        self.assertAlmostEqual(line.value, 4)

    def test_key_date_and_freezing(self):
        self._card(self.customer, 150)
        past = self.env["loyalty.valuation"].create({"key_date": "2020-12-31"})
        past.action_compute()
        self.assertFalse(past.line_ids)
        valuation = self.env["loyalty.valuation"].create({})
        valuation.action_confirm()
        self._card(self.other, 500)
        self.assertEqual(valuation.line_ids.open_points, 150)
        for call in (
            valuation.action_compute,
            valuation.unlink,
            valuation.line_ids.unlink,
            lambda: valuation.write({"key_date": "2020-01-01"}),
            lambda: valuation.line_ids.write({"cost_per_point": 5}),
        ):
            with self.assertRaises(UserError):
                call()
