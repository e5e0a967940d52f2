from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kundenbindung_proposals_per_person = fields.Integer(
        related="company_id.root_id.kundenbindung_proposals_per_person", readonly=False
    )
