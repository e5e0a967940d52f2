from odoo import fields, models


class CrmComplaintRemedy(models.Model):
    """What we do to make up for it: an apology, rework, a refund …"""

    _name = "crm.complaint.remedy"
    _description = "Remedy of Complaints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    booked = fields.Boolean(
        "Booked Elsewhere",
        help="A credit note, a discount or an order says already what this costs. It lowers the contribution margin there"
        " and is not charged to the complaint again.",
    )
