from odoo import fields, models


class CrmPromiseKind(models.Model):
    """What is promised: a call back, a date, an offer …"""

    _name = "crm.promise.kind"
    _description = "Kind of Promise"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
