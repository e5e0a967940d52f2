from odoo import fields, models


class CrmGoalStep(models.Model):
    """What shall be reached by a day on the way: one step of a goal that goes in steps."""

    _name = "crm.goal.step"
    _description = "Step of a Goal"
    _order = "date, id"
    _rec_name = "date"

    goal_id = fields.Many2one("crm.goal", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="goal_id.company_id", store=True, index=True)
    date = fields.Date("From", required=True)
    value = fields.Float(digits=(16, 4), required=True, aggregator=None, help="Rates as a part of 1.")

    _day_uniq = models.Constraint("UNIQUE(goal_id, date)", "One step a day.")
