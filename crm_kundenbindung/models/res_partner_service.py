from odoo import models


class ResPartner(models.Model):
    """From the contact to complaints, promises and trust of the customer."""

    _inherit = "res.partner"

    def _action_kundenbindung(self, xml_id, **vals):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        domain = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        return dict(action, domain=domain, context={"default_partner_id": self.id}, **vals)

    def action_kundenbindung_complaints(self):
        self.ensure_one()
        return self._action_kundenbindung(
            "crm_kundenbindung.crm_complaint_action",
            display_name=self.env._("Complaints of %s", self.commercial_partner_id.display_name),
        )

    def action_kundenbindung_promises(self):
        self.ensure_one()
        return self._action_kundenbindung(
            "crm_kundenbindung.crm_promise_action",
            display_name=self.env._("Promises: %s", self.commercial_partner_id.display_name),
        )

    def action_kundenbindung_trust(self):
        """Open the customer's trust row; before the first night, or after an objection to profiling, an empty list."""
        self.ensure_one()
        domain = [
            ("partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "=", self.env.company.root_id.id),
        ]
        trust = self.env["crm.trust"].search(domain, limit=1)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_trust_action")
        if trust:
            return dict(action, views=[(False, "form")], res_id=trust.id)
        return dict(action, domain=domain, context={})
