from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_goal import PATHS, TOKEN, WINDOWS

# what makes a goal the goal it is: once it was started, changing one of these keeps what was before
DEFINITION_FIELDS = {
    "kpi_id",
    "window",
    "group_id",
    "team_id",
    "baseline",
    "target",
    "start_date",
    "end_date",
    "path",
    "step_count",
    "tolerance_yellow",
    "tolerance_red",
}


class CrmGoalVersion(models.Model):
    """What a goal was before somebody changed it; rows are added, never changed."""

    _name = "crm.goal.version"
    _description = "Former Version of a Goal"
    _order = "id desc"
    _rec_name = "goal_id"

    goal_id = fields.Many2one("crm.goal", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    changed_on = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    changed_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    reason = fields.Char(readonly=True)
    kpi_id = fields.Many2one("crm.kpi", "Indicator", readonly=True, ondelete="restrict")
    window = fields.Selection(WINDOWS, "Measured Over", readonly=True)
    group_id = fields.Many2one("crm.customer.group", readonly=True, ondelete="set null", index="btree_not_null")
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null", index="btree_not_null")
    baseline = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    target = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    start_date = fields.Date("Start", readonly=True)
    end_date = fields.Date("End", readonly=True)
    path = fields.Selection(PATHS, "Way to the Target", readonly=True)
    step_count = fields.Integer("Equal Steps", readonly=True, aggregator=None)
    tolerance_yellow = fields.Float("Yellow From", readonly=True, aggregator=None)
    tolerance_red = fields.Float("Red From", readonly=True, aggregator=None)
    baseline_text = fields.Char("Before", compute="_compute_texts")
    target_text = fields.Char("Aim", compute="_compute_texts")

    @api.depends("baseline", "target", "kpi_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for version in self:
            version.baseline_text = version.kpi_id._format(version.baseline, version.company_id)
            version.target_text = version.kpi_id._format(version.target, version.company_id)

    @api.model
    def _for_goals(self, goals):
        """Keep what goals are now, before they are changed."""
        return self.with_context(goal_token=TOKEN).create(
            [
                {
                    "goal_id": goal.id,
                    "company_id": goal.company_id.id,
                    "changed_by_id": self.env.uid,
                    "reason": self.env.context.get("goal_change_reason"),
                    **{
                        name: goal[name].id if goal._fields[name].type == "many2one" else goal[name]
                        for name in DEFINITION_FIELDS
                    },
                }
                for goal in goals
            ]
        )

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get("goal_token") is not TOKEN:
            raise AccessError(self.env._("Former versions are kept by changing a goal alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("A former version cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_version(self):
        raise AccessError(self.env._("A former version cannot be deleted."))
