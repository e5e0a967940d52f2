from odoo import fields, models
from odoo.exceptions import UserError

from ..movement import KEY, Movement


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    reason_id = fields.Many2one("loyalty.ledger.reason")
    debt = fields.Float(related="card_id.ledger_debt")

    def action_update_card_point(self):
        """A manager changes the balance, and says why."""
        self._check_reason()
        movement = Movement("adjustment", cause="adjustment", reason_id=self.reason_id.id)
        wizard = self.with_context(**{KEY: movement})
        return super(LoyaltyCardUpdateBalance, wizard).action_update_card_point()

    def action_waive_debt(self):
        """Let the customer off the debt: it is given as points and paid back with them."""
        self._check_reason()
        card = self.card_id
        card.check_access("write")
        debt = card.ledger_debt
        movement = Movement("adjustment", cause="adjustment", reason_id=self.reason_id.id)
        card._move([{"amount": debt, "cause": "adjustment"}, {"amount": -debt, "cause": "debt"}], movement)
        return {"type": "ir.actions.act_window_close"}

    def _check_reason(self):
        self.ensure_one()
        self.env["loyalty.card"]._check_ledger_manager()
        if not self.reason_id and not self.env.su:
            raise UserError(self.env._("Changing a balance by hand needs a reason."))
