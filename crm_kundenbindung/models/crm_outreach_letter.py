import csv
import io
import re

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

LETTERS = 1000  # in one file
PRINT_BATCH = 100  # at once in memory of the printing program
REPORT = "crm_kundenbindung.action_report_outreach_letter"
# a spreadsheet takes these for a formula; a phone number may keep its plus
FORMULA = re.compile(r"^[=+\-@\t\r]")
PHONE = re.compile(r"^\+[0-9 ()/.\-]+$")


class CrmOutreach(models.Model):
    """Contacts that people carry out: letters in one file, an export."""

    _inherit = "crm.outreach"

    # -- letters ---------------------------------------------------------------------------------

    def action_print(self):
        """One file with the letters of up to 1,000 people who were not printed yet; it stays with the campaign."""
        self._check_ready("letter")
        ids = self._recheck_unprinted()
        if not ids:
            raise UserError(self.env._("All letters are printed: the files are attached to this campaign."))
        content = self._render_letters(self.env["crm.outreach.recipient"].browse(ids))
        return self._deliver(ids, content, "pdf")

    def action_preview(self):
        """The first letter, to look at; nothing is noted."""
        self._check_ready("letter")
        recipient = self.env["crm.outreach.recipient"].search(
            [("outreach_id", "=", self.id), ("state", "=", "waiting")], limit=1
        )
        if not recipient:
            raise UserError(self.env._("Nobody would get a letter."))
        attachment = self._attach(self._render_letters(recipient), "pdf", self.env._("Preview"))
        return self._download(attachment)

    def _recheck_unprinted(self):
        """Ids of up to 1,000 people who wait, were not printed, and may be contacted at this moment."""
        recipients = self.env["crm.outreach.recipient"].sudo()
        domain = [("outreach_id", "=", self.id), ("state", "=", "waiting"), ("printed_on", "=", False)]
        found = recipients.search(domain, order="id", limit=LETTERS)
        return self.env["crm.outreach.engine"].sudo()._recheck(self.sudo(), found.ids)

    def _render_letters(self, recipients):
        """Return the letters as one PDF, rendered in batches so that a thousand need no more memory than a hundred."""
        report, parts = self.env["ir.actions.report"], []
        for start in range(0, len(recipients), PRINT_BATCH):
            ids = recipients[start : start + PRINT_BATCH].ids
            parts.append(report._render_qweb_pdf(REPORT, self.ids, data={"recipient_ids": ids})[0])
        return parts[0] if len(parts) == 1 else merge_pdf(parts)

    def _deliver(self, ids, content, extension):
        """Keep the file with the campaign, note who is in it, and hand it over."""
        sudo = self.sudo()
        number = len(self._files()) + 1
        attachment = self._attach(content, extension, str(number))
        self.env["crm.outreach.recipient"].sudo().browse(ids).write({"printed_on": fields.Datetime.now()})
        sudo.write({"state": "sending", "started_on": sudo.started_on or fields.Datetime.now()})
        return self._download(attachment)

    def _files(self):
        return self.env["ir.attachment"].sudo().search([("res_model", "=", self._name), ("res_id", "=", self.id)])

    def _attach(self, content, extension, suffix):
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.name} {suffix}.{extension}",
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                    "mimetype": "application/pdf" if extension == "pdf" else "text/csv",
                }
            )
        )

    def _download(self, attachment):
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}

    # -- export ------------------------------------------------------------------------------------

    def action_export(self):
        """A CSV file of up to 1,000 people who were not exported yet, with no more than its use needs."""
        self._check_ready("export")
        ids = self._recheck_unprinted()
        if not ids:
            raise UserError(self.env._("Everybody is exported: the files are attached to this campaign."))
        rows = self.env["crm.outreach.recipient"].sudo().browse(ids)
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";")
        columns = self._export_columns()
        writer.writerow([title for title, _value in columns])
        for row in rows:
            writer.writerow([self._harmless(value(row)) for _title, value in columns])
        return self._deliver(ids, stream.getvalue().encode("utf-8-sig"), "csv")

    def _export_columns(self):
        """Return [(title, function of a recipient)]: name and placeholders, and the address that the use needs."""
        _ = self.env._
        address = {
            "mail": [(_("E-Mail"), lambda r: r.partner_id.email)],
            "post": [
                (_("Street"), lambda r: r.partner_id.street),
                (_("Street 2"), lambda r: r.partner_id.street2),
                (_("ZIP"), lambda r: r.partner_id.zip),
                (_("City"), lambda r: r.partner_id.city),
                (_("Country"), lambda r: r.partner_id.country_id.name),
            ],
        }.get(self._consent_purpose(), [(_("Phone"), lambda r: r.partner_id.phone)])
        return [
            (_("Salutation"), lambda r: r.salutation),
            (_("First Name"), lambda r: r.first_name),
            (_("Last Name or Company"), lambda r: r.last_name),
            *address,
            (_("Language"), lambda r: r.partner_id.lang),
            (_("Responsible"), lambda r: r.responsible),
            (_("Last Order"), lambda r: r.last_order),
            (_("Next Reward"), lambda r: r.next_reward),
        ]

    def _harmless(self, value):
        """A text that a spreadsheet does not take for a formula."""
        value = str(value or "")
        return f"'{value}" if FORMULA.match(value) and not PHONE.match(value) else value

    def action_contacted(self):
        """The printed letters are posted, the exported people were contacted: from now on it is part of their history."""
        self._check_ready("letter", "export")
        done = self.sudo().recipient_ids.filtered(lambda r: r.state == "waiting" and r.printed_on)
        if not done:
            raise UserError(self.env._("Nothing was printed or exported yet."))
        done.write({"state": "sent", "sent_on": fields.Datetime.now()})
        self._finish()
