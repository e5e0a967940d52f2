from odoo import fields, models

STATES = [
    ("setting", "Goal Setting"),
    ("control", "Goal Control"),
    ("steering", "Goal Steering"),
    ("reached", "Reached"),
    ("missed", "Missed"),
]


class CrmGoalStage(models.Model):
    """A column of the board of goals; companies may word and add columns, each means one of five states."""

    _name = "crm.goal.stage"
    _description = "Stage of Goals"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean("Folded")
    state = fields.Selection(STATES, "Means", required=True, default="control")
