import math

from odoo import api, fields, models
from odoo.tools import formatLang


class CrmGoal(models.Model):
    """How far a goal and its parts got: the way from baseline to target that lies behind them.

    A part counts from 0 to 1 and with its weight: one that went far beyond its target does not hide one that stands still.
    """

    _inherit = "crm.goal"

    degree = fields.Float(
        "Way Done",
        compute="_compute_degree",
        aggregator=None,
        help="Part of the way from the baseline to the target, 0 to 1.",
    )
    degree_known = fields.Boolean(compute="_compute_degree")
    degree_text = fields.Char("Way Done in Words", compute="_compute_degree")
    parts_degree = fields.Float(
        "Way Done by the Parts",
        compute="_compute_parts",
        aggregator=None,
        help="Mean of its parts by their weights; parts without measurement are left out.",
    )
    parts_known = fields.Boolean(compute="_compute_parts")
    parts_text = fields.Char("Its Parts", compute="_compute_parts")

    @api.depends("actual", "actual_known", "baseline", "baseline_on", "baseline_entered", "target", "state")
    @api.depends_context("lang")
    def _compute_degree(self):
        for goal in self:
            way = goal.target - goal.baseline
            measured = goal.actual_known and (goal.baseline_on or goal.baseline_entered) and goal.state != "setting"
            goal.degree_known = bool(measured and way)
            goal.degree = min(max((goal.actual - goal.baseline) / way, 0.0), 1.0) if goal.degree_known else 0.0
            goal.degree_text = goal._percent(goal.degree) if goal.degree_known else ""

    @api.depends("child_ids.degree", "child_ids.degree_known", "child_ids.weight", "child_ids.active")
    @api.depends_context("lang")
    def _compute_parts(self):
        for goal in self:
            measured = goal.child_ids.filtered(lambda part: part.degree_known and part.weight)
            weight = math.fsum(measured.mapped("weight"))
            goal.parts_known = bool(weight)
            done = math.fsum(part.weight * part.degree for part in measured)
            goal.parts_degree = done / weight if weight else 0.0
            goal.parts_text = goal._words_of_parts(len(goal.child_ids - measured))

    def _words_of_parts(self, without):
        """How far the parts got, and how many of them say nothing about it."""
        count = len(self.child_ids)
        if not count:
            return ""
        told = {"degree": self._percent(self.parts_degree), "without": without, "count": count}
        if not self.parts_known:
            return self.env._("Parts: nothing measured yet in any of %s", count)
        if without:
            return self.env._(
                "Parts: %(degree)s of the way; %(without)s of %(count)s without measurement or weight", **told
            )
        return self.env._("Parts: %(degree)s of the way", **told)

    def _percent(self, share):
        return f"{formatLang(self.env, 100 * share, digits=0)}\N{NO-BREAK SPACE}%"
