from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _should_notify_attendee(self, notify_author=False):
        """Customers get the mails of their appointment, not Odoo's invitation to a meeting beside them."""
        domain = [("event_id", "=", self.event_id.id), ("partner_id", "=", self.partner_id.id)]
        if self.partner_id.partner_share and self.env["crm.booking"].sudo().search_count(domain, limit=1):
            return False
        return super()._should_notify_attendee(notify_author=notify_author)
