from odoo import fields, models


class CrmLeadLost(models.TransientModel):
    _inherit = "crm.lead.lost"

    competitor_id = fields.Many2one(
        "crm.competitor",
        "Lost to",
        groups="crm_werthaltigkeit.group_werthaltigkeit_user",
        help="The competitor who won, where you know it.",
    )

    def action_lost_reason_apply(self):
        if self.env["crm.competitor"].has_access("read") and self.competitor_id:
            self.lead_ids.werthaltigkeit_competitor_id = self.competitor_id
        return super().action_lost_reason_apply()
