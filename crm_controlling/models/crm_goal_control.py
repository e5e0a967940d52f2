from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_goal import MANAGER_GROUP
from .crm_goal_version import DEFINITION_FIELDS

AT_ONCE = 20_000  # customers of a company up to which goals are measured while somebody waits


class CrmGoal(models.Model):
    """The life of a goal: started, measured, changed, ended."""

    _inherit = "crm.goal"

    assessment_id = fields.Many2one(
        "crm.value.assessment",
        "Made From",
        ondelete="set null",
        index="btree_not_null",
        help="The value assessment that it was made from.",  # fmt: skip
    )
    measurement_ids = fields.One2many("crm.goal.measurement", "goal_id", "Measurements", readonly=True)
    version_ids = fields.One2many("crm.goal.version", "goal_id", "Former Versions", readonly=True)
    version_count = fields.Integer("Changes", compute="_compute_version_count")

    @api.depends("version_ids")
    def _compute_version_count(self):
        for goal in self:
            goal.version_count = len(goal.version_ids)

    @api.model_create_multi
    def create(self, vals_list):
        goals = super().create(vals_list)
        goals._measure_soon()
        return goals

    def write(self, vals):
        defining = DEFINITION_FIELDS & vals.keys() if not self._is_internal() else set()
        started = self.filtered(lambda goal: goal.state != "setting")
        begun = self.browse()
        if started and defining:
            started._keep_version(vals)
        if "stage_id" in vals and self.env["crm.goal.stage"].browse(vals["stage_id"]).state in ("control", "steering"):
            begun = self - started
            begun._check_startable()
        result = super().write(vals)
        if begun:
            begun._judge()
        if defining or "step_ids" in vals:
            self._internal().write({"measure_due": True})
            self._measure_soon()
        return result

    def _keep_version(self, vals):
        """Keep what a goal was before it is changed; only a manager changes a goal that was started."""
        changed = self.filtered(
            lambda goal: any(
                goal._fields[name].convert_to_cache(value, goal)
                != goal._fields[name].convert_to_cache(goal[name], goal)
                for name, value in vals.items()
                if name in DEFINITION_FIELDS
            )
        )
        if changed and not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a manager changes a goal that was started."))
        self.env["crm.goal.version"].sudo()._for_goals(changed)

    # -- steps ------------------------------------------------------------------------------------

    def action_start(self):
        """From now on the goal is compared with its plan; the baseline stays as it was measured."""
        self.check_access("write")
        control = self._stage("control")
        for goal in self:
            if goal.state != "setting":
                raise UserError(self.env._("“%s” was started already.", goal.name))
            if goal.measure_due and goal._is_small():
                goal._measure(full=True)
        self.write({"stage_id": control.id})

    def action_measure(self):
        """Measure anew, the past three years too: at once, in a big company in the background."""
        self.check_access("read")
        if all(goal._is_small() for goal in self):
            self._measure(full=True)
            return None
        self.sudo()._internal().write({"measure_due": True})
        self._measure_soon()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": self.env._("Measured in the background, within a few minutes.")},
        }

    def _check_startable(self):
        for goal in self:
            if goal.measure_due and not goal._is_small() and not goal.baseline_entered:
                raise UserError(self.env._("“%s” is still being measured. Start it in a few minutes.", goal.name))
            if not goal.baseline_on and not goal.baseline_entered:
                raise UserError(
                    self.env._(
                        "There is no data from before “%s” starts: nobody can tell what it begins with. Enter the baseline, measure it over a shorter time, or start later.",
                        goal.name,
                    )
                )
            if goal.target == goal.baseline:
                raise UserError(self.env._("Enter what “%s” is to reach first.", goal.name))
            if (goal.target > goal.baseline) != (goal.direction == "higher"):
                better = dict(goal.kpi_id._fields["direction"]._description_selection(self.env))[goal.direction]
                raise UserError(
                    self.env._(
                        "“%(goal)s” would lead from %(baseline)s to %(target)s, but: %(direction)s.",
                        goal=goal.name,
                        baseline=goal.baseline_text,
                        target=goal.target_text,
                        direction=better,
                    )
                )

    # -- measuring --------------------------------------------------------------------------------

    def _measure(self, full=False):
        self.env["crm.goal.engine"].sudo()._measure(self.sudo(), full)

    def _judge(self):
        """Compare what is measured already with the plan."""
        engine = self.env["crm.goal.engine"].sudo()
        engine._judge(self.sudo())

    def _measure_soon(self):
        """Measure what is due: at once where the company is small, else in the background."""
        due = self.sudo().filtered("measure_due")
        small = due.filtered(lambda goal: goal._is_small())
        if small:
            small._measure()
        if due - small:
            self.env.ref("crm_controlling.ir_cron_goal_due").sudo()._trigger()

    def _is_small(self):
        """Whether the company has so few customers that nobody waits."""
        self.ensure_one()
        values = self.env["crm.customer.value"].sudo()
        return values.search_count([("company_id", "=", self.company_id.id)], limit=AT_ONCE + 1) <= AT_ONCE

    def _finish(self):
        """The goal is over and measured up to its end: it was reached, or missed."""
        self.ensure_one()
        self.stage_id = self._stage("reached" if self._is_reached(self.actual) else "missed")
        if self.user_id:
            self.activity_schedule(
                "crm_controlling.mail_activity_goal_lessons",
                user_id=self.user_id.id,
                note=self.env._("The goal is over. What did you learn on the way? Write it down with the goal."),
            )

    # -- opens ------------------------------------------------------------------------------------

    def action_view_measurements(self):
        """Open what was measured, the newest of each period first; corrections are one filter away."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_goal_measurement_action")
        return dict(
            action, domain=[("goal_id", "=", self.id)], context={"search_default_latest": 1}, display_name=self.name
        )

    def action_view_versions(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Former Versions: %s", self.name),
            "res_model": "crm.goal.version",
            "views": [(False, "list"), (False, "form")],
            "domain": [("goal_id", "=", self.id)],
        }

    def action_change(self):
        """Change a goal that was started, with a reason; what it was before stays."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Goal"),
            "res_model": "crm.goal.change",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_goal_id": self.id},
        }
