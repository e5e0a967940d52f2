from odoo import api, fields, models

from .res_partner_retention import USER_GROUP


class CrmLead(models.Model):
    """Who recommended us to this lead."""

    _inherit = "crm.lead"

    kundenbindung_referral_ids = fields.One2many(
        "crm.referral", "lead_id", "Referrals", readonly=True, groups=USER_GROUP
    )
    kundenbindung_referrer_id = fields.Many2one(
        "res.partner", "Recommended By", compute="_compute_kundenbindung_referrer_id", groups=USER_GROUP
    )

    @api.depends("kundenbindung_referral_ids.state")
    def _compute_kundenbindung_referrer_id(self):
        for lead in self:
            referrals = lead.kundenbindung_referral_ids.filtered(lambda r: r.state != "refused")
            lead.kundenbindung_referrer_id = referrals.referrer_id[:1]
