from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_measure_minimum = fields.Float(
        "Minimum Score of Measures",
        default=5.0,
        digits=(4, 1),
        help="0 to 10: a measure runs only if its value assessment reaches it, or a manager says why not. 0: no assessment needed.",
    )
    kundenbindung_measure_manager_id = fields.Many2one(
        "res.users", "Approves Measures", domain=[("share", "=", False)], ondelete="set null"
    )

    _kundenbindung_measure_minimum = models.Constraint(
        "CHECK(kundenbindung_measure_minimum BETWEEN 0 AND 10)", "Scores go from 0 to 10."
    )
