from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_feedback_consent = fields.Selection(
        [("given", "Only who gave consent to e-mail"), ("not_objected", "Everybody who has not objected")],
        "Who Is Asked for Feedback",
        default="given",
        required=True,
        help="A question about satisfaction by e-mail is advertising (BGH, 10 July 2018, VI ZR 225/17): § 7 (2) UWG asks for"
        " consent given before.",
    )
    kundenbindung_feedback_minimum = fields.Integer(
        "Answers Needed for a Figure", default=10, help="With fewer answers a figure says “too few answers”."
    )

    _kundenbindung_feedback_minimum = models.Constraint(
        "CHECK(kundenbindung_feedback_minimum >= 1)", "At least one answer is needed for a figure."
    )
