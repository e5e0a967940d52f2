from markupsafe import Markup

from odoo import models
from odoo.fields import Command

# Odoo's own invitations stay away from customers: they get the mails of the appointment
QUIET = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
}


class CrmBooking(models.Model):
    """The appointment in Odoo's calendar: made, moved and taken away with it."""

    _inherit = "crm.booking"

    def _make_events(self):
        """Create the event of each booking, with the employee as its organizer."""
        events = self.env["calendar.event"].with_context(**QUIET).create([b._prepare_event_vals() for b in self])
        for booking, event in zip(self, events, strict=True):
            booking.event_id = event
        events.attendee_ids.write({"state": "accepted"})

    def _sync_events(self):
        """Bring the events to what the bookings say; an appointment that did not take place is none in the calendar."""
        for booking in self.filtered("event_id"):
            event, vals = booking.event_id.with_context(**QUIET), booking._prepare_event_vals()
            people = vals.pop("partner_ids")
            changed = {name: vals[name] for name in ("start", "stop", "name", "location") if event[name] != vals[name]}
            if event.user_id.id != vals["user_id"]:
                changed["user_id"] = vals["user_id"]
            if set(event.partner_ids.ids) != set(people[0][2]):
                changed["partner_ids"] = people
            if event.active != (booking.state != "cancelled"):
                changed["active"] = booking.state != "cancelled"
            if changed:
                event.write(changed)
            guest = event.attendee_ids.filtered(lambda a, p=booking.partner_id: a.partner_id == p)
            guest.write({"state": "declined" if booking.state in ("missed", "cancelled") else "accepted"})
            (event.attendee_ids - guest).write({"state": "accepted"})

    def _prepare_event_vals(self):
        self.ensure_one()
        booking = self.with_context(lang=self.lang or self.env.lang)
        people = self.user_id.partner_id | self.partner_id
        return {
            "name": booking.display_name,
            "start": self.start,
            "stop": self.stop,
            "user_id": self.user_id.id,
            "partner_ids": [Command.set(people.ids)],
            "location": (self.pick_up and self.pick_up_address) or booking.company_id.partner_id._booking_place(),
            "description": booking._event_description(),
            "opportunity_id": self.lead_id.id if self.lead_id.type == "opportunity" else False,
            "res_model_id": False,
            "res_id": False,
        }

    def _event_description(self):
        """What was agreed, line by line; the customer reads it in their calendar too."""
        _ = self.env._
        clock = self._clock
        lines = [
            (_("About"), self.object_id.display_name or self.object_text),
            (_("Wishes"), self.note),
            (_("Fetch From"), self.pick_up and ", ".join(filter(None, (self.pick_up_address, clock(self.pick_up_at))))),
            (
                _("Bring Back To"),
                self.bring_back and ", ".join(filter(None, (self.return_address, clock(self.return_at)))),
            ),
            (_("Phone"), self.phone),
        ]
        return Markup("<br/>").join(Markup("{}: {}").format(label, text) for label, text in lines if text)
