from odoo import api, fields, models
from odoo.exceptions import UserError

FIELDS = ("target", "end_date", "tolerance_yellow", "tolerance_red")


class CrmGoalChange(models.TransientModel):
    """Changes a goal that was started, and says why; the former version stays with the goal."""

    _name = "crm.goal.change"
    _description = "Change Goal"

    goal_id = fields.Many2one("crm.goal", required=True, readonly=True, ondelete="cascade")
    review_id = fields.Many2one("crm.goal.review", readonly=True, ondelete="cascade")
    unit = fields.Selection(related="goal_id.unit")
    former_target = fields.Char(related="goal_id.target_text", string="So Far")
    target = fields.Float(digits=(16, 4), compute="_compute_from_goal", store=True, readonly=False)
    end_date = fields.Date("End", compute="_compute_from_goal", store=True, readonly=False, required=True)
    tolerance_yellow = fields.Float("Yellow From", compute="_compute_from_goal", store=True, readonly=False)
    tolerance_red = fields.Float("Red From", compute="_compute_from_goal", store=True, readonly=False)
    reason = fields.Char(required=True)

    @api.depends("goal_id")
    def _compute_from_goal(self):
        for change in self:
            for name in FIELDS:
                change[name] = change.goal_id[name]

    def action_apply(self):
        """Change the goal; a review that it was decided in is closed with the reason."""
        self.ensure_one()
        vals = {name: self[name] for name in FIELDS if self[name] != self.goal_id[name]}
        if not vals:
            raise UserError(self.env._("Nothing is changed."))
        if self.review_id:
            self.review_id._decide("change", self.reason)
        goal = self.goal_id.with_context(goal_change_reason=self.reason)
        goal.write(vals)
        goal.message_post(body=self.env._("Goal changed: %s", self.reason))
        return {"type": "ir.actions.act_window_close"}
