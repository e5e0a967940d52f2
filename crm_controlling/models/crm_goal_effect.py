from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_goal import TOKEN


class CrmGoalEffect(models.Model):
    """What an evaluated measure did to the indicator of its goal: treated against control customers, in the measure's time.

    The share is the treated customers' part of all that is below the line: so far the difference moves the whole indicator.
    """

    _name = "crm.goal.effect"
    _description = "Effect of a Measure on a Goal"
    _order = "id desc"
    _rec_name = "measure_id"

    goal_id = fields.Many2one("crm.goal", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    measure_id = fields.Many2one("crm.measure", required=True, readonly=True, ondelete="cascade", index=True)
    result_id = fields.Many2one("crm.measure.result", required=True, readonly=True, ondelete="cascade", index=True)
    kpi_id = fields.Many2one("crm.kpi", "Indicator", required=True, readonly=True, ondelete="restrict")
    date_start = fields.Date("From", required=True, readonly=True)
    date_end = fields.Date("To", required=True, readonly=True)
    final = fields.Boolean(related="result_id.final")
    verdict = fields.Selection(related="result_id.verdict")
    treated_count = fields.Integer("Treated Counted", readonly=True, aggregator=None)
    control_count = fields.Integer("Control Counted", readonly=True, aggregator=None)
    treated_value = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    control_value = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    has_data = fields.Boolean(readonly=True)
    bounded = fields.Boolean("Has an Interval", readonly=True)
    difference = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    low = fields.Float("From (95 %)", digits=(16, 4), readonly=True, aggregator=None)
    high = fields.Float("To (95 %)", digits=(16, 4), readonly=True, aggregator=None)
    share = fields.Float(readonly=True, aggregator=None)
    moved = fields.Float("Moved the Goal By", digits=(16, 4), readonly=True, aggregator=None)
    words = fields.Text("In Words", compute="_compute_words")

    _result_uniq = models.Constraint("UNIQUE(goal_id, result_id)", "An evaluation has one effect on a goal.")

    @api.depends("goal_id", "treated_value", "control_value", "difference", "low", "high", "moved")
    @api.depends_context("lang")
    def _compute_words(self):
        for effect in self:
            effect.words = " ".join(effect._sentences())

    def _sentences(self):
        _, goal = self.env._, self.goal_id
        if not self.has_data:
            return [_("The goal's indicator has no data for both the treated customers and the control group.")]
        figures = {
            "kpi": self.kpi_id.name,
            "treated": self.kpi_id._format(self.treated_value, self.company_id),
            "control": self.kpi_id._format(self.control_value, self.company_id),
            "difference": goal._difference(self.difference),
            "low": goal._difference(self.low),
            "high": goal._difference(self.high),
            "moved": goal._difference(self.moved),
        }
        told = [_("%(kpi)s: %(treated)s of the treated customers, %(control)s in the control group.", **figures)]
        if not self.bounded:
            told.append(_("Difference %(difference)s, without an interval.", **figures))
        elif self.low <= 0 <= self.high:
            told.append(_("Difference %(difference)s, between %(low)s and %(high)s: not demonstrable with this number of customers.", **figures))  # fmt: skip
        else:
            told.append(_("Difference %(difference)s, between %(low)s and %(high)s.", **figures))
        if self.share:
            told.append(_("The goal's indicator as a whole moved by about %(moved)s through it.", **figures))
        return told

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get("goal_token") is not TOKEN:
            raise AccessError(self.env._("Effects are written by the evaluation of measures alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("An effect cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_effect(self):
        raise AccessError(self.env._("An effect cannot be deleted."))

    def action_view_measure(self):
        self.ensure_one()
        return self.measure_id.get_formview_action()
