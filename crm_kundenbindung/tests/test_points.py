from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..movement import KEY, Movement
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestPoints(LedgerCase):
    """Every way points move leaves its entry, and the balance is the sum of the entries."""

    def test_order_earns_and_spends(self):
        card = self._card(self.customer, 150)
        order = self._spend(self._order(self.customer, [(self.tyres, 3)], confirm=False), card)
        order.action_confirm()
        self.assertEqual(
            self._statement(card),
            [("core", 150, 150), ("earned", 300, 450), ("redeemed", -100, 350)],
        )
        self.assertEqual(card.points, 350)
        entry = self._entries(card, "earned")
        self.assertEqual((entry.res_model, entry.res_id, entry.document), ("sale.order", order.id, order.name))
        self.assertEqual(entry.company_id, order.company_id)
        self.assertProved()

    def test_salesperson_confirms_without_right_to_change_points(self):
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order.user_id = self.plain_sales
        order.with_user(self.plain_sales).action_confirm()
        card = order.coupon_point_ids.coupon_id
        self.assertEqual(self._statement(card), [("earned", 100, 100)])
        self.assertEqual(self._entries(card).user_id, self.plain_sales)

    def test_several_orders_in_one_confirmation(self):
        """Ten orders, points for one: an error that names the orders, and none of them is confirmed."""
        card = self._card(self.customer, 100)
        orders = self.env["sale.order"]
        free = self._program("Without Points", rule_ids=[(5, 0, 0)])
        card = self._card(self.customer, 100, free)
        for _number in range(10):
            orders |= self._spend(self._order(self.customer, [(self.tyres, 1)], confirm=False), card)
        with self.assertRaises(ValidationError) as caught:
            orders.action_confirm()
        for order in orders:
            self.assertIn(order.name, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(set(orders.mapped("state")), {"draft"})
        self.assertEqual(card.points, 100)
        orders[0].action_confirm()
        self.assertEqual(card.points, 0)
        self.assertProved()

    def test_cancelling_what_earned_spent_points_is_a_debt(self):
        """No silent −100: the balance stays at zero, the debt is an entry, an activity and an issue."""
        first = self._order(self.customer, [(self.tyres, 1)])
        card = first.coupon_point_ids.coupon_id
        second = self._spend(self._order(self.customer, [(self.labour, 1)], confirm=False), card)
        second.action_confirm()
        self.assertEqual(card.points, 80)
        first._action_cancel()
        self.assertEqual(card.points, 0)
        self.assertEqual(card.ledger_debt, 20)
        self.assertEqual(self._statement(card)[-2:], [("clawed_back", -100, -20), ("debt", 20, 0)])
        self.assertTrue(first.activity_ids.filtered(lambda a: a.summary == "Points already spent"))
        issue = self.env["loyalty.ledger.issue"].search([("card_id", "=", card.id), ("kind", "=", "debt")])
        self.assertEqual(issue.res_id, first.id)
        # what is earned next pays it back
        self._order(self.customer, [(self.labour, 1)])
        self.assertEqual((card.points, card.ledger_debt), (60, 0))
        self.assertProved()

    def test_manager_waives_a_debt(self):
        first = self._order(self.customer, [(self.tyres, 1)])
        card = first.coupon_point_ids.coupon_id
        self._spend(self._order(self.customer, [(self.labour, 1)], confirm=False), card).action_confirm()
        first._action_cancel()
        wizard = self.env["loyalty.card.update.balance"].with_user(self.manager)
        wizard = wizard.create({"card_id": card.id, "description": "x", "reason_id": self.reason.id})
        wizard.action_waive_debt()
        self.assertEqual((card.points, card.ledger_debt), (0, 0))
        self.assertProved()

    def test_cancelled_order_gives_back_what_it_took(self):
        card = self._card(self.customer, 150)
        order = self._spend(self._order(self.customer, [(self.tyres, 3)], confirm=False), card)
        order.action_confirm()
        order._action_cancel()
        self.assertEqual(card.points, 150)
        self.assertEqual(
            [(e.cause, e.amount) for e in self._entries(card)][-2:], [("clawed_back", -300), ("returned", 100)]
        )
        self.assertEqual(self._entries(card, "clawed_back").reverses_id, self._entries(card, "earned"))
        self.assertProved()

    def test_cancel_draft_confirm_keeps_the_total(self):
        """The discount is not silently lost."""
        card = self._card(self.customer, 150)
        order = self._spend(self._order(self.customer, [(self.tyres, 3)], confirm=False), card)
        order.action_confirm()
        total = order.amount_total
        self.assertEqual(total, 290)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.amount_total, total)
        self.assertEqual(card.points, 350)
        self.assertFalse(order.loyalty_before_cancel)
        self.assertProved()

    def test_cancel_draft_confirm_warns_where_the_points_have_gone(self):
        card = self._card(self.customer, 100, self._program("Without Points", rule_ids=[(5, 0, 0)]))
        order = self._spend(self._order(self.customer, [(self.tyres, 3)], confirm=False), card)
        order.action_confirm()
        order._action_cancel()
        self._spend(self._order(self.customer, [(self.tyres, 1)], confirm=False), card).action_confirm()
        order.action_draft()
        result = order.action_confirm()
        self.assertEqual(order.amount_total, 300)
        self.assertEqual(result["params"]["type"], "warning")
        self.assertIn("290", result["params"]["message"])
        self.assertTrue(order.message_ids.filtered(lambda m: "290" in (m.body or "")))

    def test_later_change_of_quantity(self):
        order = self._order(self.customer, [(self.tyres, 3)])
        card = order.coupon_point_ids.coupon_id
        order.order_line.product_uom_qty = 0
        self.assertEqual(card.points, 0)
        order.order_line.product_uom_qty = 2
        self.assertEqual(card.points, 200)
        self.assertEqual(
            [(e.cause, e.amount) for e in self._entries(card)],
            [("earned", 300), ("clawed_back", -300), ("clawed_back", 200)],
        )
        order._action_cancel()
        self.assertEqual(card.points, 0)
        self.assertProved()

    def test_more_lines_earn_more(self):
        order = self._order(self.customer, [(self.tyres, 1)])
        card = order.coupon_point_ids.coupon_id
        self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.labour.id, "product_uom_qty": 1})
        self.assertEqual(card.points, 180)
        self.assertProved()

    def test_automatic_discount_moves_no_points(self):
        """A promotion's card begins and ends at zero: it needs no entry and goes as Odoo lets it go."""
        promotion = self._promotion()
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order._update_programs_and_rewards()
        order._apply_program_reward(
            promotion.reward_ids, order.coupon_point_ids.coupon_id.filtered(lambda card: card.program_id == promotion)
        )
        order.action_confirm()
        card = order.order_line.coupon_id
        self.assertEqual(card.program_id, promotion)
        self.assertFalse(self._entries(card))
        order._action_cancel()
        self.assertFalse(card.exists())
        self.assertProved()

    def test_write_over_rpc_needs_manager_and_reason(self):
        card = self._card(self.customer, 100)
        with self.assertRaises(AccessError):
            card.with_user(self.plain_sales).write({"points": 1000000})
        with self.assertRaises(AccessError):
            card.with_user(self.plain_sales).with_context(loyalty_reason_id=self.reason.id).write({"points": 150})
        with self.assertRaises(UserError):
            card.with_user(self.manager).write({"points": 150})
        with self.assertRaises(ValidationError):
            card.with_user(self.manager).with_context(loyalty_reason_id=self.reason.id).write({"points": -1})
        card.with_user(self.manager).with_context(loyalty_reason_id=self.reason.id).write({"points": 150})
        entry = self._entries(card)[-1]
        self.assertEqual((entry.cause, entry.amount, entry.reason_id), ("adjustment", 50, self.reason))
        self.assertEqual(entry.user_id, self.manager)
        vals = {"program_id": self.program.id, "partner_id": self.other.id, "points": 20}
        with self.assertRaises(AccessError):
            card.with_user(self.plain_sales).create(vals)
        created = self._entries(card.with_user(self.manager).create(vals))
        self.assertEqual((created.cause, created.reason_id.name), ("issued", "Cards or coupons generated"))
        self.assertProved()

    def test_salesperson_does_all_of_it(self):
        """Reward, confirmation, change, cancellation, and again: no right to change points needed."""
        card = self._card(self.customer, 150)
        order = self._order(self.customer, [(self.tyres, 3)], confirm=False, user_id=self.plain_sales.id)
        order = order.with_user(self.plain_sales)
        self._spend(order, card.with_user(self.plain_sales))
        order.action_confirm()
        self.assertEqual(card.points, 350)
        order.order_line.filtered(lambda line: not line.reward_id).product_uom_qty = 2
        self.assertEqual(card.points, 250)
        order._action_cancel()
        self.assertEqual(card.points, 150)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(card.points, 250)
        self.assertEqual(self._entries(card).user_id - self.env.user, self.plain_sales)
        self.assertProved()

    def test_gift_card_bought_and_cancelled(self):
        """The card that an order generated is archived with its entries, not deleted."""
        gift_product = self.env.ref("loyalty.gift_card_product_50")
        gift_product.list_price = 50
        program = self._program(
            "Gift",
            program_type="gift_card",
            applies_on="future",
            rule_ids=[(5, 0, 0), (0, 0, {
                "reward_point_mode": "money", "reward_point_amount": 1, "reward_point_split": True,
                "product_ids": [(6, 0, gift_product.ids)],
            })],
            reward_ids=[(5, 0, 0), (0, 0, {"discount_mode": "per_point", "discount": 1})],
        )  # fmt: skip
        order = self._order(self.customer, [(gift_product, 2)])
        cards = self.env["loyalty.card"].search([("program_id", "=", program.id)])
        self.assertEqual(cards.mapped("points"), [50, 50])
        self.assertEqual(self._statement(cards[0]), [("earned", 50, 50)])
        payment = self._order(self.other, [(self.labour, 1)], confirm=False)
        payment._try_apply_code(cards[0].code)
        self._spend(payment, cards[0])
        payment.action_confirm()
        self.assertEqual(self._statement(cards[0])[-1], ("redeemed", -50, 0))
        order._action_cancel()
        self.assertEqual((cards[0].ledger_debt, cards[1].ledger_debt), (50, 0))
        self.assertEqual((cards[1].points, cards[1].active), (0, False))
        self.assertProved()

    def test_context_cannot_be_forged(self):
        """What RPC can send is plain data: none of it is the mark, even when it looks the same."""
        card = self._card(self.customer, 100)
        mark = Movement("confirm", cause="earned")
        for forged in ("confirm", str(mark), {"mode": "confirm"}, ["confirm"], True, 1):
            with self.subTest(forged=forged), self.assertRaises(AccessError):
                card.with_user(self.plain_sales).with_context(**{KEY: forged}).write({"points": 5000})
        # not even while a trusted environment of the same user is around
        trusted = card.with_user(self.plain_sales).with_context(**{KEY: mark})
        with self.assertRaises(AccessError):
            trusted.with_context(**{KEY: "confirm"}).write({"points": 5000})
        self.assertEqual(card.points, 100)

    def test_lines_cannot_be_bent_over_rpc(self):
        """Neither the cost of a reward nor the card that pays can be written, which would move points."""
        card, other = self._card(self.customer, 150), self._card(self.other, 0)
        order = self._spend(self._order(self.customer, [(self.tyres, 3)], confirm=False), card)
        order.action_confirm()
        line = order.order_line.filtered("reward_id").with_user(self.plain_sales)
        order.user_id = self.plain_sales
        for vals in ({"points_cost": -1000}, {"coupon_id": other.id}, {"reward_id": False}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                line.write(vals)
        with self.assertRaises(AccessError):
            line.create({"order_id": order.id, "product_id": self.tyres.id, "coupon_id": card.id, "points_cost": -50})
        with self.assertRaises(AccessError):
            order.coupon_point_ids.with_user(self.manager).write({"points": 100000})
        copied = order.with_user(self.plain_sales).copy()
        self.assertFalse(copied.order_line.filtered("reward_id"))
        self.assertProved()

    def test_entries_are_never_changed(self):
        card = self._card(self.customer, 100)
        entry = self._entries(card)
        for user in (self.plain_sales, self.manager, self.env.ref("base.user_admin"), self.env.user):
            own = entry.with_user(user)
            for call in (
                lambda own=own: own.write({"amount": 5}),
                lambda own=own: own.unlink(),
                lambda own=own: own.create({"card_id": card.id, "amount": 5, "cause": "core"}),
                lambda own=own: own.sudo().write({"amount": 5}),
                lambda own=own: own.sudo().unlink(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call()
        self.assertEqual(self._statement(card), [("core", 100, 100)])

    def test_card_with_entries_is_archived(self):
        card, empty = self._card(self.customer, 100), self._card(self.other)
        (card | empty).unlink()
        self.assertTrue(card.exists())
        self.assertFalse(card.active)
        self.assertFalse(empty.exists())
        with self.assertRaises(ValidationError):
            card.program_id = self._program("Another")

    def test_wizards(self):
        card = self._card(self.customer, 100)
        wizard = self.env["loyalty.card.update.balance"]
        vals = {"card_id": card.id, "new_balance": 130, "description": "Gift"}
        with self.assertRaises(AccessError):
            wizard.with_user(self.plain_sales).create({**vals, "reason_id": self.reason.id}).action_update_card_point()
        with self.assertRaises(UserError):
            wizard.with_user(self.manager).create(vals).action_update_card_point()
        wizard.with_user(self.manager).create({**vals, "reason_id": self.reason.id}).action_update_card_point()
        self.assertEqual(self._statement(card)[-1], ("adjustment", 30, 130))
        self.assertEqual(card.history_ids.description, "Gift")
        gift_cards = self._program("Gift", program_type="gift_card", applies_on="future")
        generate = self.env["loyalty.generate.wizard"].with_user(self.manager)
        cards = generate.create(
            {
                "program_id": gift_cards.id,
                "mode": "anonymous",
                "coupon_qty": 3,
                "points_granted": 50,
                "description": "x",
            }
        ).generate_coupons()
        for card in cards:
            self.assertEqual(self._statement(card), [("issued", 50, 50)])
        self.assertProved()

    def test_partner_merge_joins_cards(self):
        keep, gone = self._card(self.customer, 100), self._card(self.other, 40)
        gone.sudo().write({"ledger_debt": 0})
        self.env["base.partner.merge.automatic.wizard"]._merge([self.other.id, self.customer.id], self.customer)
        self.assertEqual((keep.points, gone.points), (140, 0))
        self.assertFalse(gone.active)
        self.assertEqual(self._statement(keep)[-1], ("merge", 40, 140))
        self.assertEqual(self._statement(gone)[-1], ("merge", -40, 0))
        self.assertProved()

    def test_deviation_is_found_and_repaired(self):
        card, other = self._card(self.customer, 100), self._card(self.other, 50)
        self.env.flush_all()
        self.env.cr.execute("UPDATE loyalty_card SET points = points + 7 WHERE id IN %s", [(card.id, other.id)])
        self.env.invalidate_all()
        self.assertEqual(self.env["loyalty.card"]._cron_check_ledger(), 2)
        self.assertEqual(self.env["loyalty.card"]._cron_check_ledger(), 2)
        issues = self.env["loyalty.ledger.issue"].search([("card_id", "in", (card | other).ids)])
        self.assertEqual(sorted(issues.mapped("expected")), [50, 100])
        self.assertEqual(set(issues.mapped("count")), {2})
        with self.assertRaises(AccessError):
            issues.with_user(self.plain_sales).action_accept_points()
        issues.filtered(lambda i: i.card_id == card).with_user(self.manager).action_accept_points()
        issues.filtered(lambda i: i.card_id == other).with_user(self.manager).action_accept_entries()
        self.assertEqual((card.points, other.points), (107, 50))
        self.assertEqual(self._statement(card)[-1], ("core", 7, 107))
        self.assertEqual(set(issues.mapped("state")), {"done"})
        self.assertProved()

    def test_opening_entries(self):
        """Cards from before the installation, one of them below zero."""
        card, debtor = self._card(self.customer), self._card(self.other)
        self.env.flush_all()
        self.env.cr.execute("UPDATE loyalty_card SET points = 80 WHERE id = %s", [card.id])
        self.env.cr.execute("UPDATE loyalty_card SET points = -20 WHERE id = %s", [debtor.id])
        self.env.invalidate_all()
        self.engine._open_existing_cards()
        self.engine._open_existing_cards()
        self.assertEqual(self._statement(card), [("opening", 80, 80)])
        self.assertEqual([(e.cause, e.amount) for e in self._entries(debtor)], [("opening", -20), ("debt", 20)])
        self.assertEqual((debtor.points, debtor.ledger_debt), (0, 20))
        self.assertProved()

    def test_order_from_before_the_ledger_is_taken_back(self):
        order = self._order(self.customer, [(self.tyres, 1)])
        card = order.coupon_point_ids.coupon_id
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM loyalty_ledger WHERE card_id = %s", [card.id])
        self.env.invalidate_all()
        self.engine._open_existing_cards()
        order._action_cancel()
        self.assertEqual(self._statement(card), [("opening", 100, 100), ("clawed_back", -100, 0)])

    @mute_logger("odoo.sql_db")
    def test_queries_of_a_confirmation(self):
        """Per card a confirmation asks the database a few things more, however many lines the order has."""
        for partner in (self.customer, self.other):
            self._card(partner, 500)
        self._order(self.customer, [(self.tyres, 1)])
        counts, statements, execute = {}, [], type(self.env.cr).execute
        for lines in (1, 8):
            order = self._order(self.other, [(self.tyres, 1)] * lines, confirm=False)
            order._update_programs_and_rewards()
            self.env.flush_all()
            statements.clear()

            def spy(cr, query, *args, **kwargs):
                text = str(getattr(query, "code", query))
                if "ledger" in text or "FOR NO KEY UPDATE" in text or "card_holder" in text:
                    statements.append(text)
                return execute(cr, query, *args, **kwargs)

            self.patch(type(self.env.cr), "execute", spy)
            order.action_confirm()
            self.env.flush_all()
            counts[lines] = len(statements)
        self.assertEqual(counts[1], counts[8])
        self.assertLessEqual(counts[1], 8, counts)
