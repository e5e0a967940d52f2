from odoo import api, fields, models

from .crm_feedback_answer import AUDIENCES


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    feedback_audience = fields.Selection(
        AUDIENCES,
        "Feedback Of",
        help="Answers of this survey count for satisfaction. Of employees only the scores are taken over, no person.",
    )

    @api.model
    def _action_fill_in_employee_survey(self):
        """Open the latest survey of employees, to be filled in on the spot."""
        survey = self.search(
            [("feedback_audience", "=", "employee"), ("access_mode", "=", "public")], order="id desc", limit=1
        )
        if not survey:
            return self.env["ir.actions.act_window"]._for_xml_id("survey.action_survey_form")
        return {"type": "ir.actions.act_url", "url": survey.get_start_url(), "target": "new"}
