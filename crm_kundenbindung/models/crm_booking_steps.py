from datetime import timedelta
from functools import partial

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError

BATCH = 100


class SlotTaken(UserError):
    """Somebody else was faster."""


class CrmBooking(models.Model):
    """The steps of an appointment: booked, moved, cancelled, kept or not."""

    _inherit = "crm.booking"

    @api.model
    @api.private
    def _book(self, kind, start, vals, users=None, by_staff=False):
        """Book one of the employees who are free; the one with the fewest appointments that day comes first.

        :param start: moment in UTC, one of the free ones
        :param users: employees in question; by default all who can do it
        :raise SlotTaken: nobody is free then any more
        """
        free = kind._slots(users, by_staff=by_staff).get(start)
        for user in kind._in_turn(free, start) if free else ():
            vals = {**vals, "type_id": kind.id, "user_id": user.id, "start": start}
            booking = self._unless_taken(user, partial(self.create, vals))
            if booking:
                return booking
        raise SlotTaken(self.env._("This time has just been taken. Please choose another one."))

    def _move(self, start, by_staff=False):
        """Move to another free time, with the same employee where possible.

        :raise SlotTaken: nobody is free then any more
        """
        self.ensure_one()
        free = self.type_id._slots(booking=self, by_staff=by_staff).get(start)
        for user in self.type_id._in_turn(free, start, first=self.user_id) if free else ():
            if self._unless_taken(user, partial(self.write, {"start": start, "user_id": user.id})):
                return True
        raise SlotTaken(self.env._("This time has just been taken. Please choose another one."))

    def _make_lead(self):
        """Whoever books and is no customer yet becomes a lead of the employee; the appointment goes with it."""
        for booking in self:
            quiet = self.env["crm.lead"].with_context(mail_auto_subscribe_no_notify=True, mail_create_nosubscribe=True)
            booking.lead_id = quiet.with_company(booking.company_id).create(
                {
                    "name": booking.type_id.name,
                    "type": "opportunity",
                    "contact_name": booking.contact_name,
                    "email_from": booking.email,
                    "phone": booking.phone,
                    "description": booking._event_description(),
                    "user_id": booking.user_id.id,
                    "company_id": booking.company_id.id,
                    "lang_id": self.env["res.lang"]._get_data(code=booking.lang).id if booking.lang else False,
                }
            )
            booking.event_id.opportunity_id = booking.lead_id

    def _unless_taken(self, user, work):
        """Do `work` in a savepoint and return its result, or None where the user's time was taken in the meantime."""
        try:
            with self.env.cr.savepoint():
                self.env["crm.booking.engine"]._line_up(user)
                return work()
        except ExclusionViolation:
            return None

    def _may_change(self):
        """Whether the customer may still move or cancel it without calling us."""
        self.ensure_one()
        limit = self.start - timedelta(hours=self.type_id.change_hours)
        return self.state == "booked" and fields.Datetime.now() <= limit

    def _cancel(self, by):
        """Cancel what is booked; the time is free again."""
        coming = self.filtered(lambda booking: booking.state == "booked")
        coming.write({"state": "cancelled", "cancelled_on": fields.Datetime.now(), "cancelled_by": by})
        coming._sync_events()
        coming.filtered(lambda booking: booking.start > fields.Datetime.now())._tell("cancelled")
        return True

    def _keep(self, automatic=False):
        """The customer came; what the service settles on the object is done, where a person says so."""
        self.write({"state": "kept", "kept_on": fields.Datetime.now(), "automatic": automatic})
        for booking in self.browse() if automatic else self:
            dues = booking.object_id.due_ids.filtered(
                lambda due, kind=booking.type_id.due_kind_id: due.state == "open" and due.kind_id == kind
            )
            dues._done(booking.type_id._local(booking.start).date())
        self._sync_events()
        return True

    # -- buttons ------------------------------------------------------------------------------------

    def action_kept(self):
        return self._past_or_refuse(("booked", "missed"))._keep()

    def action_missed(self):
        """The customer did not come: it is no meeting, and counts for the no-show rate."""
        bookings = self._past_or_refuse(("booked", "kept"))
        bookings.write({"state": "missed", "kept_on": fields.Datetime.now(), "automatic": False})
        bookings._sync_events()
        return True

    def action_cancel(self):
        """Cancel on our side; the customer gets a mail."""
        self.check_access("write")
        if self.filtered(lambda booking: booking.state != "booked"):
            raise UserError(self.env._("Only appointments to come are cancelled."))
        return self.sudo()._cancel("us")

    @api.model
    def action_open_book(self):
        """Choose a free time, for the contact whose appointments are shown."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_booking_book_action")
        names = ("default_partner_id", "default_type_id", "default_object_id")
        return dict(action, context={name: self.env.context[name] for name in names if name in self.env.context})

    def action_open_page(self):
        """Look at the page that the customer sees."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self._url(), "target": "new"}

    def action_open_event(self):
        self.ensure_one()
        return self.event_id.get_formview_action()

    def _past_or_refuse(self, states):
        self.check_access("write")
        if self.filtered(lambda booking: booking.state not in states):
            raise UserError(self.env._("This appointment was cancelled, or this is noted already."))
        if self.filtered(lambda booking: booking.start > fields.Datetime.now()):
            raise UserError(self.env._("The appointment is still to come."))
        return self.sudo()

    # -- nightly ------------------------------------------------------------------------------------

    @api.model
    def _cron_bookings(self):
        """Each hour: prospects that became customers, reminders, and what time alone decides."""
        if not self.env["res.company"]._kundenbindung_switched_on("booking"):
            return
        self._follow_leads()
        self._remind(commit=True)
        self._keep_by_time(commit=True)

    def _follow_leads(self):
        """Appointments of prospects go with them when they become customers."""
        for booking in self.search([("partner_id", "=", False), ("lead_id.partner_id", "!=", False)]):
            booking.partner_id = booking.lead_id.partner_id

    def _keep_by_time(self, commit=False):
        """What nobody decided counts as kept after the days that the company set; 0 leaves it to people."""
        now = fields.Datetime.now()
        for company in self.env["res.company"].search([("kundenbindung_booking_kept_days", ">", 0)]):
            limit = now - timedelta(days=company.kundenbindung_booking_kept_days)
            past = self.search([("company_id", "=", company.id), ("state", "=", "booked"), ("stop", "<", limit)])
            for start in range(0, len(past), BATCH):
                past[start : start + BATCH]._keep(automatic=True)
                if commit and not self.env["ir.cron"]._commit_progress(
                    BATCH, remaining=max(len(past) - start - BATCH, 0)
                ):
                    return
