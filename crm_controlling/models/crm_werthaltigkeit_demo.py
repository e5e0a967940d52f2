from odoo import api, models

from odoo.addons.crm_werthaltigkeit.demo.workshop import PARAMETER

from ..demo import workshop_board, workshop_concept, workshop_goals

THEMES = (workshop_goals, workshop_concept, workshop_board)


class CrmWerthaltigkeitDemo(models.AbstractModel):
    _inherit = "crm.werthaltigkeit.demo"

    @api.model
    @api.private
    def generate(self):
        """Give the workshop goals, a concept and a decision, once."""
        generated = super().generate()
        if self.env["ir.config_parameter"].sudo().get_param(PARAMETER):
            for theme in THEMES:
                generated = theme.generate(self.env) or generated
        return generated
