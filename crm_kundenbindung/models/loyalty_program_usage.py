from odoo import fields, models


class LoyaltyProgramUsage(models.Model):
    """How often orders used a programme with limited uses: one counter, which every confirmation has to pass."""

    _name = "loyalty.program.usage"
    _description = "Uses of a Program"
    _log_access = False

    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade")
    used = fields.Integer(required=True, default=0)

    _program_uniq = models.Constraint("UNIQUE(program_id)", "One counter per program.")
