from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.loyalty_card_expiry import LoyaltyCard
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestExpiry(LedgerCase):
    """Points expire by earning, the oldest first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.ledger_validity_months = 12
        cls.cards = cls.env["loyalty.card"]

    def _run(self, day, method="_cron_expire"):
        cron = self.env.ref("crm_kundenbindung.ir_cron_ledger_expire")
        with freeze_time(day), patch.object(type(cron), "_commit_progress", lambda self, *a, **k: 100.0):
            return getattr(self.cards, method)()

    def _earn(self, day, quantity=1):
        with freeze_time(day):
            return self._order(self.customer, [(self.tyres, quantity)])

    def _spend_on(self, day, points=100):
        with freeze_time(day):
            order = self._order(self.customer, [(self.tyres, 0)], confirm=False)
            self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.labour.id, "price_unit": 0.0})
        return order

    def test_oldest_first(self):
        card = self._earn("2024-01-10 10:00").coupon_point_ids.coupon_id
        self._earn("2024-06-10 10:00", 2)
        self._run("2025-01-09 10:00")
        self.assertEqual(card.points, 300)
        self._run("2025-01-10 10:00")
        self.assertEqual(self._statement(card)[-1], ("expired", -100, 200))
        self._run("2025-01-11 10:00")
        self.assertEqual(card.points, 200, "running again changes nothing")
        self._run("2025-06-10 10:00")
        self.assertEqual(card.points, 0)
        self.assertProved()

    def test_what_was_spent_does_not_expire(self):
        first = self._earn("2024-01-10 10:00")
        card = first.coupon_point_ids.coupon_id
        with freeze_time("2024-03-01 10:00"):
            order = self._spend(self._order(self.customer, [(self.labour, 1)], confirm=False), card)
            order.action_confirm()
        self.assertEqual(card.points, 80)
        self._run("2025-01-10 10:00")
        self.assertEqual(card.points, 80, "the hundred of January was spent in March")
        # given back after it was due: it keeps the expiry it had
        order._action_cancel()
        self.assertEqual(card.points, 100)
        self._run("2025-01-11 10:00")
        self.assertEqual(card.points, 0)
        self.assertProved()

    def test_taken_back_after_expiry_is_no_debt(self):
        order = self._earn("2024-01-10 10:00")
        card = order.coupon_point_ids.coupon_id
        self._run("2025-01-10 10:00")
        self.assertEqual(card.points, 0)
        order._action_cancel()
        self.assertEqual((card.points, card.ledger_debt), (0, 0))
        self._run("2025-01-11 10:00")
        self.assertProved()

    def test_merged_cards_keep_their_expiry(self):
        card = self._earn("2024-01-10 10:00").coupon_point_ids.coupon_id
        keep = self._card(self.other, 10)
        self.env["base.partner.merge.automatic.wizard"]._merge([self.customer.id, self.other.id], self.other)
        self.assertEqual((keep.points, card.points), (110, 0))
        self._run("2025-01-10 10:00")
        self.assertEqual(keep.points, 10)
        self.assertProved()

    def test_opening_balances_do_not_expire(self):
        card = self._card(self.customer, 50)
        self._earn("2024-01-10 10:00")
        self._run("2030-01-10 10:00")
        self.assertEqual(card.points, 50)

    @mute_logger("odoo.addons.crm_kundenbindung.models.loyalty_card_expiry")
    def test_poison_is_set_aside(self):
        """5 bad cards of 30: 25 are done, 5 are shown with a reason, and the next run does them."""
        partners = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(30)])
        with freeze_time("2024-01-10 10:00"):
            for partner in partners:
                self._order(partner, [(self.tyres, 1)])
        cards = self.cards.search([("partner_id", "in", partners.ids)])
        poisoned, expire = cards[:5], LoyaltyCard._expire

        def sometimes(card, points):
            expire(card, points)
            if card in poisoned:
                raise ValueError("poison")

        with patch.object(type(cards), "_expire", sometimes):
            self.assertEqual(self._run("2025-02-01 10:00"), 25)
        self.assertEqual(len(cards.filtered("points")), 5)
        issues = self.env["loyalty.ledger.issue"].search([("kind", "=", "job")])
        self.assertEqual(issues.card_id, poisoned)
        self.assertEqual(set(issues.mapped("message")), {"Points did not expire: poison"})
        self.assertEqual(self._run("2025-02-02 10:00"), 5)
        self.assertProved()

    def test_reminder_once(self):
        card = self._earn("2024-01-10 10:00").coupon_point_ids.coupon_id
        self._run("2024-12-01 10:00", "_cron_remind")
        self.assertFalse(card.ledger_reminded_on)
        mails = self.env["mail.mail"].search_count([])
        self._run("2024-12-20 10:00", "_cron_remind")
        self._run("2024-12-21 10:00", "_cron_remind")
        self.assertEqual(str(card.ledger_reminded_on), "2025-01-10")
        mail = self.env["mail.mail"].search([], order="id desc", limit=self.env["mail.mail"].search_count([]) - mails)
        self.assertEqual(len(mail), 1)
        self.assertIn("100 points", mail.subject)
