from odoo import fields, models


class CrmNextActionRefusal(models.Model):
    """Why people refuse a proposal; a company words its own reasons."""

    _name = "crm.next.action.refusal"
    _description = "Reason for Refusing a Proposal"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    months = fields.Integer(
        "Remembered (Months)",
        help="For that long this proposal is not made to this customer again. 0: as long as the kind of proposal says.",
    )

    _months = models.Constraint("CHECK(months >= 0)", "Months are not negative.")
