from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestCardLink(LedgerCase):
    """The link of a card is secret, revocable, and shows a face without personal data."""

    def test_link_is_drawn_once_and_can_be_replaced(self):
        card = self._card(self.customer, 30)
        self.assertFalse(card.kundenbindung_token)
        url = card._card_url()
        self.assertEqual(card._card_url(), url)
        self.assertTrue(url.startswith("http") and url.endswith("/card/" + card.kundenbindung_token))
        self.assertGreaterEqual(len(card.kundenbindung_token), 22, "at least 128 bits in base64")
        card.with_user(self.user).action_new_link()
        self.assertNotEqual(card._card_url(), url)

    def test_link_is_not_for_everybody(self):
        card = self._card(self.customer, 30)
        card._card_url()
        self.assertNotIn("kundenbindung_token", card.copy_data()[0])
        employee = new_test_user(self.env, "link_employee", groups="base.group_user")
        with self.assertRaises(AccessError):
            card.with_user(employee).read(["kundenbindung_token"])
        with self.assertRaises(AccessError):
            card.with_user(employee).action_new_link()
        with self.assertRaises(AccessError):
            card.with_user(self.manager).write({"kundenbindung_token": "chosen"})
        with self.assertRaises(AccessError):
            self.env["loyalty.card"].with_user(self.manager).create(
                {"program_id": self.program.id, "kundenbindung_token": "chosen"}
            )

    def test_face_of_points(self):
        face = self._card(self.customer, 30)._card_face()
        self.assertEqual((face["holder"], face["kind"], face["points"]), (self.customer.name, "points", 30))
        self.assertEqual(face["stamps"], [])
        self.assertEqual(face["next_reward"], {"name": self.reward.description, "missing": 70})
        self.assertEqual(face["rewards"][0]["reachable"], False)
        self.assertFalse(face["tier"] or face["next_tier"])

    def test_face_of_stamps(self):
        program = self._program(
            "Stamps",
            card_kind="stamps",
            rule_ids=[Command.clear()],
            reward_ids=[
                Command.clear(),
                Command.create(
                    {"description": "Coffee", "discount_mode": "per_order", "discount": 3, "required_points": 3}
                ),
                Command.create(
                    {"description": "Full Tank", "discount_mode": "per_order", "discount": 80, "required_points": 10}
                ),
            ],
        )
        face = self._card(self.customer, 4, program)._card_face()
        self.assertEqual([stamp["given"] for stamp in face["stamps"]], [True] * 4 + [False] * 6)
        self.assertEqual([stamp["reward"] for stamp in face["stamps"] if stamp["reward"]], ["Coffee", "Full Tank"])
        self.assertEqual(face["next_reward"], {"name": "Full Tank", "missing": 6})
        self.assertEqual([reward["reachable"] for reward in face["rewards"]], [True, False])
