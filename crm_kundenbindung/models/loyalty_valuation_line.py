from odoo import api, fields, models


class LoyaltyValuationLine(models.Model):
    """The open points of one programme on the key date."""

    _name = "loyalty.valuation.line"
    _description = "Valuation of a Program's Points"
    _order = "money_like desc, value desc, id"

    valuation_id = fields.Many2one("loyalty.valuation", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="valuation_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="valuation_id.currency_id")
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True)
    money_like = fields.Boolean("Like Money", readonly=True)
    cards = fields.Integer("Cards With Points", readonly=True)
    open_points = fields.Float(readonly=True)
    redeemed_points = fields.Float("Redeemed So Far", readonly=True)
    expired_points = fields.Float("Expired So Far", readonly=True)
    expected_share = fields.Float(
        "Expected Redemption", compute="_compute_expected_share", store=True, aggregator=None,
        help="Redeemed ÷ (redeemed + expired), from the history of the program. Where nothing expired yet, and for gift "
        "cards and eWallets: all of it.",
    )  # fmt: skip
    cost_per_point = fields.Monetary(help="What a redeemed point costs us.")
    value = fields.Monetary(
        compute="_compute_value", store=True, help="Open points × expected redemption × cost per point."
    )

    @api.depends("money_like", "redeemed_points", "expired_points")
    def _compute_expected_share(self):
        for line in self:
            gone = line.redeemed_points + line.expired_points
            known = gone > 0 and line.expired_points > 0 and not line.money_like
            line.expected_share = line.redeemed_points / gone if known else 1.0

    @api.depends("open_points", "expected_share", "cost_per_point")
    def _compute_value(self):
        for line in self:
            line.value = line.open_points * line.expected_share * line.cost_per_point

    def write(self, vals):
        self.valuation_id._check_open()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        self.env["loyalty.valuation"].browse([vals["valuation_id"] for vals in vals_list])._check_open()
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self.valuation_id._check_open()
