from odoo import models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def unlink(self):
        self.env["crm.touchpoint.engine"].sudo()._detach("team_id", self.ids)
        return super().unlink()
