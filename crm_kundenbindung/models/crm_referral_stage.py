from odoo import fields, models

STATES = [
    ("named", "Named"),
    ("lead", "Lead"),
    ("customer", "Customer"),
    ("rewarded", "Rewarded"),
    ("refused", "Refused"),
]


class CrmReferralStage(models.Model):
    """A stage of referrals, worded as the company wants; what happened decides in which one a referral is."""

    _name = "crm.referral.stage"
    _description = "Stage of Referrals"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    state = fields.Selection(STATES, "Means", required=True, default="named")
    fold = fields.Boolean("Folded in Kanban")

    _state_uniq = models.Constraint("UNIQUE(state)", "There is a stage of this meaning already.")
