from odoo import fields, models


class LoyaltyUsageClaim(models.Model):
    """Which order or receipt used a programme with limited uses, so that it is counted once and given back when cancelled."""

    _name = "loyalty.usage.claim"
    _description = "Use of a Program"
    _log_access = False

    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)

    _claim_uniq = models.Constraint("UNIQUE(program_id, res_model, res_id)", "An order uses a program once.")
    _document_index = models.Index("(res_model, res_id)")
