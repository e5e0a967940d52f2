from odoo import fields, models


class CrmCustomerObjectDueKind(models.Model):
    """What falls due on an object: an inspection, a service, the change of tyres; how often, and when to remind."""

    _name = "crm.customer.object.due.kind"
    _description = "Kind of Due Date"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    months = fields.Integer(
        "Every (Months)", help="When one is done, the next is due so many months later. 0: it does not come again."
    )
    lead_days = fields.Integer(
        "Remind Before (Days)", default=30, help="How long before the day the owner is reminded."
    )

    _not_negative = models.Constraint(
        "CHECK(months >= 0 AND months <= 240 AND lead_days >= 0 AND lead_days <= 366)",
        "Months lie between 0 and 240, days of the reminder between 0 and 366.",
    )
