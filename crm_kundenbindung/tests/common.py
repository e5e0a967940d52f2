from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class LedgerCase(WerthaltigkeitCase):
    """A points programme (1 point per euro; 100 points are worth 10 €), a promotion, and a card with points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.engine = cls.env["loyalty.ledger.engine"]
        cls.program = cls._program("Customer Card")
        cls.reward = cls.program.reward_ids
        cls.customer.email = "info@taxi-brandt.example"
        cls.plain_sales = new_test_user(cls.env, "ledger_sales", groups="sales_team.group_sale_salesman_all_leads")
        cls.reason = cls.env.ref("crm_kundenbindung.ledger_reason_goodwill")

    @classmethod
    def _program(cls, name, **vals):
        return cls.env["loyalty.program"].create(
            {
                "name": name,
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_point_name": "points",
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "reward_point_amount": 1}),
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_order",
                            "discount": 10,
                            "required_points": 100,
                        }
                    ),
                ],
                **vals,
            }
        )

    @classmethod
    def _promotion(cls, **vals):
        return cls.env["loyalty.program"].create(
            {
                "name": "Spring Offer",
                "program_type": "promotion",
                "applies_on": "current",
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(), Command.create({"reward_point_mode": "order", "reward_point_amount": 1})
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", "discount_mode": "percent", "discount": 10}),
                ],
                **vals,
            }
        )  # fmt: skip

    @classmethod
    def _card(cls, partner, points=0.0, program=None):
        return cls.env["loyalty.card"].create(
            {"partner_id": partner.id, "program_id": (program or cls.program).id, "points": points}
        )

    @classmethod
    def _spend(cls, order, card, reward=None):
        """Take the reward on the order, as the wizard does."""
        order._update_programs_and_rewards()
        status = order._apply_program_reward(reward or card.program_id.reward_ids, card)
        assert not status, status
        order._update_programs_and_rewards()
        return order

    def _entries(self, card, *causes):
        entries = self.env["loyalty.ledger"].search([("card_id", "=", card.id)], order="id")
        return entries.filtered(lambda e: not causes or e.cause in causes)

    def _statement(self, card):
        return [(entry.cause, entry.amount, entry.balance) for entry in self._entries(card)]

    def assertProved(self):
        """Every balance is the sum of its entries, and none is negative."""
        self.assertEqual(self.engine._deviations(), [])
        self.assertFalse(self.env["loyalty.card"].search([("points", "<", 0)]))

    @classmethod
    def _credit(cls, invoice, share=1.0):
        """Post a credit note of the invoice for a share of every quantity."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "test"})
        )
        credit_note = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if share != 1.0:
            for line in credit_note.invoice_line_ids:
                line.quantity *= share
        credit_note.action_post()
        return credit_note

    @classmethod
    def _invoice(cls, order):
        order.order_line.filtered(lambda line: line.product_id.invoice_policy == "delivery").qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice
