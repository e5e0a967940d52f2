from odoo import api, models
from odoo.tools import email_normalize


class CrmComplaint(models.Model):
    """Mails that come in: the first makes a complaint, later ones are answers in its chatter."""

    _inherit = "crm.complaint"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a complaint of a mail; its customer is who wrote it, if the address belongs to a contact.

        Nobody of us is taken for the customer, and the channel stays empty: the mail itself is a
        touchpoint with its own cost.
        """
        values = dict(custom_values or {})
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        partner = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        if partner and not partner.partner_share:
            partner = partner.browse()
        partner = partner or self._partner_of_address(msg_dict.get("from"), company)
        salesperson = partner.user_id if partner.user_id.active and company in partner.user_id.company_ids else None
        values = {
            "name": msg_dict.get("subject") or self.env._("No subject"),
            "email_from": msg_dict.get("from"),
            "partner_id": partner.id,
            "user_id": salesperson.id if salesperson else False,
            **values,
        }
        return super(CrmComplaint, self.with_context(default_user_id=False)).message_new(msg_dict, values)

    def _partner_of_address(self, address, company):
        """Return the first contact with this address that the company may have, or none."""
        email = email_normalize(address or "")
        domain = [
            ("email_normalized", "=", email),
            ("partner_share", "=", True),
            ("company_id", "in", (False, company.id)),
        ]
        return self.env["res.partner"].sudo().search(domain, limit=1) if email else self.env["res.partner"]

    def _message_post_after_hook(self, message, msg_vals):
        """Who is answered by us and becomes a contact thereby, is the customer of the complaint."""
        if not self.partner_id and self.email_from:
            email = email_normalize(self.email_from)
            self.partner_id = message.partner_ids.filtered(lambda p: email and p.email_normalized == email)[:1]
        return super()._message_post_after_hook(message, msg_vals)
