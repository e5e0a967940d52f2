from odoo.tests import new_test_user, tagged

from odoo.addons.crm_werthaltigkeit.demo.workshop import PARAMETER

from ..demo import workshop_feedback, workshop_points, workshop_retention
from .common import LedgerCase
from .retention import RetentionCase


@tagged("post_install", "-at_install")
class TestDemo(LedgerCase):
    """The workshop's customer card has something to say, and its balances are proved."""

    def test_points_of_the_workshop(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Regular {number}", "email": f"regular{number}@example.com"} for number in range(9)]
        )
        for partner in partners:
            for days in (400, 200, 20):
                self._order(partner, [(self.tyres, 6)], days_ago=days)
        self.env["ir.config_parameter"].sudo().set_param(PARAMETER, "2026-01-01")
        self.assertTrue(self.env["crm.werthaltigkeit.demo"].generate())
        self.assertFalse(self.env["crm.werthaltigkeit.demo"].generate())
        program = self.env["loyalty.program"].search([("name", "=", workshop_points.PROGRAM)])
        self.assertGreater(program.ledger_count, 25)
        self.assertEqual(len(program.coupon_ids.filtered("ledger_debt")), 1)
        self.assertProved()
        self.assertEqual(program.tier_ids.mapped("name"), ["Bronze", "Silber", "Gold"])
        self.assertTrue(self.env["loyalty.tier.member"].search([("downgrade", "=", "due")]))
        self.assertTrue(self.env["crm.referral"].search([("state", "=", "lead")]))
        self.assertTrue(self.env["crm.referral"].search([("refusal", "=", "email")]))
        self.assertTrue(self.env["crm.idea"].search([("name", "=", workshop_feedback.IDEA)]).answered_on)
        self.assertTrue(self.env["crm.feedback.answer"].search([("kind", "=", "trust")]))
        self.assertTrue(self.env["crm.feedback.report"].search([("origin", "=", "heard")]))


@tagged("post_install", "-at_install")
class TestDemoRetention(RetentionCase):
    """The workshop's customers slipped, lapsed and came back; the salesperson decided on some proposals."""

    def test_life_cycle_of_the_workshop(self):
        login = "verkauf"
        user = self.env["res.users"].search([("login", "=", login)]) or new_test_user(
            self.env, login, groups="sales_team.group_sale_salesman"
        )
        for number in range(14):
            self._assign(self._buyer(f"Slipping {number}", last=70 + number, purchases=8, interval=40), user)
        for number in range(6):
            self._buyer(f"Back {number}", last=10 + number, purchases=8, interval=40)
            self._buyer(f"Gone {number}", last=200 + number, purchases=8, interval=40)
        self.assertTrue(workshop_retention.generate(self.env))
        self.assertFalse(workshop_retention.generate(self.env))
        changes = self.env["crm.retention.history"].search([("from_stage_id", "!=", False)])
        self.assertEqual(set(changes.to_stage_id.mapped("code")), {"at_risk", "lapsed", "won_back"})
        self.assertLess(max(changes.mapped("date")), self.today)
        states = self.env["crm.next.action"].search([("user_id", "=", user.id)]).mapped("state")
        self.assertEqual((states.count("accepted"), states.count("postponed"), states.count("refused")), (2, 2, 2))
        self.assertGreater(states.count("open"), 5)
