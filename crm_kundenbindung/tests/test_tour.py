from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestTour(LedgerCase, HttpCase):
    """The statement of a card in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        (cls.manager | cls.plain_sales).lang = "en_US"
        cls.card = cls._card(cls.customer)
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE loyalty_card SET points = 80 WHERE id = %s", [cls.card.id])
        cls.env.invalidate_all()
        cls.engine._open_existing_cards()
        order = cls._spend_after_earning()
        order.user_id = cls.plain_sales

    @classmethod
    def _spend_after_earning(cls):
        cls._order(cls.customer, [(cls.tyres, 2)])
        order = cls._order(cls.customer, [(cls.tyres, 1)], confirm=False)
        cls._spend(order, cls.card).action_confirm()
        return order

    def _open(self, tour, user):
        self.assertEqual(self.card.points, 280)
        self.start_tour(f"/odoo/loyalty.card/{self.card.id}", tour, login=user.login)

    def test_manager_reads_and_changes(self):
        self._open("crm_kundenbindung_ledger_manager", self.manager)
        self.assertEqual(self._statement(self.card)[-1], ("adjustment", 20, 300))
        self.assertEqual(self._entries(self.card)[-1].reason_id, self.reason)
        self.assertEqual(self._entries(self.card)[-1].user_id, self.manager)
        self.assertProved()

    def test_salesperson_reads_only(self):
        self._open("crm_kundenbindung_ledger_salesperson", self.plain_sales)
        wizard = self.env["loyalty.card.update.balance"].with_user(self.plain_sales)
        vals = {"card_id": self.card.id, "new_balance": 300, "description": "x", "reason_id": self.reason.id}
        with self.assertRaises(AccessError):
            wizard.create(vals).action_update_card_point()
