from odoo import api, models

from odoo.addons.crm_werthaltigkeit.demo.workshop import PARAMETER

from ..demo import workshop_groups, workshop_points, workshop_retention, workshop_service


class CrmWerthaltigkeitDemo(models.AbstractModel):
    _inherit = "crm.werthaltigkeit.demo"

    @api.model
    @api.private
    def generate(self):
        """Give the workshop two years of points, complaints and promises, and a life cycle with its changes, once."""
        generated = super().generate()
        if self.env["ir.config_parameter"].sudo().get_param(PARAMETER):
            for theme in (workshop_points, workshop_service, workshop_retention, workshop_groups):
                generated = theme.generate(self.env) or generated
        return generated
