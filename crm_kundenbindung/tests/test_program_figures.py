from odoo.fields import Command
from odoo.tests import tagged

from .test_stamps import StampCase


@tagged("post_install", "-at_install")
class TestProgramFigures(StampCase):
    """Members, active share, outstanding, redemption and cost of a programme; every figure opens its records."""

    def _row(self, program=None, company=None):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("program_id", "=", (program or self.book).id), ("company_id", "=", (company or self.company).id)]
        return self.env["loyalty.program.report"].search(domain)

    def test_figures_of_a_stamp_card(self):
        card = self._stamp_card(9)
        silent = self._card(self.other, 0, self.book)
        order = self._spend(self._order(self.customer, [(self.tyres, 2)], confirm=False), card, self.coffee)
        order.action_confirm()
        self._give(card, self.tank)
        row = self._row()
        self.assertEqual((row.members, row.active_members, row.active_share), (2, 1, 0.5))
        self.assertEqual((row.points_given, row.points_redeemed, row.outstanding), (10, 10, 0))
        self.assertEqual(row.redemption_rate, 1.0)
        self.assertEqual((row.rewards, row.cost), (2, 63), "3 for the coffee, 60 for the tank")
        program = self.book.with_user(self.user)
        self.assertEqual((program.figure_members, program.figure_active_share, program.figure_cost), (2, 0.5, 63))
        self.assertEqual(self._open(program.action_view_members()), card | silent)
        self.assertEqual(self._open(program.action_view_active()), card)
        self.assertEqual(sum(self._open(program.action_view_rewards()).mapped("cost")), 63)
        self.assertEqual(-sum(self._open(program.action_view_redeemed()).mapped("amount")), 10)

    def _open(self, action):
        return self.env[action["res_model"]].with_user(self.user).search(action["domain"])

    def test_free_goods_are_counted_at_cost(self):
        program = self._book_program(
            "Goods",
            card_keep=False,
            reward_ids=[
                Command.clear(),
                Command.create(
                    {"reward_type": "product", "reward_product_id": self.tyres.id, "required_points": 2}
                ),
            ],
        )  # fmt: skip
        card = self._card(self.customer, 4, program)
        self._give(card, program.reward_ids)
        order = self._spend(self._order(self.customer, [(self.labour, 1)], confirm=False), card)
        order.action_confirm()
        self.assertEqual(self._row(program).cost, 120, "two tyres at 60, not at their price of 100")
        given = self.env["loyalty.reward.report"].search([("program_id", "=", program.id)])
        self.assertEqual(sorted(given.mapped("place")), ["desk", "order"])
        order._action_cancel()
        self.assertEqual(self._row(program).cost, 60)

    def test_shares_of_several_programmes_are_divided_anew(self):
        self._stamp_card(1)._stamp()
        for number in range(3):
            partner = self.env["res.partner"].create({"name": f"Holder {number}"})
            self._card(partner, 0, self.program)
        self.program.company_id = self.company
        self.env.flush_all()
        [(share,)] = self.env["loyalty.program.report"]._read_group(
            [("program_id", "in", (self.book | self.program).ids)], [], ["active_share:avg"]
        )
        self.assertEqual(share, 0.25)

    def test_two_companies_share_a_programme(self):
        self.program.company_id = False
        second = self.env["res.company"].create({"name": "Second Workshop"})
        self._order(self.customer, [(self.tyres, 1)])
        order = self.env["sale.order"].with_company(second).create(
            {
                "partner_id": self.customer.id,
                "company_id": second.id,
                "order_line": [Command.create({"product_id": self.labour.id, "product_uom_qty": 1})],
            }
        )  # fmt: skip
        order.action_confirm()
        self.assertEqual(self._row(self.program).outstanding, 100)
        self.assertEqual(self._row(self.program, second).outstanding, 80)
        self.manager.write({"company_ids": [(4, second.id)]})
        rows = self.env["loyalty.program.report"].with_user(self.manager)
        domain = [("program_id", "=", self.program.id)]
        for company, outstanding in ((self.company, 100), (second, 80)):
            seen = rows.with_context(allowed_company_ids=company.ids).search(domain)
            self.assertEqual(seen.mapped("outstanding"), [outstanding])

    def test_list_of_programmes_asks_once(self):
        programs = self.book | self.program
        self.env.flush_all()
        self.env.invalidate_all()
        programs.mapped("name")
        with self.assertQueryCount(4):
            programs.mapped("figure_cost")
