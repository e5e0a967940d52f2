from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_stamps = fields.Boolean(
        "Stamp Cards and Points for Events",
        implied_group="crm_kundenbindung.group_kundenbindung_stamps",
        group="crm_kundenbindung.group_kundenbindung_user",
    )
