from urllib.parse import urlsplit

from odoo import fields, models

try:
    import vobject
except ImportError:  # Odoo itself does without and makes no files then
    vobject = None

TIMES = ("start", "stop", "user_id", "active")


class CalendarEvent(models.Model):
    """What somebody does with an appointment in the calendar happens to the appointment."""

    _inherit = "calendar.event"

    kundenbindung_booking_ids = fields.One2many(
        "crm.booking", "event_id", "Appointments of Customers", groups="crm_kundenbindung.group_kundenbindung_user"
    )

    def write(self, vals):
        result = super().write(vals)
        if any(name in vals for name in TIMES):
            self._follow_in_bookings()
        return result

    def unlink(self):
        bookings = self._bookings()
        result = super().unlink()
        bookings._cancel("us")
        return result

    def _bookings(self):
        """Return what is booked with these events."""
        bookings = self.env["crm.booking"].sudo()
        return bookings.search([("event_id", "in", self.ids), ("state", "=", "booked")]) if self.ids else bookings

    def _follow_in_bookings(self):
        """Move or cancel the appointments whose events somebody moved or put away; equal ones stay untouched."""
        for booking in self._bookings():
            event = booking.event_id
            if not event.active:
                booking._cancel("us")
                continue
            vals = {"start": event.start} if event.start != booking.start else {}
            minutes = round((event.stop - event.start).total_seconds() / 60)
            if minutes != booking.duration and minutes > 0:
                vals["duration"] = minutes
            if event.user_id != booking.user_id and event.user_id and not event.user_id.share:
                vals["user_id"] = event.user_id.id
            if vals:
                booking.write(vals)

    def _get_ics_file(self):
        """Give files of appointments an identity: a calendar then moves the entry instead of adding another one."""
        files = super()._get_ics_file()
        bookings = self.env["crm.booking"].sudo().search([("event_id", "in", list(files))]) if vobject else ()
        for booking in bookings:
            number, event_id = f"booking-{booking.id}", booking.event_id.id
            calendar = vobject.readOne(files[event_id].decode())
            for name in ("uid", "sequence", "status"):
                calendar.vevent.contents.pop(name, None)
            cancelled = booking.state == "cancelled"
            host = urlsplit(booking.get_base_url()).hostname or "odoo"
            calendar.vevent.add("uid").value = f"{number}@{host}"
            calendar.vevent.add("sequence").value = str(booking.moves + cancelled)
            calendar.vevent.add("status").value = "CANCELLED" if cancelled else "CONFIRMED"
            calendar.add("method").value = "CANCEL" if cancelled else "PUBLISH"
            files[event_id] = calendar.serialize().encode()
        return files
