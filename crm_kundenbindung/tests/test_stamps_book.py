from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_stamps import StampCase


@tagged("post_install", "-at_install")
class TestStampsBook(StampCase):
    """What becomes of the cards when somebody changes a stamp card that customers use already."""

    def _later(self, rewards):
        """As if the rewards had come to the programme after all stamps given until now."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE loyalty_reward SET create_date = %s WHERE id = ANY(%s)",
            (fields.Datetime.now() + timedelta(minutes=1), rewards.ids),
        )
        self.env.invalidate_all()

    def test_a_book_that_nobody_began_is_free(self):
        self._stamp_card()
        self.tank.required_points = 12
        self.assertEqual(self.book.card_size, 12)
        self.tank.unlink()
        self.assertEqual(self.book.card_size, 5)
        self.book.card_keep = False

    def test_the_size_of_a_book_that_was_begun_stays(self):
        card = self._stamp_card(4)
        for change in (
            lambda: self.tank.write({"required_points": 12}),
            lambda: self.tank.write({"active": False}),
            lambda: self.tank.unlink(),
            lambda: self.book.write({"reward_ids": [Command.update(self.tank.id, {"required_points": 8})]}),
            lambda: self.book.write({"reward_ids": [Command.delete(self.tank.id)]}),
            lambda: self.book.write({"reward_ids": [Command.create({"discount_mode": "per_order", "discount": 9, "required_points": 20})]}),
            lambda: self.coffee.copy({"program_id": self.book.id, "required_points": 15}),
            lambda: self.book.write({"card_keep": False}),
            lambda: self.book.write({"card_kind": "points"}),
        ):  # fmt: skip
            with self.assertRaises(UserError) as error:
                change()
            self.assertIn("books of 10 in “Stamps”", str(error.exception))
        self.assertEqual(self.book.card_size, 10)
        self.assertEqual((card.points, self._reachable(card)), (4, ["Coffee"]))

    def test_a_client_cannot_ask_for_an_exception(self):
        self._stamp_card(4)
        with self.assertRaises(UserError):
            self.tank.with_context(loyalty_books_kept=True).required_points = 12

    def test_the_last_reward_may_be_another_one(self):
        card = self._stamp_card(4)
        self.book.write(
            {
                "reward_ids": [
                    Command.delete(self.tank.id),
                    Command.create({"description": "Trip", "discount_mode": "per_order", "discount": 9, "required_points": 10}),
                ]
            }
        )  # fmt: skip
        self.assertEqual([field["reward"] for field in card._card_face()["stamps"]][-1], "Trip")

    def test_a_program_is_archived_and_taken_up_again(self):
        card = self._stamp_card(4)
        self.book.action_archive()
        self.book.action_unarchive()
        self.assertEqual((self.book.card_size, self._reachable(card)), (10, ["Coffee"]))

    def test_a_reward_added_later_is_not_given_for_books_of_the_past(self):
        card = self._stamp_card(24)
        self._give(card, self.tank)
        self._give(card, self.tank)
        self.assertEqual(card.points, 4)
        tea = self.coffee.copy({"program_id": self.book.id, "required_points": 2, "description": "Tea"})
        wax = self.coffee.copy({"program_id": self.book.id, "required_points": 6, "description": "Wax"})
        self._later(tea | wax)
        self.assertNotIn("Tea", self._reachable(card), "its field was stamped before it was there")
        self.assertNotIn("Wax", self._reachable(card))
        with self.assertRaises(UserError):
            self._give(card, tea)
        self._stamp_later(card, 2)
        self.assertIn("Wax", self._reachable(card))
        self.assertNotIn("Tea", self._reachable(card))
        self._give(card, wax)
        self.assertNotIn("Wax", self._reachable(card), "once per book")
        self._stamp_later(card, 6)
        self.assertIn("Tea", self._reachable(card), "the next book has it")

    def _stamp_later(self, card, number):
        """Stamps given after the reward came to the programme."""
        known = self._entries(card)
        card.with_user(self.user)._stamp(number)
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE loyalty_ledger DISABLE TRIGGER USER; UPDATE loyalty_ledger SET create_date = %s WHERE id = ANY(%s);"
            "ALTER TABLE loyalty_ledger ENABLE TRIGGER USER",
            (fields.Datetime.now() + timedelta(minutes=2), (self._entries(card) - known).ids),
        )
        self.env.invalidate_all()

    def test_where_rewards_cost_their_stamps_the_size_may_change(self):
        saving = self._book_program("Saving", card_keep=False)
        card = self._card(self.other, 9, saving)
        coffee, _wash, tank = saving.reward_ids.sorted("required_points")
        self.assertEqual(len(card._card_face()["stamps"]), 10)
        tank.required_points = 8
        face = card._card_face()
        self.assertEqual((len(face["stamps"]), face["points"], card.points), (8, 1, 9), "a full book and one more")
        self.assertEqual(card._rewards_open(), {coffee: 3, _wash: 1, tank: 1})
        self._give(card, tank)
        self.assertEqual(card.points, 1)
        self.assertProved()
