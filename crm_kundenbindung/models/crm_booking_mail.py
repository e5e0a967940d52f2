import base64
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, format_time

BATCH = 50


class CrmBooking(models.Model):
    """What customer and employee are told: confirmation, move, cancellation, reminder; each with the calendar file."""

    _inherit = "crm.booking"

    def _tell(self, what):
        """Tell customer and employee of appointments to come; a mail that fails stops no booking.

        :param what: confirmed, moved, cancelled or reminder; names the mail template
        """
        if self.env.context.get("no_mail_to_attendees"):
            return
        for booking in self.filtered(lambda b: b.start > fields.Datetime.now()):
            if booking.email:
                booking._guarded(partial(booking._send, what))
            if what != "reminder" and booking.user_id != self.env.user:
                booking._guarded(partial(booking._tell_employee, what))
        if self:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _send(self, what):
        """Put the mail into Odoo's queue, in the customer's language."""
        self.ensure_one()
        booking = self.with_company(self.company_id).with_context(lang=self.lang or self.env.lang)
        template = self.env.ref(f"crm_kundenbindung.mail_template_booking_{what}").sudo()
        content = self.event_id._get_ics_file().get(self.event_id.id)
        name = f"{self.env._('appointment')}.ics"
        values = {"attachment_ids": []}
        if content:
            attachment = self.env["ir.attachment"].create(
                {"name": name, "datas": base64.b64encode(content), "mimetype": "text/calendar",
                 "res_model": self._name, "res_id": self.id}
            )  # fmt: skip
            values["attachment_ids"] = attachment.ids
        template.with_env(booking.env).send_mail(self.id, raise_exception=True, email_values=values)
        self.failure = False

    def _set_aside(self, reason):
        self.failure = reason

    def _tell_employee(self, what):
        """The employee learns it in their own way (mail or inbox), in their language."""
        booking = self.with_context(lang=self.user_id.lang or self.env.lang)
        _ = booking.env._
        subjects = {
            "confirmed": _("New appointment: %s", booking.display_name),
            "moved": _("Appointment moved: %s", booking.display_name),
            "cancelled": _("Appointment cancelled: %s", booking.display_name),
        }
        booking.message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=subjects[what],
            body=" · ".join(
                filter(None, (booking._when(), self.object_id.display_name or self.object_text, self.phone))
            ),
            author_id=self.partner_id.id or self.company_id.partner_id.id,
            email_from=self.company_id.email_formatted or self.env.user.email_formatted,
        )

    # -- reminders ----------------------------------------------------------------------------------

    @api.model
    def _remind(self, commit=False):
        """Remind once of each appointment; the mail and the note that it was sent are one transaction.

        Whoever booked or moved within the time of the reminder has just had a mail.
        """
        now = fields.Datetime.now()
        due = self.browse()
        for kind in self.env["crm.booking.type"].with_context(active_test=False).search([("reminder_hours", ">", 0)]):
            domain = [
                ("type_id", "=", kind.id),
                ("state", "=", "booked"),
                ("email", "!=", False),
                ("start", ">", now),
                ("start", "<=", now + timedelta(hours=kind.reminder_hours)),
            ]
            due |= self.search(domain, order="start, id").filtered(
                lambda b, hours=kind.reminder_hours: (
                    b.reminded_for != b.start and b.changed_on < b.start - timedelta(hours=hours)
                )
            )
        for start in range(0, len(due), BATCH):
            part = due[start : start + BATCH]
            for booking in part.try_lock_for_update().filtered(lambda b: b.reminded_for != b.start):
                booking.reminded_for = booking.start
                booking._tell("reminder")
            if commit and not self.env["ir.cron"]._commit_progress(
                len(part), remaining=max(len(due) - start - BATCH, 0)
            ):
                return

    # -- words --------------------------------------------------------------------------------------

    def _when(self):
        """Day and time on the clock of the place, in words of the current language."""
        self.ensure_one()
        day = format_date(self.env, self.type_id._local(self.start).date(), date_format="full")
        return f"{day}, {self._clock(self.start)}"

    def _clock(self, moment):
        """A time of the day, on the clock of the place; empty where there is none."""
        if not moment:
            return ""
        tz = self.company_id._werthaltigkeit_tz()
        if self.type_id._local(moment).date() == self.type_id._local(self.start).date():
            return format_time(self.env, moment, tz=tz, time_format="short")
        return format_datetime(self.env, moment, tz=tz, dt_format="short")
