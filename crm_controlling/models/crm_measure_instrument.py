from odoo import models


class CrmMeasureInstrument(models.Model):
    _inherit = "crm.measure.instrument"

    def action_goal_measure(self):
        """Prepare a measure with this instrument for the review that it was proposed in."""
        self.ensure_one()
        return self.env["crm.goal.review"]._from_context()._action_measure(self)
