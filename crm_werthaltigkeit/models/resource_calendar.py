from odoo import models


class ResourceCalendar(models.Model):
    """Working hours, whose time zone decides on which day a purchase was made."""

    _inherit = "resource.calendar"

    def write(self, vals):
        if "tz" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)
