from odoo import api, fields, models
from odoo.fields import Domain

SEPARATOR = " / "  # between analysis and criterion in a display name


class CrmUtilityCriterion(models.Model):
    """What an option is judged by: with a weight, and if wanted a minimum without which an option is out."""

    _name = "crm.utility.criterion"
    _description = "Criterion of a Utility Analysis"
    _order = "sequence, id"

    analysis_id = fields.Many2one("crm.utility.analysis", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="analysis_id.company_id", store=True)
    name = fields.Char("Criterion", required=True)
    description = fields.Char("What 10 Means", help="e.g. works for every customer without training")
    sequence = fields.Integer(default=10)
    weight = fields.Float(
        digits=(6, 1), help="In percent. Weights that do not add up to 100 count in proportion.", aggregator=None
    )
    knockout = fields.Boolean("Knock-out", help="An option below the minimum is out, whatever else it scores.")
    minimum = fields.Float(digits=(4, 1), default=5.0, aggregator=None, help="0 to 10; mean of the people who score.")

    _name_uniq = models.Constraint("UNIQUE(analysis_id, name)", "There is a criterion of this name already.")
    _weight_not_negative = models.Constraint("CHECK(weight >= 0)", "A weight cannot be negative.")
    _minimum_range = models.Constraint("CHECK(minimum BETWEEN 0 AND 10)", "Scores go from 0 to 10.")

    @api.depends("name", "analysis_id.name")
    @api.depends_context("utility_criterion_short")
    def _compute_display_name(self):
        """With the analysis, so that a name in a spreadsheet means one criterion."""
        short = self.env.context.get("utility_criterion_short")
        for criterion in self:
            criterion.display_name = (
                criterion.name if short else f"{criterion.analysis_id.name}{SEPARATOR}{criterion.name}"
            )

    @api.model
    def _search_display_name(self, operator, value):
        """Find "analysis / criterion" by both parts, and a criterion by its name alone."""
        if operator not in ("=", "in"):
            return super()._search_display_name(operator, value)
        domain = Domain.FALSE
        for name in [value] if isinstance(value, str) else value:
            analysis, separator, criterion = (name or "").rpartition(SEPARATOR)
            found = Domain("name", "=", criterion)
            domain |= found & Domain("analysis_id.name", "=", analysis) if separator else found
        return domain

    @api.model_create_multi
    def create(self, vals_list):
        criteria = super().create(vals_list)
        criteria.analysis_id._check_open()
        criteria.analysis_id._sync_scores()
        return criteria

    def write(self, vals):
        self.analysis_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.analysis_id._check_open()
