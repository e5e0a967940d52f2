from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .crm_goal import KINDS, PATHS, WINDOWS


class CrmGoalTemplate(models.Model):
    """A goal that many small firms set: an indicator, and by how much it shall change within how long."""

    _name = "crm.goal.template"
    _description = "Template of a Goal"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text("Why", translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="retention")
    kpi_code = fields.Char("Code of the Indicator", required=True)
    kpi_id = fields.Many2one("crm.kpi", "Indicator", compute="_compute_kpi_id")
    window = fields.Selection(WINDOWS, "Measured Over", required=True, default="12")
    path = fields.Selection(PATHS, "Way to the Target", required=True, default="linear")
    months = fields.Integer("Months to Reach It", required=True, default=12)
    change_kind = fields.Selection(
        [("part", "Part of the baseline"), ("points", "In the unit of the indicator"), ("target", "The target itself")],
        "Change Is",
        required=True,
        default="part",
    )
    change = fields.Float(digits=(16, 4), aggregator=None, help="0.1: by a tenth of the baseline, or by ten percentage points of a rate; negative: downwards.")  # fmt: skip

    _months_positive = models.Constraint("CHECK(months BETWEEN 1 AND 120)", "1 to 120 months.")

    def _compute_kpi_id(self):
        kpis = {kpi.code: kpi for kpi in self.env["crm.kpi"]._computable()}
        for template in self:
            template.kpi_id = kpis.get(template.kpi_code, self.env["crm.kpi"])

    def action_create_goal(self):
        """Set the goal and open it: measured, with a target that follows from where the company stands."""
        self.ensure_one()
        if not self.kpi_id:
            raise UserError(
                self.env._("The indicator of this template is not there: its app is missing, or it is archived.")
            )
        goal = self.env["crm.goal"].create([self._prepare_goal_vals()])
        goal.target = self._target(goal)
        return goal.get_formview_action()

    def _prepare_goal_vals(self):
        start = self.env["crm.goal"]._default_start()
        return {
            "name": self.name,
            "description": self.description,
            "kind": self.kind,
            "kpi_id": self.kpi_id.id,
            "window": self.window,
            "path": self.path,
            "start_date": start,
            "end_date": start + relativedelta(months=self.months, days=-1),
        }

    def _target(self, goal):
        """The target from the measured baseline, as a round number."""
        if self.change_kind == "target":
            return self.change
        change = self.change if self.change_kind == "points" else self.change * abs(goal.baseline)
        target = goal.baseline + change
        if self.kpi_id.unit == "rate":
            return round(min(max(target, 0.0), 1.0), 3)
        return round(target, 0 if abs(target) >= 20 else 1)
