from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

USER_GROUP = "crm_kundenbindung.group_kundenbindung_user"


class ResPartner(models.Model):
    """Where a customer stands and what is at stake, on the contact and in its filters; one query for all of it."""

    _inherit = "res.partner"

    kundenbindung_facts = fields.Json("Retention Facts", compute="_compute_kundenbindung_facts", groups=USER_GROUP)
    kundenbindung_stage_id = fields.Many2one(
        "crm.retention.stage",
        "Life Cycle Stage",
        compute="_compute_kundenbindung_retention",
        search="_search_kundenbindung_stage_id",
        groups=USER_GROUP,
    )
    kundenbindung_margin_at_risk = fields.Monetary(
        "Margin at Risk (Retention)",
        compute="_compute_kundenbindung_retention",
        search="_search_kundenbindung_margin_at_risk",
        currency_field="werthaltigkeit_currency_id",
        help="As the last nightly run read it from the customer value.",
        groups=USER_GROUP,
    )
    kundenbindung_potential = fields.Monetary(
        "Retention Potential",
        compute="_compute_kundenbindung_retention",
        search="_search_kundenbindung_potential",
        currency_field="werthaltigkeit_currency_id",
        help="Margin at risk, times the chance that the best instrument keeps this customer, less its cost.",
        groups=USER_GROUP,
    )
    kundenbindung_urgency = fields.Integer(
        "Urgency",
        compute="_compute_kundenbindung_retention",
        search="_search_kundenbindung_urgency",
        help="0 to 100: how much speaks for acting now.",
        groups=USER_GROUP,
    )

    def _retention_facts(self):
        """Return {commercial partner id: {name: value}} from one statement; themes add columns to its engine."""
        company = self.env.company.root_id
        return self.env["crm.retention.facts.engine"].sudo()._facts(self.commercial_partner_id.ids, company)

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_kundenbindung_facts(self):
        facts = self._retention_facts()
        for partner in self:
            partner.kundenbindung_facts = facts.get(partner.commercial_partner_id.id, {})

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_retention(self):
        for partner in self:
            facts = partner.kundenbindung_facts or {}
            partner.kundenbindung_stage_id = facts.get("stage_id")
            partner.kundenbindung_margin_at_risk = facts.get("margin_at_risk", 0)
            partner.kundenbindung_potential = facts.get("potential", 0)
            partner.kundenbindung_urgency = facts.get("urgency", 0)

    # -- filters: a figure that is not known meets no condition on it -----------------------------------

    def _search_retention(self, domain):
        rows = self.env["crm.retention"]._search(
            Domain("company_id", "=", self.env.company.root_id.id) & Domain("partner_id", "!=", False) & Domain(domain)
        )
        return Domain("commercial_partner_id", "in", rows.subselect("partner_id"))

    def _search_kundenbindung_stage_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        domain = self._search_retention([("stage_id", operator, value)])
        if operator == "in" and False in value:
            domain |= ~self._search_retention([])
        return domain

    def _search_figure(self, known, field, operator, value):
        if operator.startswith("not "):
            return NotImplemented
        return self._search_retention([(known, "=", True), (field, operator, value)])

    def _search_kundenbindung_margin_at_risk(self, operator, value):
        return self._search_figure("risk_known", "margin_at_risk", operator, value)

    def _search_kundenbindung_potential(self, operator, value):
        return self._search_figure("potential_known", "potential", operator, value)

    def _search_kundenbindung_urgency(self, operator, value):
        if operator.startswith("not "):
            return NotImplemented
        return self._search_retention([("urgency", operator, value)])

    # -- the sentence -------------------------------------------------------------------------------------

    @api.depends("kundenbindung_facts")
    def _compute_werthaltigkeit_headline(self):
        return super()._compute_werthaltigkeit_headline()

    def _werthaltigkeit_headline_parts(self):
        """Add what is owed to the customer: an open complaint, a promise that is due."""
        parts = super()._werthaltigkeit_headline_parts()
        facts = self.sudo().kundenbindung_facts or {}
        return [*parts, self._headline_complaints(facts), self._headline_promises(facts)]

    def _headline_complaints(self, facts):
        number = facts.get("complaints_open")
        if not number:
            return None
        return self.env._("1 complaint open") if number == 1 else self.env._("%s complaints open", number)

    def _headline_promises(self, facts):
        _, number = self.env._, facts.get("promises_open")
        if not number:
            return None
        due = fields.Date.to_date(facts.get("promise_due"))
        if facts.get("promises_overdue"):
            late = facts["promises_overdue"]
            return _("1 promise overdue") if late == 1 else _("%s promises overdue", late)
        if not due:
            return _("1 promise open") if number == 1 else _("%s promises open", number)
        when = format_date(self.env, due, date_format="EEE d MMM")
        return (
            _("1 promise due %s", when)
            if number == 1
            else _("%(number)s promises, next due %(date)s", number=number, date=when)
        )

    def action_kundenbindung_retention(self):
        """Open what the stage and the margin at risk rest on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.retention",
            "res_id": (self.kundenbindung_facts or {}).get("retention_id"),
            "views": [(False, "form")],
        }
