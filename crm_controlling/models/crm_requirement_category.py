from odoo import fields, models


class CrmRequirementCategory(models.Model):
    """A chapter of a specification: processes, data, functions …"""

    _name = "crm.requirement.category"
    _description = "Chapter of Requirements"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
