from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_tier = fields.Boolean(
        "Customer Cards With Tiers",
        implied_group="crm_kundenbindung.group_kundenbindung_tier",
        group="crm_kundenbindung.group_kundenbindung_user",
    )
    group_kundenbindung_referral = fields.Boolean(
        "Referrals",
        implied_group="crm_kundenbindung.group_kundenbindung_referral",
        group="crm_kundenbindung.group_kundenbindung_user",
    )
