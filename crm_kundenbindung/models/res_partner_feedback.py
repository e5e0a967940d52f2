from odoo import api, fields, models


class ResPartner(models.Model):
    """Asking a contact, what we heard of it, and its ideas."""

    _inherit = "res.partner"

    kundenbindung_feedback_count = fields.Integer(
        "Opinions Given",
        compute="_compute_kundenbindung_feedback",
        groups="crm_kundenbindung.group_kundenbindung_user",
    )

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_feedback(self):
        for partner in self:
            partner.kundenbindung_feedback_count = (partner.kundenbindung_facts or {}).get("feedback_count", 0)

    def action_kundenbindung_ask(self):
        """Open "Ask for Feedback" for these contacts."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Feedback"),
            "res_model": "crm.feedback.send",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }

    def action_kundenbindung_heard(self):
        self.ensure_one()
        return self.env["crm.touchpoint"].action_log_heard(self.id)

    def action_kundenbindung_feedback(self):
        """What this customer answered."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_feedback_report_action")
        return dict(
            action,
            domain=[("commercial_partner_id", "=", self.commercial_partner_id.id)],
            views=[(False, "list"), (False, "graph"), (False, "pivot")],
            context={},
            display_name=self.env._("Feedback of %s", self.commercial_partner_id.display_name),
        )
