from odoo import api, models

from odoo.addons.crm_werthaltigkeit.demo.workshop import PARAMETER

from ..demo import workshop_feedback, workshop_groups, workshop_points, workshop_retention, workshop_service


class CrmWerthaltigkeitDemo(models.AbstractModel):
    _inherit = "crm.werthaltigkeit.demo"

    @api.model
    @api.private
    def generate(self):
        """Give the workshop two years of points, opinions, complaints, a life cycle and customer groups, once."""
        generated = super().generate()
        if self.env["ir.config_parameter"].sudo().get_param(PARAMETER):
            themes = (workshop_points, workshop_feedback, workshop_service, workshop_retention, workshop_groups)
            for theme in themes:
                generated = theme.generate(self.env) or generated
        return generated
