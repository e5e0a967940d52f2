from odoo import fields, models


class LoyaltyUsageClaim(models.Model):
    """Which order used a programme with limited uses, so that it is counted once and given back when cancelled."""

    _name = "loyalty.usage.claim"
    _description = "Use of a Program"
    _log_access = False

    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")

    _claim_uniq = models.Constraint("UNIQUE(program_id, order_id)", "An order uses a program once.")
