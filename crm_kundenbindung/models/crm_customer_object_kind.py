from odoo import fields, models


class CrmCustomerObjectKind(models.Model):
    """What customers own and we look after: a car, a machine; how it is told apart from others of its kind."""

    _name = "crm.customer.object.kind"
    _description = "Kind of Object"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-cube", help="Font Awesome class shown beside the object.")
    identification_label = fields.Char(
        "Told Apart By",
        required=True,
        translate=True,
        default=lambda self: self.env._("Serial number"),
        help="What the identification is called, for example “Licence plate” or “Serial number”.",
    )
    due_kind_ids = fields.Many2many("crm.customer.object.due.kind", string="Due Regularly")
