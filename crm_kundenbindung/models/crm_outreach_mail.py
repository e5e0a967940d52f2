from odoo import models


class CrmOutreachRecipient(models.Model):
    """The mail to one person."""

    _inherit = "crm.outreach.recipient"

    def _prepare_mail_vals(self, subject, body):
        """Values of the mail, with the link to object in the text and in the header that mail programs understand (RFC 8058)."""
        self.ensure_one()
        outreach = self.outreach_id
        lang = self.partner_id.lang or self.env.lang
        qweb = self.env["ir.qweb"].with_context(lang=lang)
        sender = (outreach.user_id or outreach.checked_by).sudo().email_formatted or self.company_id.email_formatted
        values = {"body": body, "company": self.company_id, "stop_url": outreach._stop_url(self)}
        one_click = outreach._stop_url(self, one_click=True)
        return {
            "subject": subject,
            "body_html": qweb._render("crm_kundenbindung.outreach_mail", values, minimal_qcontext=True),
            "email_from": sender,
            "reply_to": sender,
            "email_to": self.partner_id.email_formatted,
            "auto_delete": True,
            "headers": repr(
                {
                    "List-Unsubscribe": f"<{one_click}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "Precedence": "list",
                    "X-Auto-Response-Suppress": "OOF",
                }
            ),
        }
