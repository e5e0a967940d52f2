from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_proposals_per_person = fields.Integer(
        "Proposals per Salesperson",
        default=100,
        help="Of the next steps those with most at stake are proposed; what is owed to a customer always is. 0: no limit.",
    )

    _kundenbindung_proposals = models.Constraint(
        "CHECK(kundenbindung_proposals_per_person >= 0)", "The number of proposals per salesperson is not negative."
    )
