from odoo import fields, models


class LoyaltyCardHolder(models.Model):
    """Who was given a card of which programme: the row that two simultaneous first orders both want to count up."""

    _name = "loyalty.card.holder"
    _description = "Holder of a Card"
    _log_access = False

    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    claims = fields.Integer(default=0)

    _holder_uniq = models.Constraint("UNIQUE(program_id, partner_id)", "One row per program and customer.")
