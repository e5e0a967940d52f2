from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def unlink(self):
        self.env["crm.touchpoint.engine"].sudo()._detach("user_id", self.ids)
        return super().unlink()
