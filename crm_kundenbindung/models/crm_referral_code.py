import secrets

from odoo import api, fields, models

from .loyalty_card import CODE_ALPHABET

CODE_LENGTH = 16  # letters of five random bits each: 80 bits


class CrmReferralCode(models.Model):
    """The code with which a contact recommends a company, and its link; made on first use, and revocable.

    After a merge a contact may have several: what was printed or sent keeps working.
    """

    _name = "crm.referral.code"
    _description = "Code of a Referrer"
    _order = "id desc"
    _rec_name = "code"

    partner_id = fields.Many2one(
        "res.partner", "Contact", readonly=True, index="btree_not_null", ondelete="set null"
    )  # fmt: skip
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    code = fields.Char(required=True, readonly=True)
    active = fields.Boolean(default=True, readonly=True)
    url = fields.Char("Link", compute="_compute_url")

    _code_uniq = models.Constraint("UNIQUE(code)", "This code exists already.")

    @api.depends("code")
    def _compute_url(self):
        for row in self:
            row.url = f"{row.get_base_url()}/refer/{row.code}"

    @api.model
    def _of(self, partner, company):
        """The code of a contact for a root company; drawn when there is none."""
        codes = self.sudo()
        found = codes.search([("partner_id", "=", partner.id), ("company_id", "=", company.id)], limit=1)
        return found or codes._draw(partner, company)

    def _draw(self, partner, company):
        code = "".join(secrets.choice(CODE_ALPHABET) for _position in range(CODE_LENGTH))
        return self.create({"partner_id": partner.id, "company_id": company.id, "code": code})

    @api.model
    def _find(self, code, company=None):
        """The active code that was typed in or followed, in capitals or not, with or without spaces and hyphens."""
        plain = "".join(filter(str.isalnum, str(code or ""))).upper()
        if len(plain) != CODE_LENGTH or not plain.isascii():
            return self.browse()
        domain = [("code", "=", plain), ("partner_id", "!=", False)]
        if company:
            domain.append(("company_id", "=", company.id))
        return self.sudo().search(domain, limit=1)

    def action_new_code(self):
        """Replace the code: the old one, and what was printed of it, recommends nobody any more."""
        self.ensure_one()
        self.check_access("read")
        old = self.sudo()
        new = old._draw(old.partner_id, old.company_id)
        old.active = False
        return new.with_env(self.env)._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Referral Link"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
