from odoo import api, fields, models

MINIMUM = 10  # customers on either side below which nothing is compared


class CrmComplaintEffect(models.Model):
    """Repurchase within 12 months of customers whose complaint was solved, beside comparable ones without complaint.

    A comparison, no proof. One row per company and kind of solution, written each night by
    `crm.complaint.effect.engine`.
    """

    _name = "crm.complaint.effect"
    _description = "Repurchase After Complaints"
    _order = "sequence"
    _rec_name = "solution"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    sequence = fields.Integer(readonly=True)
    solution = fields.Selection(
        [("all", "Complaint solved"), ("in_time", "Solved in time"), ("late", "Solved late")],
        required=True,
        readonly=True,
    )
    date_from = fields.Date("Solved From", readonly=True)
    date_to = fields.Date("Solved Until", readonly=True)
    complainants = fields.Integer(
        readonly=True, help="Customers whose complaint was solved, 12 months or longer ago, and who can be compared."
    )
    repurchased = fields.Integer("Bought Again", readonly=True, help="Within 12 months after the solution.")
    unmatched = fields.Integer(
        "Without Comparable Customers", readonly=True, help="Complainants of whose kind nobody was without a complaint."
    )
    comparison_count = fields.Float("Comparable Customers", readonly=True, digits=(12, 0))
    comparison_repurchased = fields.Float("Comparable Ones That Bought", readonly=True, digits=(12, 1))
    rate = fields.Float("Bought Again (%)", compute="_compute_rates")
    comparison_rate = fields.Float("Without Complaint (%)", compute="_compute_rates")
    difference = fields.Float(compute="_compute_rates")
    low = fields.Float("Difference From", readonly=True)
    high = fields.Float("Difference To", readonly=True)
    too_few = fields.Boolean(readonly=True)
    headline = fields.Char("In Figures", compute="_compute_result")
    comparison = fields.Char("The Others", compute="_compute_result")
    result = fields.Char("What It Says", compute="_compute_result")

    _solution_uniq = models.Constraint("UNIQUE(company_id, solution)", "One row per company and kind of solution.")

    @api.depends("complainants", "repurchased", "comparison_count", "comparison_repurchased")
    def _compute_rates(self):
        for effect in self:
            effect.rate = effect.repurchased / effect.complainants if effect.complainants else 0
            effect.comparison_rate = (
                effect.comparison_repurchased / effect.comparison_count if effect.comparison_count else 0
            )
            effect.difference = effect.rate - effect.comparison_rate

    @api.depends("too_few", "low", "high", "complainants", "difference")
    @api.depends_context("lang")
    def _compute_result(self):
        """Say it in words: a difference, none that can be shown, or too few."""
        _ = self.env._
        for effect in self:
            effect.headline = _(
                "%(repurchased)s of %(complainants)s bought again within 12 months (%(share)s %%)",
                repurchased=effect.repurchased,
                complainants=effect.complainants,
                share=round(effect.rate * 100),
            )
            effect.comparison = _("Comparable customers without complaint: %s %%", round(effect.comparison_rate * 100))
            if effect.too_few:
                effect.result = _(
                    "Too few to compare: %(number)s complainants with comparable customers, at least %(minimum)s are needed.",
                    number=effect.complainants,
                    minimum=MINIMUM,
                )
                continue
            span = {
                "points": _points(effect.difference),
                "low": _points(effect.low),
                "high": _points(effect.high),
            }
            if effect.low > 0:
                effect.result = _("Bought again more often: %(points)s percentage points [%(low)s … %(high)s].", **span)
            elif effect.high < 0:
                effect.result = _("Bought again less often: %(points)s percentage points [%(low)s … %(high)s].", **span)
            else:
                effect.result = _(
                    "No difference that can be shown with this number of customers: %(points)s percentage points [%(low)s … %(high)s].",
                    **span,
                )

    def action_view_complaints(self):
        """Open the complaints behind the row."""
        self.ensure_one()
        domain = [
            ("company_id", "child_of", self.company_id.id),
            ("state", "=", "solved"),
            ("closed_on", ">=", self.date_from),
            ("closed_on", "<", self.date_to),
        ]
        if self.solution != "all":
            domain.append(("timeliness", "=", self.solution))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complaints Solved"),
            "res_model": "crm.complaint",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
        }


def _points(share):
    """A difference of shares as percentage points with its sign."""
    return f"{share * 100:+.0f}".replace("-", "−")
