from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_complaint_alias_id = fields.Many2one(
        "mail.alias", "Alias of Complaints", ondelete="set null", groups="base.group_system", copy=False
    )
    kundenbindung_complaint_alias_name = fields.Char(
        "Address of Complaints",
        compute="_compute_kundenbindung_complaint_alias_name",
        inverse="_inverse_kundenbindung_complaint_alias_name",
        groups="base.group_system",
        help="Mails to this address become complaints.",
    )
    kundenbindung_promise_reminder_days = fields.Integer(
        "Remind Before (Days)", default=1, help="So many days before a promise is due, its activity appears."
    )
    kundenbindung_promise_broken_days = fields.Integer(
        "Broken After (Days)",
        default=0,
        help="A promise overdue for so many days counts as broken by itself. 0: only a person says so.",
    )
    kundenbindung_promise_per_person = fields.Boolean(
        "Kept Rate per Person",
        help="Reports tell who kept how many promises. Agree on it with your people first.",
    )

    _kundenbindung_promise_days = models.Constraint(
        "CHECK(kundenbindung_promise_reminder_days BETWEEN 0 AND 60 AND kundenbindung_promise_broken_days BETWEEN 0 AND 365)",
        "Promises are reminded of 0 to 60 days before, and broken 0 to 365 days after they are due.",
    )

    @api.depends("kundenbindung_complaint_alias_id.alias_name")
    def _compute_kundenbindung_complaint_alias_name(self):
        for company in self:
            company.kundenbindung_complaint_alias_name = company.sudo().kundenbindung_complaint_alias_id.alias_name

    def _inverse_kundenbindung_complaint_alias_name(self):
        """Name, rename or take away the address; each company has its own."""
        for company in self.sudo():
            name = company.kundenbindung_complaint_alias_name
            if company.kundenbindung_complaint_alias_id:
                company.kundenbindung_complaint_alias_id.alias_name = name
            elif name:
                company._create_complaint_alias(name)

    def _create_complaint_alias(self, name):
        self.ensure_one()
        self.kundenbindung_complaint_alias_id = self.env["mail.alias"].create(
            {
                "alias_name": name,
                "alias_model_id": self.env["ir.model"]._get_id("crm.complaint"),
                "alias_contact": "everyone",
                "alias_domain_id": self.alias_domain_id.id,
                "alias_defaults": repr({"company_id": self.id}),
            }
        )

    @api.model
    def _give_complaint_address(self):
        """On installation: the first company has an address for complaints, unless the name is taken."""
        company = self.search([("parent_id", "=", False)], order="id", limit=1)
        taken = self.env["mail.alias"].search_count([("alias_name", "=", "complaint")], limit=1)
        if company and not company.kundenbindung_complaint_alias_id and not taken:
            company._create_complaint_alias("complaint")
