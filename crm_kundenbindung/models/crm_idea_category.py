from odoo import fields, models


class CrmIdeaCategory(models.Model):
    """What ideas are about."""

    _name = "crm.idea.category"
    _description = "Category of Ideas"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
