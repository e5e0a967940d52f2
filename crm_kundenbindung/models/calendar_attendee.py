from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _should_notify_attendee(self, notify_author=False):
        """Customers get the mails of their appointment, not Odoo's invitation to a meeting beside them."""
        booking = self.env["crm.booking"].sudo().search([("event_id", "=", self.event_id.id)], limit=1)
        if booking and booking.partner_id == self.partner_id:
            return False
        return super()._should_notify_attendee(notify_author=notify_author)
