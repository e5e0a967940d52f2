from odoo import api, fields, models


class CrmGoal(models.Model):
    """What has to be delivered for a goal."""

    _inherit = "crm.goal"

    requirement_ids = fields.One2many("crm.requirement", "goal_id", "Requirements")
    requirement_count = fields.Integer("Number of Requirements", compute="_compute_requirement_count")

    @api.depends("requirement_ids")
    def _compute_requirement_count(self):
        counts = dict(self.env["crm.requirement"]._read_group([("goal_id", "in", self.ids)], ["goal_id"], ["__count"]))
        for goal in self:
            goal.requirement_count = counts.get(goal, 0)

    def action_view_requirements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_requirement_action")
        return dict(action, domain=[("goal_id", "=", self.id)], context={"default_goal_id": self.id})
