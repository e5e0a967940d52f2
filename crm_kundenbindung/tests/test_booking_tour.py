from odoo.tests import HttpCase, tagged

from .booking import BookingCase


@tagged("post_install", "-at_install")
class TestBookingTour(BookingCase, HttpCase):
    """A customer with a phone: books, moves and cancels, without a login."""

    frozen = False
    browser_size = "400x800"
    touch_enabled = True

    def test_book_move_cancel(self):
        self.kind.change_hours = 0
        self.start_tour("/book", "crm_kundenbindung_booking")
        self.env.invalidate_all()
        [booking] = self.bookings.search([])
        self.assertEqual((booking.state, booking.cancelled_by, booking.moves), ("cancelled", "customer", 1))
        self.assertEqual((booking.pick_up, booking.pick_up_address), (True, "Am Berg 2"))
        self.assertEqual(booking.lead_id.contact_name, "Nora New")
        subjects = self.env["mail.mail"].search([("email_to", "=", "nora@example.com")], order="id").mapped("subject")
        self.assertEqual([s.split(":")[0] for s in subjects], ["Your appointment", "Moved", "Cancelled"])


@tagged("post_install", "-at_install")
class TestBookingDeskTour(BookingCase, HttpCase):
    """An employee on the phone with a customer."""

    frozen = False

    def test_book_from_the_contact(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.lang = "en_US"
        path = f"/odoo/res.partner/{self.customer.id}"
        self.start_tour(path, "crm_kundenbindung_booking_desk", login=self.user.login)
        self.env.invalidate_all()
        [booking] = self.bookings.search([])
        self.assertEqual((booking.partner_id, booking.user_id, booking.origin), (self.customer, self.user, "staff"))
