from odoo import fields, models


class LoyaltyLedgerReason(models.Model):
    """Why a manager changes a balance by hand: rows of the company's own, since entries hold no free text."""

    _name = "loyalty.ledger.reason"
    _description = "Reason for a Change of Points"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "There is a reason of this name already.")
