from odoo import api, fields, models

from .res_partner import USER_GROUP


class CrmLead(models.Model):
    _inherit = "crm.lead"

    werthaltigkeit_touchpoint_count = fields.Integer(
        "Touchpoints", compute="_compute_werthaltigkeit_touchpoint_count", groups=USER_GROUP
    )
    werthaltigkeit_value_class = fields.Selection(related="partner_id.werthaltigkeit_value_class", groups=USER_GROUP)

    werthaltigkeit_competitor_id = fields.Many2one(
        "crm.competitor", "Lost to", groups=USER_GROUP, tracking=True, help="The competitor who won, where you know it."
    )

    @api.depends("partner_id")
    def _compute_werthaltigkeit_touchpoint_count(self):
        for lead in self:
            lead.werthaltigkeit_touchpoint_count = self.env["crm.touchpoint"].search_count(
                lead._werthaltigkeit_touchpoint_domain()
            )

    def _werthaltigkeit_touchpoint_domain(self):
        """The history of the customer, or of the prospect while there is no contact."""
        if self.partner_id:
            return [("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id)]
        return [("lead_id", "=", self.id)]

    def action_werthaltigkeit_touchpoints(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_touchpoint_action")
        return dict(
            action,
            domain=self._werthaltigkeit_touchpoint_domain(),
            context={"default_lead_id": self.id, "default_partner_id": self.partner_id.id},
        )

    def action_werthaltigkeit_log(self):
        self.ensure_one()
        return self.env["crm.touchpoint"].action_log_contact(
            {
                "default_lead_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_team_id": self.team_id.id,
                "default_company_id": self.company_id.id or self.env.company.id,
            }
        )

    def _merge_dependences(self, opportunities):
        """Keep the history of merged leads: their touchpoints move to the lead that stays."""
        result = super()._merge_dependences(opportunities)
        self.env["crm.touchpoint.engine"].sudo()._move_records("crm.lead", opportunities.ids, self.id)
        self.env["crm.value.assessment"]._move_subject("crm.lead", opportunities.ids, self.id)
        return result
