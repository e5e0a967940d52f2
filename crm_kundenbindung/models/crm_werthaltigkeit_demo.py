from odoo import api, models

from odoo.addons.crm_werthaltigkeit.demo.workshop import PARAMETER

from ..demo import (
    workshop_booking,
    workshop_feedback,
    workshop_groups,
    workshop_measures,
    workshop_outreach,
    workshop_points,
    workshop_portal,
    workshop_retention,
    workshop_service,
    workshop_stamps,
    workshop_standing,
    workshop_tiers,
)

THEMES = (
    workshop_points,
    workshop_stamps,
    workshop_feedback,
    workshop_service,
    workshop_measures,
    workshop_retention,
    workshop_standing,
    workshop_groups,
    workshop_outreach,
    workshop_tiers,
    workshop_booking,
    workshop_portal,
)


class CrmWerthaltigkeitDemo(models.AbstractModel):
    _inherit = "crm.werthaltigkeit.demo"

    @api.model
    @api.private
    def generate(self):
        """Give the workshop two years of points, opinions, complaints, a life cycle, groups, campaigns and appointments, once."""
        generated = super().generate()
        if self.env["ir.config_parameter"].sudo().get_param(PARAMETER):
            for theme in THEMES:
                generated = theme.generate(self.env) or generated
        return generated
