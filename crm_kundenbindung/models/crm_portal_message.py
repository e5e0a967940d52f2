from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

SUBJECT_LENGTH = 200
TEXT_LENGTH = 10000
FILES = 5
FILE_BYTES = 10 * 1024 * 1024
# complaints, ideas and messages of a customer within 24 hours: more is an accident or an attack
DAILY = 30


class CrmPortal(models.AbstractModel):
    """What a customer writes to us on /my, and what it reads of our answers."""

    _inherit = "crm.portal"

    @api.model
    def _complain(self, subject, text, order_id=None, files=()):
        """Make a complaint of the customer's words; its salesperson is responsible."""
        subject, text, files = *self._checked(subject, text), self._check_files(files)
        partner, order = self._partner(), self._own_record("sale.order", order_id)
        if order_id and not order:
            raise UserError(self.env._("Please choose one of your orders, or none."))
        salesperson = partner.user_id or partner.commercial_partner_id.user_id
        channel = self.env.ref("crm_werthaltigkeit.touchpoint_channel_web", raise_if_not_found=False)
        complaint = (
            self.env["crm.complaint"]
            .sudo()
            .create(
                {
                    "name": subject,
                    "description": plaintext2html(text),
                    "partner_id": partner.id,
                    "email_from": partner.email,
                    "company_id": (order.company_id or self.env.user.sudo().company_id).id,
                    "order_id": order.id,
                    "user_id": salesperson.id if salesperson.active and not salesperson.share else False,
                    "channel_id": channel.id if channel else False,
                }
            )
        )
        if files:
            self._post(complaint, self.env._("Files that came with the complaint"), files)
        return complaint

    @api.model
    def _suggest(self, subject, text):
        """Make an idea of the customer's words."""
        subject, text = self._checked(subject, text, required=False)
        return (
            self.env["crm.idea"]
            .sudo()
            .create(
                {
                    "name": subject,
                    "description": plaintext2html(text) if text else False,
                    "origin": "customer",
                    "partner_id": self._partner().id,
                    "author_id": False,
                    "company_id": self.env.user.sudo().company_id.id,
                }
            )
        )

    @api.model
    def _write_about(self, record, text, files=()):
        """Add a customer's words to a record of its own; who looks after the record is notified."""
        self._check_daily()
        text, files = self._text(text, TEXT_LENGTH), self._check_files(files)
        if not text and not files:
            raise UserError(self.env._("Please write something, or choose a file."))
        return self._post(record, plaintext2html(text) if text else "", files)

    def _post(self, record, body, files):
        attachments = self.env["ir.attachment"]
        if files:
            attachments = (
                self.env["ir.attachment"]
                .sudo()
                .with_context(attachments_mime_plainxml=True)
                .create(
                    [
                        # the place from which a message takes a portal user's files to its record
                        {"name": name, "raw": content, "res_model": "mail.compose.message", "res_id": 0}
                        for name, content in files
                    ]
                )
            )
        return record.message_post(
            body=body if isinstance(body, Markup) else plaintext2html(body),
            author_id=self._partner().id,
            attachment_ids=attachments.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    # -- what may be sent -------------------------------------------------------------------------

    def _checked(self, subject, text, required=True):
        """Return subject and text as they may be stored, or say what is missing."""
        self._check_daily()
        subject, text = self._text(subject, SUBJECT_LENGTH), self._text(text, TEXT_LENGTH)
        if not subject:
            raise UserError(self.env._("Please say in a few words what it is about."))
        if required and not text:
            raise UserError(self.env._("Please tell us what happened."))
        return " ".join(subject.split()), text

    def _text(self, text, length):
        text = text.replace("\x00", "").strip() if isinstance(text, str) else ""
        if len(text) > length:
            raise UserError(self.env._("Please be shorter: at most %s characters.", length))
        return text

    def _check_daily(self):
        """Count what this customer sent within a day."""
        since = Domain("create_date", ">", fields.Datetime.now() - timedelta(days=1))
        users = self._customer().with_context(active_test=False).search([("id", "child_of", self._customer().id)])
        own = Domain("create_uid", "in", users.user_ids.ids) & since
        sent = sum(
            self.env[model].sudo().search_count(own & domain)
            for model, domain in (
                ("crm.complaint", Domain.TRUE),
                ("crm.idea", Domain.TRUE),
                ("mail.message", Domain("model", "=", "crm.complaint") & Domain("message_type", "=", "comment")),
            )
        )
        if sent >= DAILY:
            raise UserError(self.env._("That was a lot for one day. Please call us."))

    @api.model
    def _check_files(self, files):
        """Return (name, content) of uploaded files, or say why not; never reads more than is allowed."""
        files = [file for file in files if file.filename]
        if len(files) > FILES:
            raise UserError(self.env._("Please send at most %s files.", FILES))
        found = []
        for file in files:
            content = file.stream.read(FILE_BYTES + 1)
            if len(content) > FILE_BYTES:
                raise UserError(self.env._("A file may have at most %s MB.", FILE_BYTES // 1024 // 1024))
            found.append((file.filename.replace("\\", "/").split("/")[-1].replace("\x00", "")[-100:], content))
        return found

    @api.model
    def _files_help(self):
        return self.env._("At most %(count)s files of %(size)s MB each.", count=FILES, size=FILE_BYTES // 1024 // 1024)

    # -- what may be read -------------------------------------------------------------------------

    @api.model
    def _messages(self, record):
        """What was written between the customer and us about a record, oldest first: no internal notes, no log."""
        messages = self.env["mail.message"].sudo()
        domain = messages._get_search_domain_share() & Domain(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("message_type", "in", ("comment", "email", "email_outgoing")),
            ]
        )
        return messages.search(domain, order="id")
