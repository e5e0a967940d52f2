from odoo import models


class CrmMeasureLibrary(models.Model):
    _inherit = "crm.measure.library"

    def action_goal_measure(self):
        """Prepare a measure with this instrument for the review that it was proposed in."""
        self.ensure_one()
        review = self.env["crm.goal.review"]._from_context()
        return review._action_measure(self.instrument_id, self.group_id)
