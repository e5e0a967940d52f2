from odoo import fields, models

STATES = [("new", "New"), ("review", "Under Review"), ("adopted", "Adopted"), ("declined", "Not Adopted")]


class CrmIdeaStage(models.Model):
    """A column of the board of ideas; companies may word and add columns, each means one of four states."""

    _name = "crm.idea.stage"
    _description = "Stage of Ideas"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean("Folded")
    state = fields.Selection(STATES, "Means", required=True, default="review")
