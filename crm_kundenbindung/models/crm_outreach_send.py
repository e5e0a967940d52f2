from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin

BATCH = 100


class CrmOutreach(models.Model):
    """Mails of a campaign: into Odoo's queue in batches, or over to Email Marketing where it is installed."""

    _inherit = "crm.outreach"

    has_email_marketing = fields.Boolean(compute="_compute_has_email_marketing")

    def _compute_has_email_marketing(self):
        self.has_email_marketing = "mailing.mailing" in self.env and self.env["mailing.mailing"].has_access("create")

    def action_send(self):
        """Let the mails go out in the background."""
        self._check_ready("mail")
        if not self.subject:
            raise UserError(self.env._("A mail needs a subject."))
        self._start()
        self.env.ref("crm_kundenbindung.ir_cron_outreach").sudo()._trigger()
        return self._notify(self.env._("The mails go out in the background."))

    def _start(self):
        """Check once more, at this moment, and say that it is under way."""
        sudo = self.sudo()
        self.env["crm.outreach.engine"].sudo()._recheck(sudo)
        sudo.write(
            {"state": "sending", "started_on": sudo.started_on or fields.Datetime.now(), "checked_by": self.env.uid}
        )

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- Email Marketing ---------------------------------------------------------------------------

    def action_mailing(self):
        """Open a draft of Email Marketing with these recipients; who may be mailed is checked again when it is sent."""
        self._check_ready("mail")
        if not self.has_email_marketing:
            raise UserError(self.env._("The app Email Marketing is not installed, or you have no access to it."))
        mailings = self.env["mailing.mailing"]
        mailing = mailings.browse(self.mailing_res_id).exists()
        if not mailing:
            body = self._for_mailing(self.body)
            mailing = mailings.create(
                {
                    "name": self.name,
                    "subject": self._for_mailing(self.subject or self.name),
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "mailing_domain": repr([("kundenbindung_mailing_ids", "in", [self.id])]),
                    "body_arch": body,
                    "body_html": body,
                    "user_id": self.user_id.id or self.env.uid,
                    **({"campaign_id": self.campaign_id.id} if self.campaign_id else {}),
                }
            )
            self._start()
            self.sudo().mailing_res_id = mailing.id
        return mailing.get_formview_action()

    def _for_mailing(self, text):
        """Placeholders of a recipient become those of a contact; Email Marketing knows the contact alone."""
        text = str(text or "")
        for ours, theirs in (
            ("object.salutation", "object.kundenbindung_salutation or object.name"),
            ("object.first_name", "object.name"),
            ("object.last_name", "object.name"),
            ("object.responsible", "object.user_id.name"),
            ("object.last_order", "''"),
            ("object.next_reward", "''"),
        ):
            text = text.replace(ours, theirs)
        return text

    # -- Odoo's queue ------------------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Every few minutes: mails in batches, then what became of mails, mailings and calls. Killed, it goes on where it was."""
        for outreach in self.search(
            [("state", "=", "sending"), ("channel", "=", "mail"), ("mailing_res_id", "=", 0)], order="id"
        ):
            if not outreach._send_mails(commit=True):
                return
        self.env["crm.outreach.engine"]._sync()
        self.search([("state", "=", "sending")])._finish()

    def _send_mails(self, commit=False):
        """Put the mails of everybody who waits into the queue; return whether all is done."""
        self.ensure_one()
        cron, recipients = self.env["ir.cron"], self.env["crm.outreach.recipient"]
        waiting = recipients.search([("outreach_id", "=", self.id), ("state", "=", "waiting")], order="id").ids
        if commit:
            cron._commit_progress(remaining=len(waiting))
        for start in range(0, len(waiting), BATCH):
            ids = recipients.browse(waiting[start : start + BATCH]).try_lock_for_update().ids
            self._send_batch(recipients.browse(self.env["crm.outreach.engine"]._recheck(self, ids)))
            if commit and not cron._commit_progress(len(waiting[start : start + BATCH])):
                return start + BATCH >= len(waiting)
        self._finish()
        return True

    def _send_batch(self, recipients):
        """Mail and the note that it was sent are one transaction; one bad row is set aside and stops nobody else."""
        self.env["crm.batch"]._do_or_set_aside(
            recipients,
            self._put_into_queue,
            lambda recipient, reason: recipient.sudo().write({"state": "failed", "failure": reason}),
        )

    def _put_into_queue(self, recipients):
        subjects, bodies = self._render("subject", recipients), self._render("body", recipients)
        mails = (
            self.env["mail.mail"]
            .sudo()
            .create(
                [recipient._prepare_mail_vals(subjects[recipient.id], bodies[recipient.id]) for recipient in recipients]
            )
        )
        now = fields.Datetime.now()
        for recipient, mail in zip(recipients.sudo(), mails, strict=True):
            recipient.write({"state": "sent", "sent_on": now, "mail_id": mail.id, "failure": False})

    def _render(self, name, recipients):
        """Return {recipient id: text}, each in the language of its contact, with the rights of who checked the campaign."""
        self.ensure_one()
        outreach = self.with_user(self.checked_by or self.env.user).with_company(self.company_id)
        return outreach._render_field(name, recipients.ids, compute_lang=True)

    @api.model
    def _sign(self, recipient):
        return tools.hmac(
            self.env(su=True), "crm_kundenbindung-outreach-stop", (recipient.id, recipient.outreach_id.id)
        )

    def _stop_url(self, recipient, one_click=False):
        path = "one-click/" if one_click else ""
        return urljoin(self.get_base_url(), f"/outreach/stop/{path}{recipient.id}/{self._sign(recipient)}")
