from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_feedback_answer import KINDS, MEASURES


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    feedback_kind = fields.Selection(
        KINDS, "Measures Feedback", help="What this question measures in the reports on satisfaction."
    )

    @api.constrains("feedback_kind", "question_type", "scale_min", "scale_max")
    def _check_feedback_scale(self):
        """A score means something only on its own scale."""
        for question in self.filtered("feedback_kind"):
            _name, low, high = MEASURES[question.feedback_kind]
            if question.question_type == "numerical_box":
                continue
            if question.question_type != "scale" or (question.scale_min, question.scale_max) != (low, high):
                raise ValidationError(
                    self.env._(
                        "“%(question)s” measures %(kind)s: it needs a scale from %(low)s to %(high)s.",
                        question=question.title,
                        kind=dict(self._fields["feedback_kind"]._description_selection(self.env))[
                            question.feedback_kind
                        ],
                        low=low,
                        high=high,
                    )
                )
