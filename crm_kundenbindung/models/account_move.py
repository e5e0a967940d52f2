from odoo import models


class AccountMove(models.Model):
    """Credit notes take back earned points and give back spent ones, in proportion to what they credit."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._ledger_settle_orders()
        posted._ledger_tell_unlinked()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._ledger_settle_orders()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._ledger_settle_orders()
        return result

    def _ledger_settle_orders(self):
        """Bring the points of the orders behind these credit notes up to date."""
        refunds = self.sudo().filtered(lambda move: move.move_type == "out_refund")
        for number, refund in enumerate(refunds, 1):
            refund.invoice_line_ids.sale_line_ids.order_id._ledger_settle(document=refund, without=refunds[number:])

    def _ledger_tell_unlinked(self):
        """A credit note without an order cannot say which points it concerns: a person has to."""
        for move in self.sudo():
            if move.move_type != "out_refund" or move.invoice_line_ids.sale_line_ids or not move.partner_id:
                continue
            cards = move.env["loyalty.card"].search(
                [
                    ("partner_id", "child_of", move.commercial_partner_id.id),
                    ("program_id.program_type", "in", ("loyalty", "ewallet")),
                    ("ledger_ids", "!=", False),
                ],
                limit=1,
            )
            if not cards:
                continue
            move.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=move.env._("Points of this credit note"),
                note=move.env._(
                    "This credit note belongs to no order, so no points were taken back or returned. "
                    "Please change the balance of the card where it should be."
                ),
                user_id=(move.invoice_user_id or self.env.user).id,
            )
            move.env["loyalty.ledger.issue"]._report("unlinked", card=cards, document=move, company=move.company_id)
