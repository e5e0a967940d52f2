from odoo.tests import tagged

from odoo.addons.crm_werthaltigkeit.demo.workshop import PARAMETER

from ..demo import workshop_points
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestDemo(LedgerCase):
    """The workshop's customer card has something to say, and its balances are proved."""

    def test_points_of_the_workshop(self):
        partners = self.env["res.partner"].create([{"name": f"Regular {number}"} for number in range(9)])
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
