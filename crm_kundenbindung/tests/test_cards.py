import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestCards(LedgerCase):
    """Codes, balances from elsewhere, limited programmes."""

    def test_codes_have_80_bits(self):
        codes = {self.env["loyalty.card"]._generate_code() for _number in range(500)}
        self.assertEqual(len(codes), 500)
        for code in codes:
            self.assertTrue(code.startswith("044"))
            self.assertEqual(len(code), 19)
            self.assertFalse(set(code[3:]) - set("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"))

    def _import(self, content, user=None):
        wizard = self.env["loyalty.ledger.import"].with_user(user or self.manager)
        return wizard.create({"program_id": self.program.id, "file": base64.b64encode(content)})

    def test_template_can_be_imported_again(self):
        self.customer.email = "anna.sommer@example.com"
        self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": self.other.id, "code": "044ABCD2345EFGH67"}
        )
        wizard = self._import(b"")
        wizard.file = wizard.template
        wizard.action_import()
        self.assertFalse(wizard.problems)
        card = self.env["loyalty.card"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(self._statement(card), [("import", 120, 120)])
        self.assertEqual(str(self._entries(card).expires_on), "2027-12-31")
        self.assertProved()

    def test_every_bad_row_is_named_and_none_imported(self):
        bad = [
            ("", "nobody@example.com", "5", ""),
            ("", self.customer.email, "NaN", ""),
            ("", self.customer.email, "1e309", ""),
            ("", self.customer.email, "-5", ""),
            ("", self.customer.email, "", ""),
            ("", self.customer.email, "5", "31.02.2027"),
            ("", self.customer.email, "=1+1", ""),
            ("", "x" * 1000000, "5", ""),
            ("044MISSING", "", "5", ""),
            ("", "😀 مرحبا", "5", ""),
            ("", self.other.email, "5", ""),
            ("", self.other.email, "6", ""),
        ]
        rows = [("card", "customer", "points", "expires_on"), *bad]
        content = "\n".join(";".join(row) for row in rows).encode()
        wizard = self._import(content)
        wizard.action_import()
        lines = wizard.problems.split("\n")
        self.assertEqual([line.split(":")[0] for line in lines], [f"Line {n}" for n in [*range(2, 12), 13]])
        self.assertFalse(self.env["loyalty.card"].search([("program_id", "=", self.program.id)]))

    def test_excel(self):
        book = openpyxl.Workbook()
        book.active.append(("Customer", "Points"))
        book.active.append((self.customer.email, 35))
        stream = io.BytesIO()
        book.save(stream)
        self._import(stream.getvalue()).action_import()
        card = self.env["loyalty.card"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(card.points, 35)

    def test_import_is_for_managers(self):
        with self.assertRaises(AccessError):
            self._import(b"customer;points\n", self.plain_sales)
        with self.assertRaises(UserError):
            self._import(b"").action_import()
        with self.assertRaises(UserError):
            self._import(b"name;value\nx;1\n").action_import()

    def test_limited_promotion_is_counted_at_confirmation(self):
        """Odoo counts offers; what counts here is the confirmed order, and cancelling gives the use back."""
        promotion = self._promotion(limit_usage=True, max_usage=1)
        orders = [self._order(self.customer, [(self.tyres, 1)], confirm=False) for _number in range(2)]
        for order in orders:
            order._try_apply_program(promotion)
        for order in orders:
            card = order.coupon_point_ids.coupon_id.filtered(lambda c: c.program_id == promotion)
            order._apply_program_reward(promotion.reward_ids, card)
        orders[0].action_confirm()
        with self.assertRaises(UserError) as caught:
            orders[1].action_confirm()
        self.assertIn("Spring Offer", str(caught.exception))
        orders[0]._action_cancel()
        orders[1].action_confirm()
        usage = self.env["loyalty.program.usage"].search([("program_id", "=", promotion.id)])
        self.assertEqual(usage.used, 1)
        self.assertEqual(orders[1].amount_total, 90)

    def test_uses_before_the_counter_count(self):
        promotion = self._promotion()
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order._try_apply_program(promotion)
        card = order.coupon_point_ids.coupon_id.filtered(lambda c: c.program_id == promotion)
        order._apply_program_reward(promotion.reward_ids, card)
        order.action_confirm()
        second = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        second._try_apply_program(promotion)
        card = second.coupon_point_ids.coupon_id.filtered(lambda c: c.program_id == promotion)
        second._apply_program_reward(promotion.reward_ids, card)
        promotion.write({"limit_usage": True, "max_usage": 1})
        with self.assertRaises(UserError):
            second.action_confirm()

    def test_event_counts_once(self):
        card = self._card(self.customer)
        self.assertTrue(card._grant_once("order 4711", 25))
        self.assertFalse(card._grant_once("order 4711", 25))
        self.assertTrue(card._grant_once("order 4711", 5, cause="referral"))
        self.assertEqual(self._statement(card), [("event", 25, 25), ("referral", 5, 30)])

    def test_wrong_codes_are_throttled(self):
        """Ten wrong codes, then not even a right one is looked up; one message for every case."""
        attempts = self.env["loyalty.code.attempt"]
        coupons = self._program("Coupons", program_type="coupons", applies_on="current", trigger="with_code")
        right = self._card(self.other, 100, coupons)
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        model = type(attempts)
        self.patch(model, "_keys", lambda model, internal=False: ["address", "session"])
        self.patch(
            model, "_count", lambda model, keys, code=None: model.env["loyalty.code.engine"]._count_attempt(keys)
        )
        messages = set()
        for number in range(10):
            messages.add(order._try_apply_code(f"044WRONG{number}")["error"])
        self.assertEqual(len(messages), 1)
        self.assertEqual({order._try_apply_code(right.code)["error"]}, messages)
        # another address, or ten minutes later
        self.patch(model, "_keys", lambda model, internal=False: ["elsewhere"])
        self.assertNotIn("error", order._try_apply_code(right.code))
        self.patch(model, "_keys", lambda model, internal=False: ["address"])
        self.env.cr.execute("UPDATE loyalty_code_attempt SET started = started - interval '11 minutes'")
        self.env.invalidate_all()
        self.assertFalse(attempts._are_blocked(["address"]))
        attempts._count(["address"])
        self.assertEqual(attempts.search([("key", "=", "address")]).count, 1)

    def test_many_bad_rows_are_all_named(self):
        content = "customer;points\n" + "\n".join(f"nobody{number};1" for number in range(700))
        wizard = self._import(content.encode())
        wizard.action_import()
        *worded, rest = wizard.problems.split("\n")
        self.assertEqual([line.split(":")[0] for line in worded], [f"Line {number}" for number in range(2, 502)])
        self.assertEqual(rest.split(": ")[1], ", ".join(map(str, range(502, 702))))

    def test_numbers_that_can_be_read_in_two_ways_are_refused(self):
        wizard = self._import(f"customer;points\n{self.customer.email};1.234\n".encode())
        wizard.action_import()
        self.assertIn("two ways", wizard.problems)

    def test_people_of_the_company_are_not_counted(self):
        self.assertEqual(self.env["loyalty.code.attempt"]._keys(), [])
