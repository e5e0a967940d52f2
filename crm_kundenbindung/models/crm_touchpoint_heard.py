from odoo import api, models


class CrmTouchpoint(models.Model):
    """What employees hear from customers, in one click; smileys found quickly."""

    _inherit = "crm.touchpoint"

    _satisfaction_idx = models.Index("(company_id, date) WHERE satisfaction IS NOT NULL")

    @api.model
    def action_log_heard(self, partner_id=False):
        """Open the dialog "What I hear from customers"; a customer may be named."""
        channel = self.env.ref("crm_werthaltigkeit.touchpoint_channel_internal", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What I Hear From Customers"),
            "res_model": self._name,
            "views": [(self.env.ref("crm_kundenbindung.crm_touchpoint_view_form_heard").id, "form")],
            "target": "new",
            "context": {
                "default_partner_id": partner_id,
                "default_kind_id": self.env.ref("crm_kundenbindung.touchpoint_kind_heard").id,
                "default_channel_id": channel.id if channel else False,
                "default_direction": "internal",
                "default_stage": "retention",
            },
        }
