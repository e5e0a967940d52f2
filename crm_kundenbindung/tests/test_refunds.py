from odoo.tests import tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestRefunds(LedgerCase):
    """Credit notes take back and give back points in proportion, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.tyres | cls.labour).invoice_policy = "order"
        cls.card = cls._card(cls.customer, 100)
        cls.order = cls._spend(cls._order(cls.customer, [(cls.tyres, 4)], confirm=False), cls.card)
        cls.order.action_confirm()
        cls.invoice = cls._invoice(cls.order)

    def _sides(self):
        row = self.engine._booked(self.order)[self.order.id, self.card.id]
        return row["earned"], row["spent"]

    def test_before(self):
        self.assertEqual(self._sides(), (400, 100))
        self.assertEqual(self.card.points, 400)

    def test_half_then_all_then_again(self):
        self._credit(self.invoice, 0.5)
        self.assertEqual(self._sides(), (200, 50))
        self.assertEqual(self.card.points, 250)
        count = len(self._entries(self.card))
        self.order._ledger_settle()
        self.order._ledger_settle()
        self.assertEqual(len(self._entries(self.card)), count, "running again changes nothing")
        self._credit(self.invoice, 0.5)
        self.assertEqual(self._sides(), (0, 0))
        self.assertEqual(self.card.points, 100)
        self.assertProved()

    def test_the_document_is_the_credit_note(self):
        """Who reads the statement finds the paper that took points back; the order stays the origin."""
        first, second = self._credit(self.invoice, 0.25), self._credit(self.invoice, 0.25)
        back = self._entries(self.card, "clawed_back", "returned").sorted("id")
        self.assertEqual([entry.res_id for entry in back], [first.id, first.id, second.id, second.id])
        self.assertEqual(set(back.mapped("res_model")), {"account.move"})
        self.assertEqual(back.mapped("document"), [first.display_name] * 2 + [second.display_name] * 2)
        self.assertEqual({(entry.origin_model, entry.origin_id) for entry in back}, {("sale.order", self.order.id)})
        self.assertEqual(back[0].action_open_document()["res_id"], first.id)
        first.button_draft()
        self.assertEqual(self._entries(self.card)[-1].res_id, first.id)
        self.assertEqual(self._sides(), (300, 75))

    def test_credit_notes_posted_together_name_each_its_own(self):
        (first, second) = (self._credit(self.invoice, 0.25) for _number in range(2))
        (first | second).button_draft()
        before = self._entries(self.card)
        (first | second).action_post()
        entries = self._entries(self.card) - before
        self.assertEqual(
            [(entry.res_id, entry.amount) for entry in entries],
            [(first.id, -100), (first.id, 25), (second.id, -100), (second.id, 25)],
        )
        self.assertProved()

    def test_stamps_stay_whole_and_none_is_lost(self):
        """A stamp card: what was credited in parts is taken back stamp by stamp, in the end all of it."""
        stamps = self._program(
            "Stamp Card",
            rule_ids=[(5, 0, 0), (0, 0, {"reward_point_mode": "unit", "reward_point_amount": 1})],
            reward_ids=[(5, 0, 0), (0, 0, {"discount_mode": "per_order", "discount": 10, "required_points": 5})],
        )
        self.program.active = False
        card = self._card(self.other, 5, stamps)
        order = self._spend(self._order(self.other, [(self.tyres, 3)], confirm=False), card)
        order.action_confirm()
        self.assertEqual(card.points, 3)
        invoice = self._invoice(order)
        for share, earned, spent in ((0.5, 2, 3), (1 / 6, 1, 2), (1 / 3, 0, 0)):
            self._credit(invoice, share)
            row = self.engine._booked(order)[order.id, card.id]
            self.assertEqual((row["earned"], row["spent"]), (earned, spent))
            self.assertTrue(all(float(entry.amount).is_integer() for entry in self._entries(card)))
        self.assertEqual(card.points, 5)
        self.assertProved()

    def test_all_at_once_and_back_to_draft(self):
        credit_note = self._credit(self.invoice)
        self.assertEqual(self.card.points, 100)
        credit_note.button_draft()
        self.assertEqual(self._sides(), (400, 100))
        self.assertEqual(self.card.points, 400)
        credit_note.action_post()
        self.assertEqual(self.card.points, 100)
        credit_note.button_draft()
        credit_note.button_cancel()
        self.assertEqual(self.card.points, 400)
        self.assertProved()

    def test_credited_points_that_were_spent_are_a_debt(self):
        other = self._spend(self._order(self.customer, [(self.tyres, 1)], confirm=False), self.card)
        big = self.env["loyalty.reward"].create(
            {"program_id": self.program.id, "reward_type": "discount", "discount_mode": "per_order", "discount": 20,
             "required_points": 300}
        )  # fmt: skip
        self._spend(other, self.card, big)
        other.action_confirm()
        spent = self.card.points
        self._credit(self.invoice)
        self.assertEqual(self.card.points, max(0, spent - 300))
        self.assertEqual(self.card.ledger_debt, max(0, 300 - spent))
        self.assertGreater(self.card.ledger_debt, 0)
        self.assertProved()

    def test_credited_then_cancelled_is_taken_back_once(self):
        self._credit(self.invoice, 0.5)
        self.order.locked = False
        self.order._action_cancel()
        self.assertEqual(self.card.points, 100)
        self.assertEqual(self._sides(), (0, 0))
        self.assertProved()

    def test_quantity_and_credit_note_for_the_same_return_count_once(self):
        """The quantity on the order lowered by what came back, and a credit note over the same."""
        line = self.order.order_line.filtered(lambda line: not line.reward_id)
        line.product_uom_qty = 2
        self.assertEqual(self._sides()[0], 200)
        self._credit(self.invoice, 0.5)
        self.assertEqual(self._sides()[0], 200)
        self.assertProved()

    def test_only_what_earned_counts(self):
        """Crediting a product that earned nothing takes nothing back."""
        self.program.rule_ids.product_ids = self.tyres
        order = self._order(self.other, [(self.tyres, 1), (self.labour, 1)])
        card = order.coupon_point_ids.coupon_id
        self.assertEqual(card.points, 100)
        credit_note = self._credit(self._invoice(order), 1.0)
        self.assertEqual(card.points, 0)
        credit_note.button_draft()
        credit_note.invoice_line_ids.filtered(lambda line: line.product_id == self.tyres).quantity = 0
        credit_note.action_post()
        self.assertEqual(card.points, 100)

    def test_credit_note_without_order_asks_a_person(self):
        before = self._statement(self.card)
        credit_note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_line_ids": [(0, 0, {"name": "Goodwill", "quantity": 1, "price_unit": 50, "tax_ids": False})],
            }
        )
        credit_note.action_post()
        self.assertEqual(self._statement(self.card), before)
        self.assertTrue(credit_note.activity_ids)
        self.assertTrue(
            self.env["loyalty.ledger.issue"].search(
                [("kind", "=", "unlinked"), ("res_id", "=", credit_note.id), ("res_model", "=", "account.move")]
            )
        )

    def test_credit_note_of_an_order_from_before_the_ledger(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM loyalty_ledger WHERE card_id = %s", [self.card.id])
        self.env.invalidate_all()
        self.engine._open_existing_cards()
        self._credit(self.invoice, 0.5)
        self.assertEqual(self.card.points, 250)
        self._credit(self.invoice, 0.5)
        self.assertProved()
