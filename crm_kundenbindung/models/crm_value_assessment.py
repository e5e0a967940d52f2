from odoo import models


class CrmValueAssessment(models.Model):
    """An assessment that is done carries the measure it is about to the next stage."""

    _inherit = "crm.value.assessment"

    def action_done(self):
        result = super().action_done()
        ids = [assessment.res_id for assessment in self if assessment.res_model == "crm.measure"]
        self.env["crm.measure"].sudo().browse(ids).exists()._note_assessment()
        return result
