from odoo import fields, models


class CrmComplaintSeverity(models.Model):
    """How grave a complaint is, and how many days we give ourselves to solve it."""

    _name = "crm.complaint.severity"
    _description = "Severity of Complaints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    days = fields.Integer("Days to Solve", default=5, required=True, help="Days from the complaint to its due date.")
    urgent = fields.Boolean(help="Marked on the board, and first in the lists.")

    _days_not_negative = models.Constraint("CHECK(days >= 0)", "The days to solve a complaint cannot be negative.")
