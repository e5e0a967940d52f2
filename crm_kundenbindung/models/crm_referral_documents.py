# One file per concern. pylint: disable=consider-merging-classes-inherited
from odoo import models


class AccountMove(models.Model):
    """Invoices and credit notes of somebody who was recommended: nothing but waking the job that looks at it."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._referral_wake()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._referral_wake()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._referral_wake()
        return result

    def _referral_wake(self):
        moves = self.filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))
        self.env["crm.referral"]._wake(moves.commercial_partner_id)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_cancel(self):
        result = super()._action_cancel()
        self.env["crm.referral"]._wake(self.partner_id.commercial_partner_id)
        return result
