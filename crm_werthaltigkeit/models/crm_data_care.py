from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

DUPLICATE_LIMIT = 3  # Odoo merges no more at once


class CrmDataCare(models.Model):
    """How well kept the data of a contact are: one row per contact and root company that knows it.

    `crm.data.care.engine` writes the rows; people say "checked" and "not a duplicate".
    """

    _name = "crm.data.care"
    _description = "Data Care"
    _order = "value_class, score, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Contact", required=True, readonly=True, ondelete="cascade", index=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    customer_type = fields.Selection(
        [("company", "Company"), ("person", "Private person"), ("contact", "Contact of a company")],
        "Type",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, ondelete="set null")
    country_id = fields.Many2one("res.country", readonly=True, ondelete="set null")
    value_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], readonly=True)
    score = fields.Float("Complete", readonly=True, aggregator="avg", help="Filled part of the data that matter.")
    missing = fields.Json("Ids of Missing Data", readonly=True)
    missing_field_ids = fields.Many2many(
        "crm.data.care.field",
        string="Missing Data",
        compute="_compute_missing_field_ids",
        search="_search_missing_field_ids",
    )
    necessary_count = fields.Integer("Necessary Data Missing", readonly=True)
    last_touchpoint = fields.Datetime("Last Contact", readonly=True)
    outdated = fields.Boolean(readonly=True, help="No contact for longer than set in Settings.")
    mail_state = fields.Selection(
        [("bounced", "Mails come back"), ("blacklisted", "On the blacklist")], "E-Mail Problem", readonly=True
    )
    duplicate_id = fields.Many2one(
        "res.partner",
        "Probable Duplicates",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The oldest contact of those that are probably the same.",
    )
    duplicate_reason = fields.Char(readonly=True)
    defects = fields.Char("What Is Wrong", compute="_compute_defects")
    needs_care = fields.Boolean(readonly=True)
    checked_on = fields.Date(readonly=True)
    checked_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    hidden_until = fields.Date(readonly=True, help="Somebody checked the contact: it stays off the list until then.")
    computed_on = fields.Datetime(readonly=True)
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")

    _contact_uniq = models.Constraint("UNIQUE(company_id, partner_id)", "A contact has one row per company.")
    _list_idx = models.Index("(value_class, score, id) WHERE needs_care")

    @api.depends("missing")
    def _compute_missing_field_ids(self):
        known = set(self.env["crm.data.care.field"].search([]).ids)
        for row in self:
            row.missing_field_ids = [field_id for field_id in row.missing or [] if field_id in known]

    def _search_missing_field_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        rows = self.env["crm.data.care.field"]
        domain = value if operator == "any" else [("id", "in", [v for v in value if v])]
        ids = rows.search(Domain(domain)).ids
        found = Domain.OR([Domain.FALSE, *(Domain.custom(to_sql=self._contains(field_id)) for field_id in ids)])
        return found | Domain("missing", "=", False) if operator == "in" and False in value else found

    @staticmethod
    def _contains(field_id):
        return lambda _model, alias, _query: SQL(
            "%s @> %s::jsonb", SQL.identifier(alias, "missing"), str([int(field_id)])
        )

    # -- in words -----------------------------------------------------------------------------------

    @api.depends("missing", "outdated", "mail_state", "duplicate_id", "duplicate_reason", "last_touchpoint")
    @api.depends_context("lang")
    def _compute_defects(self):
        groups = self._groups()
        for row in self:
            parts = [row._duplicate_words(groups), row._mail_words(), row._missing_words(), row._outdated_words()]
            row.defects = " · ".join(filter(None, parts))

    def _groups(self):
        """Return {(company, oldest contact): rows that are probably the same}, for these rows in one query."""
        rows = self.filtered("duplicate_id")
        if not rows:
            return {}
        members = self.search(
            [("duplicate_id", "in", rows.duplicate_id.ids), ("company_id", "in", rows.company_id.ids)], order="id"
        )
        members.partner_id.sudo().mapped("name")
        return members.grouped(lambda row: (row.company_id, row.duplicate_id))

    def _duplicate_words(self, groups):
        others = groups.get((self.company_id, self.duplicate_id), self) - self if self.duplicate_id else self.browse()
        if not others:
            return ""
        _ = self.env._
        texts = {
            "email": _("same e-mail"),
            "phone": _("same phone"),
            "vat": _("same VAT number"),
            "name": _("same name") if self.customer_type == "contact" else _("same name and ZIP"),
        }
        names = list(dict.fromkeys(other.partner_id.sudo().name or _("without a name") for other in others))[:2]
        reasons = [texts[code] for code in (self.duplicate_reason or "").split(",") if code in texts]
        return _(
            "Probably the same as %(names)s (%(reasons)s)",
            names=format_list(self.env, names),
            reasons=", ".join(reasons) or "?",
        )

    def _missing_words(self):
        found = self.missing_field_ids.sorted(lambda field: (not field.necessary, field.sequence, field.id))
        words = [self.env._("%(data)s (%(purpose)s)", data=field.name, purpose=field.purpose) for field in found]
        return self.env._("Missing: %s", ", ".join(words)) if words else ""

    def _outdated_words(self):
        if not self.outdated:
            return ""
        if not self.last_touchpoint:
            return self.env._("No contact ever")
        days = (fields.Datetime.now() - self.last_touchpoint).days
        return self.env._("No contact for %s months", round(days / 30.44))

    def _mail_words(self):
        return {
            "bounced": self.env._("Mails to the address come back"),
            "blacklisted": self.env._("The address is on the blacklist"),
        }.get(self.mail_state, "")

    # -- what people do -----------------------------------------------------------------------------

    def action_open_contact(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def _group(self):
        """The rows that are probably the same contact, the oldest contact first."""
        self.ensure_one()
        self.check_access("read")
        if not self.duplicate_id:
            raise UserError(self.env._("This contact has no probable duplicate."))
        return self.search(
            [("duplicate_id", "=", self.duplicate_id.id), ("company_id", "=", self.company_id.id)], order="partner_id"
        ).sorted(lambda row: row.partner_id.id)

    def action_merge(self):
        """Open Odoo's own merge on the group; with more than it takes at once, on the first of them."""
        chosen = (self | self._group()[:DUPLICATE_LIMIT])[:DUPLICATE_LIMIT]
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_partner_merge")
        return dict(action, context={"active_model": "res.partner", "active_ids": chosen.partner_id.ids})

    def action_not_duplicate(self):
        """Remember that the contacts of this group are different; they never come up as duplicates again."""
        group = self._group()
        self.env["crm.data.care.distinct"].sudo()._declare(group.partner_id.ids)
        self.env["crm.data.care.engine"].sudo()._recheck(group)

    def action_mark_checked(self):
        """Take contacts that somebody looked at off the list, for as long as Settings say."""
        self.check_access("read")
        for company, rows in self.grouped("company_id").items():
            today = company._werthaltigkeit_today()
            rows.sudo().write(
                {
                    "checked_on": today,
                    "checked_by_id": self.env.uid,
                    "hidden_until": fields.Date.add(today, months=company.sudo().werthaltigkeit_care_checked_months),
                    "needs_care": False,
                }
            )

    def action_mark_unchecked(self):
        self.check_access("read")
        self.sudo().write({"checked_on": False, "checked_by_id": False, "hidden_until": False})
        self.env["crm.data.care.engine"].sudo()._recheck(self)

    def action_recheck(self):
        """Look at the selected contacts again, now."""
        self.check_access("read")
        self.env["crm.data.care.engine"].sudo()._recheck(self)

    def action_recompute(self):
        """Look at all contacts again, in the background."""
        self.check_access("read")
        computations = (
            self.env["crm.computation"].sudo()._request("data_care", self.env.companies.root_id, self.env.user)
        )
        return computations._notification()
