from odoo import api, models

from ..demo import workshop


class CrmWerthaltigkeitDemo(models.AbstractModel):
    """Fills a database with an invented car workshop, to try the addon out and to show it."""

    _name = "crm.werthaltigkeit.demo"
    _description = "Demo Workshop"

    @api.model
    @api.private
    def generate(self):
        """Generate the workshop once; return whether anything was generated."""
        return workshop.generate(self.env)
