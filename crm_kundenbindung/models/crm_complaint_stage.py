from odoo import fields, models

STATES = [("open", "Open"), ("solved", "Solved"), ("cancelled", "Cancelled")]


class CrmComplaintStage(models.Model):
    """A column of the complaints board; what it means for figures is its state."""

    _name = "crm.complaint.stage"
    _description = "Stage of Complaints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fold = fields.Boolean("Folded", help="The column is folded on the board.")
    state = fields.Selection(
        STATES,
        "Means",
        required=True,
        default="open",
        help="Open: somebody has to do something. Solved: the clock stops. Cancelled: it was no complaint; it counts in no figure.",
    )
