from odoo import fields, models


class CrmValueAssessment(models.Model):
    """What an assessment found wanting becomes a goal with one click."""

    _inherit = "crm.value.assessment"

    goal_ids = fields.One2many("crm.goal", "assessment_id", "Goals", groups="crm_controlling.group_controlling_user")
    goal_count = fields.Integer(
        "Goals Made From It", compute="_compute_goal_count", groups="crm_controlling.group_controlling_user"
    )

    def _compute_goal_count(self):
        counts = dict(
            self.env["crm.goal"]._read_group([("assessment_id", "in", self.ids)], ["assessment_id"], ["__count"])
        )
        for assessment in self:
            assessment.goal_count = counts.get(assessment, 0)

    def action_create_goal(self):
        """Open a new goal with what the assessment says; the indicator is the person's choice."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Goal"),
            "res_model": "crm.goal",
            "views": [(False, "form")],
            "context": {
                "default_name": self.name,
                "default_description": self.purpose or self.subject_name or False,
                "default_assessment_id": self.id,
                "default_company_id": self.company_id.root_id.id,
                "default_user_id": self.user_id.id,
                "default_kind": "value",
            },
        }

    def action_view_goals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_goal_action")
        return dict(action, domain=[("assessment_id", "=", self.id)], context={}, display_name=self.name)
