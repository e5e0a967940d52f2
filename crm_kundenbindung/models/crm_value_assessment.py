from odoo import api, models


class CrmValueAssessment(models.Model):
    """An assessment that is done carries the measure it is about to the next stage."""

    _inherit = "crm.value.assessment"

    @api.model
    def _subject_models(self):
        """A measure can be chosen; else the form would lose the one it was opened with."""
        return [*super()._subject_models(), "crm.measure"]

    def action_done(self):
        result = super().action_done()
        ids = [assessment.res_id for assessment in self if assessment.res_model == "crm.measure"]
        self.env["crm.measure"].sudo().browse(ids).exists()._note_assessment()
        return result
