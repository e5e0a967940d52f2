from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner_retention import USER_GROUP


class ResPartner(models.Model):
    """From the contact to complaints, promises and trust of the customer."""

    _inherit = "res.partner"

    kundenbindung_open_complaints = fields.Integer(
        "Open Complaints",
        compute="_compute_kundenbindung_service",
        search="_search_kundenbindung_open_complaints",
        groups=USER_GROUP,
    )
    kundenbindung_open_promises = fields.Integer(
        "Open Promises",
        compute="_compute_kundenbindung_service",
        search="_search_kundenbindung_open_promises",
        help="Promises of ours to this customer that nobody decided yet.",
        groups=USER_GROUP,
    )

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_service(self):
        for partner in self:
            facts = partner.kundenbindung_facts or {}
            partner.kundenbindung_open_complaints = facts.get("complaints_open", 0)
            partner.kundenbindung_open_promises = facts.get("promises_open", 0)

    def _search_kundenbindung_open_complaints(self, operator, value):
        return self._search_open("crm.complaint", [], operator, value)

    def _search_kundenbindung_open_promises(self, operator, value):
        return self._search_open("crm.promise", [("direction", "=", "to")], operator, value)

    def _search_open(self, model, domain, operator, value):
        """Some or none: "> 0" and "= 0" are all that a filter needs."""
        if (operator, value) not in ((">", 0), (">=", 1), ("=", 0)) and not (operator == "in" and set(value) == {0}):
            return NotImplemented
        own = [("state", "=", "open"), ("company_id", "child_of", self.env.company.root_id.id)]
        query = self.env[model]._search([*own, *domain, ("commercial_partner_id", "!=", False)])
        found = Domain("commercial_partner_id", "in", query.subselect("commercial_partner_id"))
        return found if operator in (">", ">=") else ~found

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
