from odoo import api, fields, models

KINDS = [
    ("deviation", "Balance Differs"),
    ("debt", "Debt"),
    ("unlinked", "Credit Note Without Order"),
    ("overrun", "Promotion Overrun"),
    ("job", "Job Failed"),
]


class LoyaltyLedgerIssue(models.Model):
    """What a manager has to look at: a balance that differs from its entries, a debt, a job that failed."""

    _name = "loyalty.ledger.issue"
    _description = "Points to Look At"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    state = fields.Selection([("open", "Open"), ("done", "Done")], required=True, readonly=True, default="open")
    card_id = fields.Many2one("loyalty.card", readonly=True, index="btree_not_null", ondelete="cascade")
    program_id = fields.Many2one("loyalty.program", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    points = fields.Float(readonly=True, help="Points on the card when this was found.")
    expected = fields.Float(readonly=True, help="Sum of the card's entries when this was found.")
    message = fields.Char(readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document ID", model_field="res_model", readonly=True)
    count = fields.Integer("Times", readonly=True, default=1, help="How often it was found again.")
    closed_by_id = fields.Many2one("res.users", readonly=True)

    @api.model
    @api.private
    def _report(self, kind, *, card=None, company=None, message=False, document=None, points=0.0, expected=0.0):
        """Open an issue, or count it once more where the same one is open."""
        issues = self.sudo()
        domain = [
            ("kind", "=", kind),
            ("state", "=", "open"),
            ("card_id", "=", card.id if card else False),
            ("res_model", "=", document._name if document else False),
            ("res_id", "=", document.id if document else False),
        ]
        values = {"message": message, "points": points, "expected": expected}
        if issue := issues.search(domain, limit=1):
            issue.write({**values, "count": issue.count + 1})
            return issue
        return issues.create(
            {
                **values,
                "kind": kind,
                "card_id": card.id if card else False,
                "program_id": card.program_id.id if card else False,
                "company_id": (card.company_id if card else company or self.env.company).id,
                "res_model": document._name if document else False,
                "res_id": document.id if document else False,
            }
        )

    def action_accept_points(self):
        """Believe the card: append the difference to the ledger."""
        self._check_manager()
        for issue in self.sudo().filtered(lambda i: i.kind == "deviation" and i.state == "open"):
            issue.card_id._repair(believe="points")
        return self._close()

    def action_accept_entries(self):
        """Believe the ledger: give the card the sum of its entries."""
        self._check_manager()
        for issue in self.sudo().filtered(lambda i: i.kind == "deviation" and i.state == "open"):
            issue.card_id._repair(believe="entries")
        return self._close()

    def action_done(self):
        self._check_manager()
        return self._close()

    def action_open_card(self):
        self.ensure_one()
        return self.card_id.get_formview_action()

    def _check_manager(self):
        self.env["loyalty.card"]._check_ledger_manager()
        self.check_access("read")

    def _close(self):
        self.sudo().write({"state": "done", "closed_by_id": self.env.uid})
        return True
