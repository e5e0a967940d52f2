from odoo import fields, models


class CrmTouchpointReason(models.Model):
    """Why goods came back, or what a complaint is about."""

    _name = "crm.touchpoint.reason"
    _description = "Reason of a Return or Complaint"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("return", "Return"), ("complaint", "Complaint")], required=True, default="return", string="Used for"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
