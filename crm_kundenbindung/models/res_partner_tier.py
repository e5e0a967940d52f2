from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner_retention import USER_GROUP


class ResPartner(models.Model):
    """The tier of a contact's customer and what is missing to the next one, from the facts that are read anyway."""

    _inherit = "res.partner"

    kundenbindung_tier = fields.Char("Tier", compute="_compute_kundenbindung_tier", groups=USER_GROUP)
    kundenbindung_tier_next = fields.Char(
        "Missing to the Next Tier", compute="_compute_kundenbindung_tier", groups=USER_GROUP
    )
    kundenbindung_tier_id = fields.Many2one(
        "loyalty.tier",
        "Tier of the Customer Card",
        compute="_compute_kundenbindung_tier_id",
        search="_search_kundenbindung_tier_id",
        groups=USER_GROUP,
    )

    def _tier_facts(self):
        """The customer's highest tier as the shared query has it, {} without one."""
        self.ensure_one()
        return next(iter((self.kundenbindung_facts or {}).get("tiers") or []), {})

    @api.depends("kundenbindung_facts")
    @api.depends_context("company", "lang")
    def _compute_kundenbindung_tier(self):
        programs, currency = self.env["loyalty.program"], self.env.company.root_id.currency_id
        for partner in self:
            facts = partner._tier_facts()
            partner.kundenbindung_tier = facts and (facts["tier"] or self.env._("No tier yet"))
            partner.kundenbindung_tier_next = facts.get("next") and self.env._(
                "%(missing)s to %(tier)s",
                missing=programs._tier_missing(facts["basis"], facts["missing"], currency),
                tier=facts["next"],
            )

    def _werthaltigkeit_headline_parts(self):
        """Add the tier, and what is missing to the next one."""
        parts = super()._werthaltigkeit_headline_parts()
        contact = self.sudo()
        if not contact._tier_facts().get("tier"):
            return parts
        return [*parts, ", ".join(filter(None, (contact.kundenbindung_tier, contact.kundenbindung_tier_next)))]

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_tier_id(self):
        for partner in self:
            partner.kundenbindung_tier_id = partner._tier_facts().get("tier_id")

    def _search_kundenbindung_tier_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        company = Domain("company_id", "=", self.env.company.root_id.id) & Domain("partner_id", "!=", False)
        members = self.env["loyalty.tier.member"]
        found = members._search(company & Domain("tier_id", operator, value))
        domain = Domain("commercial_partner_id", "in", found.subselect("partner_id"))
        if operator == "in" and False in value:
            held = members._search(company & Domain("tier_id", "!=", False))
            domain |= Domain("commercial_partner_id", "not in", held.subselect("partner_id"))
        return domain

    def action_kundenbindung_tier(self):
        """Open the customer's tier; the list of them where there are cards of several programmes."""
        self.ensure_one()
        rows = (self.kundenbindung_facts or {}).get("tiers") or []
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_tier_member_action")
        if len(rows) == 1:
            return dict(action, views=[(False, "form")], res_id=rows[0]["member"])
        return dict(action, domain=[("id", "in", [row["member"] for row in rows])], context={})
