from odoo import api, fields, models


class CrmGoal(models.Model):
    """A goal in words: values with the unit of its indicator."""

    _inherit = "crm.goal"

    baseline_text = fields.Char("Before", compute="_compute_texts")
    target_text = fields.Char("Aim", compute="_compute_texts")
    actual_text = fields.Char("Now", compute="_compute_texts")
    plan_text = fields.Char("Planned", compute="_compute_texts")
    forecast_text = fields.Char("Expected", compute="_compute_texts")

    @api.depends("baseline", "baseline_on", "target", "actual", "plan", "forecast", "forecast_known", "kpi_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for goal in self:
            known = goal.actual_known
            goal.baseline_text = goal._figure(goal.baseline if goal.baseline_on or goal.baseline else None)
            goal.target_text = goal._figure(goal.target)
            goal.actual_text = goal._figure(goal.actual if known else None)
            goal.plan_text = goal._figure(goal.plan if known else None)
            goal.forecast_text = goal._figure(goal.forecast if goal.forecast_known else None)

    def _figure(self, value):
        """A value in words, in the unit of the indicator; None is "no data"."""
        self.ensure_one()
        if not self.kpi_id:
            return ""
        return self.kpi_id._format(value, self.company_id)
