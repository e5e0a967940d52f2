from odoo import fields, models


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    feedback_reason_id = fields.Many2one(
        "crm.touchpoint.reason",
        "Cause of the Feedback",
        ondelete="set null",
        domain="[('kind', '=', 'complaint')]",
        help="Whoever chooses this answer names this cause for the scores of the survey.",
    )
