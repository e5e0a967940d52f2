from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyValuation(models.Model):
    """What open points are worth on a key date, programme by programme; frozen once confirmed."""

    _name = "loyalty.valuation"
    _description = "Valuation of Open Points"
    _order = "key_date desc, id desc"
    _rec_name = "key_date"

    key_date = fields.Date(required=True, default=lambda self: fields.Date.context_today(self))
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Draft"), ("confirmed", "Confirmed")], required=True, readonly=True, default="draft", copy=False
    )
    line_ids = fields.One2many("loyalty.valuation.line", "valuation_id")
    money_value = fields.Monetary(
        "Like Money", compute="_compute_values", help="Gift cards and eWallets: owed in full."
    )
    discount_value = fields.Monetary("Discounts", compute="_compute_values", help="Points that reduce a later price.")
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    confirmed_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("line_ids.value", "line_ids.money_like")
    def _compute_values(self):
        for valuation in self:
            like_money = valuation.line_ids.filtered("money_like")
            valuation.money_value = sum(like_money.mapped("value"))
            valuation.discount_value = sum((valuation.line_ids - like_money).mapped("value"))

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self._check_open()

    def _check_open(self):
        if any(valuation.state == "confirmed" for valuation in self):
            raise UserError(self.env._("A confirmed valuation is never changed."))

    def action_compute(self):
        """Read the balances of the key date from the ledger; costs set by hand stay."""
        self._check_open()
        for valuation in self:
            by_hand = {line.program_id.id: line.cost_per_point for line in valuation.line_ids}
            rows = self.env["loyalty.ledger.engine"].sudo()._open_points(valuation.company_id, valuation.key_date)
            programs = self.env["loyalty.program"].browse([row["program_id"] for row in rows])
            valuation.line_ids.unlink()
            self.env["loyalty.valuation.line"].create(
                [
                    {
                        **row,
                        "valuation_id": valuation.id,
                        "money_like": program.ledger_money_like,
                        "cost_per_point": by_hand.get(program.id, program._ledger_cost_per_point()),
                    }
                    for row, program in zip(rows, programs)
                ]
            )
        return True

    def action_confirm(self):
        """Freeze the figures."""
        for valuation in self:
            if not valuation.line_ids:
                valuation.action_compute()
            valuation.write(
                {"state": "confirmed", "confirmed_by_id": self.env.uid, "confirmed_on": fields.Datetime.now()}
            )
        return True
