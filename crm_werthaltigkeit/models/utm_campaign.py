from odoo import models


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    def action_werthaltigkeit_assess(self):
        """Assess what this campaign is worth to customers and company."""
        self.ensure_one()
        return self.env["crm.value.assessment"]._assess(self)
