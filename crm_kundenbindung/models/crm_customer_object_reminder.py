from datetime import timedelta
from functools import partial
from urllib.parse import urljoin

from odoo import api, fields, models, tools

BATCH = 50
# whom we must leave alone for now is asked again the next night, until so many days are left
WAITING = ("frequency", "pressure")
LAST_DAYS = 7


class CrmCustomerObjectDue(models.Model):
    """Reminding owners: one mail per owner for all that is due, a task for us where no mail may be sent."""

    _inherit = "crm.customer.object.due"

    @api.model
    def _cron_remind(self):
        """Each night. Mail and mark are one transaction: killed at any moment, it reminds of each day once."""
        if not self.env["res.company"]._kundenbindung_switched_on("object"):
            return
        for company in self.env["res.company"].search([]):
            self._remind(company, commit=True)

    def _remind(self, company, commit=False):
        """Remind owners of what is due in a company, in batches of owners."""
        today = company._werthaltigkeit_today()
        waiting = self.search(
            [
                ("state", "=", "open"),
                ("company_id", "=", company.id),
                ("object_id.active", "=", True),
                ("remind_on", "<=", today),
                ("due_date", ">=", today),
            ],
            order="partner_id, due_date, id",
        ).filtered(lambda due: due.reminded_for != due.due_date)
        owners = list(waiting.grouped("partner_id").items())
        for start in range(0, len(owners), BATCH):
            part = owners[start : start + BATCH]
            partners = self.env["res.partner"].union(*(partner for partner, _dues in part))
            pressure = self.env["crm.contact.pressure"]
            reasons, heard = pressure._reasons(partners, company), set()
            for partner, dues in part:
                dues = dues.try_lock_for_update().filtered(lambda d: d.reminded_for != d.due_date)
                if not dues:
                    continue
                if partner.commercial_partner_id in heard:  # a colleague was reminded a moment ago
                    reasons |= pressure._reasons(partner, company)
                heard.add(partner.commercial_partner_id)
                dues._guarded(partial(dues._remind_owner, reasons.get(partner.id), today))
            if commit and not self.env["ir.cron"]._commit_progress(
                len(part), remaining=max(len(owners) - start - BATCH, 0)
            ):
                return

    def _remind_owner(self, reason, today):
        """Remind one owner of all of these, or have somebody take care of it."""
        if reason in WAITING and min(self.mapped("due_date")) > today + timedelta(days=LAST_DAYS):
            return
        if reason == "archived":
            self._mark("failed", self.env._("The owner is archived."))
        elif reason:
            words = dict(self.env["crm.outreach.recipient"]._fields["reason"]._description_selection(self.env))
            self._mark("activity", str(words.get(reason, reason)))
            self._plan_activity()
        else:
            self._mark("mail", False)
            first = self[:1].with_company(self.company_id).with_context(lang=self.partner_id.lang or self.env.lang)
            self.env.ref("crm_kundenbindung.mail_template_object_due").sudo().with_env(first.env).send_mail(
                first.id, raise_exception=True
            )

    def _mark(self, reminder, reason):
        now = fields.Datetime.now()
        for day, dues in self.grouped("due_date").items():
            dues.write({"reminded_for": day, "reminded_on": now, "reminder": reminder, "reason": reason})

    def _set_aside(self, reason):
        self._mark("failed", reason)

    def _plan_activity(self):
        """A task on each object for whoever is responsible, in their language."""
        for record, dues in self.grouped("object_id").items():
            user = (
                record.user_id
                or self.env["crm.feedback.request"].new({"company_id": record.company_id})._find_manager()
            )
            env = self.with_context(lang=user.lang or self.env.lang).env
            kinds = ", ".join(dues.with_env(env).kind_id.mapped("name"))
            record.with_env(env).with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=min(dues.mapped("due_date")),
                summary=env._("Due: %s", kinds),
                note=env._("No reminder by mail: %s", dues[0].reason or ""),
                user_id=user.id,
            )

    # -- the mail ---------------------------------------------------------------------------------

    def _reminder_rows(self):
        """All that this owner is reminded of in the same mail."""
        self.ensure_one()
        domain = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("reminded_on", "=", self.reminded_on),
            ("reminder", "=", "mail"),
        ]
        return self.search(domain) if self.reminded_on else self

    def _stop_signature(self):
        self.ensure_one()
        return tools.hmac(self.env(su=True), "crm_kundenbindung-object-stop", (self.id, self.partner_id.id))

    def _stop_url(self):
        """Link with which the owner objects to reminders and other advertising by mail."""
        return urljoin(self.get_base_url(), f"/reminder/stop/{self.id}/{self._stop_signature()}")

    def _booking_url(self):
        """Where the owner books an appointment for it; False where none can be booked."""
        self.ensure_one()
        domain = [
            ("due_kind_id", "=", self.kind_id.id),
            ("company_id", "=", self.company_id.id),
            ("audience", "=", "public"),
            ("user_ids", "!=", False),
        ]
        kind = self.env["crm.booking.type"].search(domain, limit=1)
        return kind._book_url() if kind and self.env["res.company"]._kundenbindung_switched_on("booking") else False
