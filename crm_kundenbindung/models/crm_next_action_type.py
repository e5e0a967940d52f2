from string import Formatter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# what the texts of a proposal may name: see `crm.next.action._placeholders`
PLACEHOLDERS = (
    "customer",
    "rhythm",
    "last_order",
    "days",
    "orders",
    "amount",
    "product",
    "because",
    "date",
    "subject",
    "cause",
    "count",
)
CONDITIONS = [
    ("rhythm_broken", "Rhythm broken (stage at risk)"),
    ("complaint_open", "Complaint open"),
    ("promise_due", "Promise due"),
    ("new_customer_welcome", "New customer"),
    ("cross_selling", "Something fits that was not bought yet"),
    ("win_back", "Lapsed"),
]


class CrmNextActionType(models.Model):
    """A kind of proposal: under which condition it is made, in which words, and what it becomes when somebody does it."""

    _name = "crm.next.action.type"
    _description = "Kind of Proposal"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    condition = fields.Selection(CONDITIONS, required=True, help="When it is proposed.")
    sequence = fields.Integer(default=10, help="Decides between proposals with the same amount at stake.")
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-hand-o-right")
    reason = fields.Char(
        "Why Now", required=True, translate=True, help="One sentence. Placeholders: {customer}, {rhythm}, {last_order}, {days}, {orders},"
        " {amount}, {product}, {because}, {date}, {subject}, {cause}, {count}.",
    )  # fmt: skip
    proposal = fields.Char(required=True, translate=True, help="What to do; the same placeholders.")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        domain="[('res_model', 'in', (False, 'res.partner'))]",
        ondelete="set null",
        help="What it becomes on the contact; without one a to-do.",
    )
    deadline_days = fields.Integer(
        "Deadline (Days)", default=2, help="Days from “Do it” to the deadline of the activity."
    )
    days = fields.Integer(
        "Within (Days)",
        help="New customer: days since the first purchase. Lapsed: not longer than that many days since the last. Promise: due within that many days."
        " 0: no limit.",
    )
    minimum_stake = fields.Float(
        "At Stake From", default=1.0, help="In the currency of the company; 0: whatever is at stake."
    )
    first = fields.Boolean("Before All Others", help="Comes first whatever else is at stake: what we owe a customer.")
    repeat_days = fields.Integer("Not Again Within (Days)", default=60, help="After it was done.")
    refusal_months = fields.Integer(
        "Refusal Remembered (Months)", default=6, help="So long it is not proposed again after somebody refused it."
    )

    _numbers = models.Constraint(
        "CHECK(deadline_days >= 0 AND days >= 0 AND minimum_stake >= 0 AND repeat_days >= 0 AND refusal_months >= 0)",
        "Days, months and amounts are not negative.",
    )

    @api.constrains("reason", "proposal")
    def _check_placeholders(self):
        for kind in self:
            for text in (kind.reason, kind.proposal):
                self._check_text(text)

    def _check_text(self, text):
        try:
            names = [name for _text, name, _spec, _conversion in Formatter().parse(text or "") if name is not None]
        except ValueError as error:
            raise ValidationError(self.env._("A brace in “%s” is not closed.", text)) from error
        if unknown := [name for name in names if name not in PLACEHOLDERS]:
            raise ValidationError(
                self.env._(
                    "“%(unknown)s” is no placeholder. These are: %(known)s",
                    unknown=unknown[0],
                    known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                )
            )
