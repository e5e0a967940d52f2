from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import LedgerCase


class StampCase(LedgerCase):
    """A book of ten: coffee at 3, car wash at 5, full tank at 10; a stamp per order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.book = cls._book_program("Stamps")
        cls.coffee, cls.wash, cls.tank = cls.book.reward_ids.sorted("required_points")

    @classmethod
    def _book_program(cls, name, **vals):
        return cls._program(
            name,
            **{
                "card_kind": "stamps",
                "card_keep": True,
                "company_id": cls.company.id,
                "portal_point_name": "stamps",
                "rule_ids": [Command.clear(), Command.create({"reward_point_mode": "order", "reward_point_amount": 1})],
                "reward_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"description": name, "discount_mode": "per_order", "discount": value, "required_points": n}
                        )
                        for n, name, value in ((3, "Coffee", 3), (5, "Car Wash", 12), (10, "Full Tank", 60))
                    ),
                ],
                **vals,
            },
        )

    def _stamp_card(self, stamps=0):
        return self._card(self.customer, stamps, self.book)

    def _reachable(self, card):
        return [reward["name"] for reward in card._card_face()["rewards"] if reward["reachable"]]

    def _give(self, card, reward):
        return self.env["loyalty.reward.given"].with_user(self.user)._give(card, reward)


@tagged("post_install", "-at_install")
class TestStamps(StampCase):
    """A book of stamps: one click, rewards along the way, the last hands in the book."""

    def test_one_click_stamps_and_says_what_comes_next(self):
        self.program.active = False
        partner = self.customer.with_user(self.user)
        action = partner.action_kundenbindung_stamp()
        card = self.env["loyalty.card"].search([("program_id", "=", self.book.id)])
        self.assertEqual((card.partner_id, card.points), (self.customer.commercial_partner_id, 1))
        self.assertIn("Stamp 1 of 10", action["params"]["message"])
        self.assertIn("Coffee", action["params"]["message"])
        entry = self._entries(card)
        self.assertEqual((entry.cause, entry.amount, entry.user_id), ("earned", 1, self.user))
        # the second click of the same day asks first
        action = partner.action_kundenbindung_stamp()
        self.assertEqual(action["res_model"], "loyalty.card.stamp")
        self.assertEqual(card.points, 1)
        wizard = (
            self.env["loyalty.card.stamp"].with_user(self.user).with_context(**action["context"]).create({"number": 2})
        )
        self.assertIn("Stamped today", wizard.stamped_today)
        wizard.action_stamp()
        self.assertEqual(card.points, 3)
        self.assertEqual(self._reachable(card), ["Coffee"])
        self.assertProved()

    def test_stamp_by_hand_is_a_visit_in_the_history(self):
        card = self._stamp_card()
        card._stamp()
        self.assertEqual(self._entries(card).description, "Earned: Stamped for a visit")
        self.env["crm.touchpoint.engine"]._run_all()
        touchpoint = self.env["crm.touchpoint"].search([("source_id.model", "=", "loyalty.event")])
        self.assertEqual(touchpoint.kind_id.code, "visit")
        self.assertEqual(touchpoint.partner_id, self.customer)

    def test_rewards_along_the_way_keep_the_stamps(self):
        card = self._stamp_card(4)
        self.assertEqual(self._reachable(card), ["Coffee"])
        given = self._give(card, self.coffee)
        self.assertEqual((card.points, given.points, given.cost), (4, 0, 3))
        self.assertEqual(self._reachable(card), [])
        with self.assertRaises(ValidationError):
            self._give(card, self.coffee)
        card._stamp()
        self.assertEqual(self._reachable(card), ["Car Wash"])
        for _number in range(5):
            card._stamp()
        self.assertEqual(self._reachable(card), ["Car Wash", "Full Tank"])
        self.assertEqual(card._card_face()["next_reward"], {"name": "Coffee", "missing": 3})
        self._give(card, self.tank)
        self.assertEqual(card.points, 0)
        # a new book: the coffee counts anew, the car wash of the first book is still owed
        card._stamp(3)
        self.assertEqual(self._reachable(card), ["Coffee", "Car Wash"])
        self.assertProved()

    def test_stamps_go_on_beyond_a_full_book(self):
        card = self._stamp_card(11)
        face = card._card_face()
        self.assertEqual(sum(stamp["given"] for stamp in face["stamps"]), 1)
        self.assertEqual(self._reachable(card), ["Coffee", "Car Wash", "Full Tank"])
        self.assertEqual(face["next_reward"], {"name": "Coffee", "missing": 2})

    def test_undo_gives_stamps_back_once(self):
        card = self._stamp_card(10)
        given = self._give(card, self.tank)
        self.assertEqual((card.points, given.cost), (0, 60))
        given.with_user(self.user).action_undo()
        self.assertEqual(self._statement(card)[-2:], [("redeemed", -10, 0), ("returned", 10, 10)])
        with self.assertRaises(UserError):
            given.with_user(self.user).action_undo()
        event_card = self._card(self.env["res.partner"].create({"name": "Walk-In"}), 0, self.book)
        event_card._stamp(2)
        event = self.env["loyalty.event"].search([("card_id", "=", event_card.id)])
        event.with_user(self.user).action_undo()
        event.with_user(self.user).action_undo()
        self.assertEqual((event_card.points, event.state), (0, "undone"))
        self.assertProved()

    def test_reward_on_an_order_costs_nothing_along_the_way(self):
        card = self._stamp_card(2)
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order._update_programs_and_rewards()
        claimable = order._get_claimable_rewards()
        self.assertEqual(claimable[card], self.coffee, "the stamp of this order is the third")
        self.assertFalse(order._apply_program_reward(self.coffee, card))
        order._update_programs_and_rewards()
        self.assertEqual(order.order_line.filtered("reward_id").points_cost, 0)
        self.assertIn("error", order._apply_program_reward(self.coffee, card))
        order.action_confirm()
        self.assertEqual(card.points, 3)
        self.assertEqual(self._reachable(card), [])
        # cancelled: the stamp goes, the coffee was not given
        order._action_cancel()
        self.assertEqual((card.points, self._reachable(card)), (2, []))
        self._order(self.customer, [(self.tyres, 1)])
        self.assertEqual(self._reachable(card), ["Coffee"])
        self.assertProved()

    def test_last_reward_on_an_order_hands_in_the_book(self):
        card = self._stamp_card(9)
        order = self._spend(self._order(self.customer, [(self.tyres, 2)], confirm=False), card, self.tank)
        order.action_confirm()
        self.assertEqual(self._statement(card)[-2:], [("earned", 1, 10), ("redeemed", -10, 0)])
        self.assertEqual(order.amount_untaxed, 140)
        self.assertProved()

    def test_two_orders_in_one_confirmation_want_the_same_coffee(self):
        self._stamp_card(3)
        card = self.env["loyalty.card"].search([("program_id", "=", self.book.id)])
        orders = self.env["sale.order"]
        for _number in range(2):
            orders |= self._spend(self._order(self.customer, [(self.tyres, 1)], confirm=False), card, self.coffee)
        with self.assertRaises(ValidationError) as caught:
            orders.action_confirm()
        self.assertIn(orders[0].name, str(caught.exception))
        orders[0].action_confirm()
        self.assertEqual(orders[0].state, "sale")

    def test_merged_books_give_no_reward_twice(self):
        other = self.env["res.partner"].create({"name": "Taxi Brandt (twice)"})
        mine, twin = self._stamp_card(4), self._card(other, 4, self.book)
        self._give(mine, self.coffee)
        self._give(twin, self.coffee)
        self._give(twin, self.coffee) if self._reachable(twin) else None
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, self.customer)
        card = self.env["loyalty.card"].search([("program_id", "=", self.book.id)])
        self.assertEqual((card, card.points), (mine, 8))
        self.assertEqual(self._reachable(card), ["Car Wash"], "two coffees were given for eight stamps")
        card._stamp(5)
        self.assertEqual(self._reachable(card), ["Car Wash", "Full Tank"])
        self.assertProved()

    def test_stamps_that_cost(self):
        """Without keeping, a reward costs its stamps: spend or save."""
        program = self._book_program("Spend or Save", card_keep=False)
        card = self._card(self.customer, 5, program)
        wash = program.reward_ids.sorted("required_points")[1]
        self.assertEqual(self._reachable(card), ["Coffee", "Car Wash"])
        self._give(card, wash)
        self.assertEqual((card.points, self._reachable(card)), (0, []))

    def test_stamps_are_whole(self):
        with self.assertRaises(ValidationError):
            self.book.rule_ids.reward_point_amount = 0.5
            self.book._check_stamps()
        with self.assertRaises(ValidationError):
            self.book.rule_ids.reward_point_mode = "money"
            self.book._check_stamps()
        self.book.rule_ids.write({"reward_point_mode": "unit", "reward_point_amount": 1})
        order = self._order(self.customer, [(self.labour, 2.5)])
        self.assertEqual(order.coupon_point_ids.filtered(lambda e: e.coupon_id.program_id == self.book).points, 2)

    def test_templates(self):
        programs = self.env["loyalty.program"]
        templates = programs.get_program_templates()
        ours = {"stamp_card", "stamp_card_service", "stamp_card_visit", "points_card"}
        self.assertLess(ours, templates.keys())
        self.assertFalse(ours & programs.with_context(menu_type="gift_ewallet").get_program_templates().keys())
        for template in sorted(ours):
            program = programs.browse(programs.create_from_template(template)["res_id"])
            self.assertTrue(program.reward_ids, template)
            if template == "points_card":
                self.assertEqual(program.ledger_validity_months, 24)
                self.assertEqual(program.event_rule_ids.mapped("trigger"), ["touchpoint", "birthday", "profile"])
            else:
                self.assertEqual((program.card_kind, program.card_size, program.card_keep), ("stamps", 10, True))
                self.assertEqual(program.reward_ids.mapped("required_points"), [3, 5, 10])
            self.assertEqual(bool(program.rule_ids), template != "stamp_card_visit")
        self.assertTrue(self.user.has_group("crm_kundenbindung.group_kundenbindung_stamps"))

    def test_who_may_stamp(self):
        card = self._stamp_card()
        employee = new_test_user(self.env, "stamp_employee", groups="base.group_user")
        for call in ("action_stamp", "action_give_reward", "action_print_card"):
            with self.assertRaises(AccessError):
                getattr(card.with_user(employee), call)()
        with self.assertRaises(AccessError):
            self.env["loyalty.reward.given"].with_user(self.manager).create(
                {"card_id": card.id, "reward_id": self.coffee.id, "company_id": self.company.id}
            )
        with self.assertRaises(UserError):
            self._card(self.customer, 1).with_user(self.user)._stamp()
        with self.assertRaises(ValidationError):
            card.with_user(self.user)._stamp(0)


@tagged("post_install", "-at_install")
class TestGroupPrograms(StampCase):
    """Programmes for a customer group only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["crm.customer.group"].create(
            {"name": "Regulars", "kind": "picked", "partner_ids": [Command.set(cls.customer.ids)]}
        )
        cls.book.card_group_id = cls.group
        cls.stranger = cls.env["res.partner"].create({"name": "Passing Through"})

    def test_only_members_earn(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._order(self.stranger, [(self.tyres, 1)])
        cards = self.env["loyalty.card"].search([("program_id", "=", self.book.id)])
        self.assertEqual(cards.partner_id, self.customer)
        self.assertEqual(cards.points, 1)

    def test_it_is_said_clearly(self):
        order = self._order(self.stranger, [(self.tyres, 1)], confirm=False)
        status = order._try_apply_program(self.book)
        self.assertIn("Regulars", status["error"])
        self.program.active = False
        with self.assertRaises(UserError):
            self.stranger.with_user(self.user).action_kundenbindung_stamp()
        with self.assertRaises(UserError) as caught:
            self._card(self.stranger, 0, self.book).with_user(self.user)._stamp()
        self.assertIn("Regulars", str(caught.exception))

    def test_promotion_for_a_group(self):
        promotion = self._promotion(card_group_id=self.group.id, company_id=self.company.id)
        for partner, discount in ((self.customer, True), (self.stranger, False)):
            order = self._order(partner, [(self.tyres, 1)], confirm=False)
            order._update_programs_and_rewards()
            self.assertEqual(promotion in order.coupon_point_ids.coupon_id.program_id, discount, partner.name)

    def test_who_leaves_keeps_what_was_earned(self):
        card = self._stamp_card(4)
        self.group.partner_ids = self.stranger
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order._update_programs_and_rewards()
        self.assertEqual(order._get_claimable_rewards()[card], self.coffee)
        order.action_confirm()
        self.assertEqual(card.points, 4, "no new stamp")

    def test_point_of_sale_sends_no_points_for_strangers(self):
        """Receipts come with what the desk computed: points of a programme for others are left out."""
        mine, theirs = self._stamp_card(), self._card(self.stranger, 0, self.book)
        for partner, sent, expected in (
            (self.customer, {str(mine.id): {"points": 1}}, {str(mine.id): {"points": 1}}),
            (self.stranger, {str(theirs.id): {"points": 1}}, {str(theirs.id): {"points": 0}}),
            (self.stranger, {"-1": {"points": 1, "program_id": self.book.id}}, {}),
            (self.stranger, {str(theirs.id): {"points": -3}}, {str(theirs.id): {"points": -3}}),
        ):
            order = self._order(partner, [(self.tyres, 1)], confirm=False)
            self.assertEqual(self.env["loyalty.ledger.pos"]._admitted(order, sent), expected)

    def test_group_of_another_company(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        group = self.env["crm.customer.group"].create({"name": "Theirs", "kind": "picked", "company_id": second.id})
        with self.assertRaises(ValidationError):
            self.book.card_group_id = group
