from lxml import html

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .booking import BookingCase


@tagged("post_install", "-at_install")
class TestBookingHttp(BookingCase, HttpCase):
    """The pages, as customers with and without a login open them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "booking_portal", groups="base.group_portal", email="portal@example.com")
        cls.portal.partner_id.write({"parent_id": cls.customer.id, "street": "Am Markt 1", "city": "Göttingen"})
        cls.stranger = new_test_user(cls.env, "booking_stranger_portal", groups="base.group_portal")

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _csrf(self, page):
        found = html.fromstring(page.text).xpath("//form//input[@name='csrf_token']/@value")
        return found[0] if found else ""

    def _post(self, path, form=None, **data):
        """Open a page and send its form; return the answer."""
        page = self.url_open(form or path)
        return self.url_open(path, data={"csrf_token": self._csrf(page), **data})

    def _path(self, text, kind=None):
        return f"/book/{(kind or self.kind).id}/{self._utc(text):%Y%m%dT%H%M}"

    def _all(self):
        self.env.invalidate_all()
        return self.bookings.search([], order="id")

    # -- new customers ------------------------------------------------------------------------------

    def test_a_new_customer_books(self):
        self.assertIn("Inspection", self.url_open("/book").text)
        times = self.url_open(f"/book/{self.kind.id}")
        links = html.fromstring(times.text).xpath("//a[contains(@class, 'o_booking_time')]/@href")
        self.assertGreater(len(links), 10)
        answer = self._post(
            self._path("2026-03-04 10:00"), contact_name="Nora New", email="Nora@Example.com", object_text="Fiat 500, GÖ-N 1",
            pick_up="1", pick_up_address="Am Berg 2", pick_up_at="07:30", note="<script>alert(1)</script>",
        )  # fmt: skip
        booking = self._all()
        self.assertEqual((booking.contact_name, booking.email), ("Nora New", "nora@example.com"))
        self.assertEqual((booking.origin, booking.pick_up_at), ("public", self._utc("2026-03-04 07:30")))
        self.assertEqual(booking.lead_id.email_from, "nora@example.com")
        self.assertIn("Your appointment is booked", answer.text)
        self.assertNotIn("<script>alert(1)", answer.text)
        self.assertNotIn("<script>", booking.event_id.description)
        self.assertEqual(self.url_open(f"/appointment/{booking.id}/{booking._ensure_token()}/ics").status_code, 200)

    def test_a_telephone_number_is_enough_and_no_mail_goes(self):
        before = self._mails().filtered("email_to")
        self._post(self._path("2026-03-04 10:00"), contact_name="Nora New", phone="0551 99")
        self.assertEqual(self._all().phone, "0551 99")
        self.assertEqual(self._mails().filtered("email_to"), before)

    def test_a_known_address_is_the_contact_and_the_page_tells_nothing(self):
        answer = self._post(self._path("2026-03-04 10:00"), contact_name="Whoever", email=self.contact.email)
        booking = self._all()
        self.assertEqual((booking.partner_id, booking.lead_id.id), (self.contact, False))
        self.assertNotIn("Anna Sommer", answer.text)

    def test_what_is_missing_is_said(self):
        for data in ({}, {"contact_name": "x"}, {"contact_name": "x", "email": "no mail"}, {"contact_name": "\x00", "phone": "1"},
                     {"contact_name": "x", "phone": "1", "pick_up": "1"}):  # fmt: skip
            with self.subTest(data=data):
                answer = self._post(self._path("2026-03-04 10:00"), **data)
                self.assertEqual(answer.status_code, 200)
                self.assertIn("is-invalid", answer.text)
        self.assertFalse(self._all())

    def test_too_late_is_said(self):
        self._booked()
        answer = self._post(
            self._path("2026-03-04 10:00"), form=self._path("2026-03-04 14:00"), contact_name="x", phone="1"
        )
        self.assertIn("has just been taken", answer.text)
        self.assertIn("has just been taken", self.url_open(self._path("2026-03-04 10:00")).text)
        self.assertEqual(len(self._all()), 1)

    def test_robots_and_those_who_try_too_often(self):
        self._post(self._path("2026-03-04 10:00"), contact_name="Robot", phone="1", fax="1")
        self.assertFalse(self._all())
        for number in range(9):
            self._post(self._path("2026-03-04 10:00"), contact_name="Robot", phone=str(number), fax="1")
        answer = self._post(self._path("2026-03-04 10:00"), contact_name="Human", phone="9")
        self.assertEqual(answer.status_code, 429)
        self.assertFalse(self._all())

    def test_nobody_fills_the_calendar(self):
        for hour in (8, 9, 10, 11, 13):
            answer = self._post(self._path(f"2026-03-04 {hour:02}:00"), contact_name="x", email="one@example.com")
        self.assertEqual((answer.status_code, len(self._all())), (429, 4))

    def test_without_csrf_nothing(self):
        self.assertEqual(self.url_open(self._path("2026-03-04 10:00"), data={"contact_name": "x"}).status_code, 400)

    # -- the link -----------------------------------------------------------------------------------

    def test_moved_and_cancelled_over_the_link(self):
        booking = self._booked()
        own = f"/appointment/{booking.id}/{booking._ensure_token()}"
        self.assertIn("10:00", self.url_open(own).text)
        start = self._utc("2026-03-05 13:00")
        self._post(f"{own}/move", start=f"{start:%Y%m%dT%H%M}")
        self.env.invalidate_all()
        self.assertEqual(booking.start, start)
        self._post(f"{own}/cancel", form=own)
        self.env.invalidate_all()
        self.assertEqual((booking.state, booking.cancelled_by), ("cancelled", "customer"))
        self.assertIn("is cancelled", self.url_open(own).text)
        self.assertEqual(self.url_open(f"{own}/move").status_code, 200, "it leads back to the appointment")

    def test_after_the_limit_they_call(self):
        booking = self._booked("2026-03-03 10:00")
        own = f"/appointment/{booking.id}/{booking._ensure_token()}"
        page = self.url_open(f"{own}/move")
        token = self._csrf(page)
        self._pass(hours=5)
        for path, data in (("/move", {"start": "20260305T1200"}), ("/cancel", {})):
            answer = self.url_open(own + path, data={"csrf_token": token, **data})
            self.assertIn("call us", answer.text)
        self.env.invalidate_all()
        self.assertEqual((booking.state, booking.moves), ("booked", 0))

    def test_opening_links_changes_nothing(self):
        booking = self._booked()
        own = f"/appointment/{booking.id}/{booking._ensure_token()}"
        for path in ("", "/move", "/ics"):
            self.assertEqual(self.url_open(own + path).status_code, 200)
        self.assertIn(self.url_open(f"{own}/cancel").status_code, (400, 405))
        self.env.invalidate_all()
        self.assertEqual(booking.state, "booked")

    # -- foreign, missing, nonsense -----------------------------------------------------------------

    def test_foreign_missing_and_nonsense_answer_alike(self):
        mine, foreign = self._booked(), self._booked("2026-03-05 10:00", partner=self.other)
        token = mine._ensure_token()
        foreign._ensure_token()
        staff = self.kind.copy({"audience": "staff"})
        customers = self.kind.copy({"audience": "customer"})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        paths = [
            f"/appointment/{foreign.id}/{token}", f"/appointment/{mine.id}/{token}x", f"/appointment/{mine.id}/ü",
            f"/appointment/0/{token}", f"/appointment/-1/{token}", f"/appointment/text/{token}", f"/appointment/{2**40}/{token}",
            f"/appointment/{foreign.id}/{token}/move", f"/appointment/{foreign.id}/{token}/ics", "/appointment/1/None",
            f"/book/{staff.id}", f"/book/{customers.id}", "/book/0", "/book/-1", f"/book/{2**40}", "/book/text",
            f"/book/{self.kind.id}/text", f"/book/{self.kind.id}/20269999T9999", f"/book/{self.kind.id}/٢٠٢٦0304T0900",
            f"/book/company/{elsewhere.id}", "/book/company/0", f"/book/company/{2**40}", "/book/company/text",
            f"/book/{staff.id}/20260304T0900",
        ]  # fmt: skip
        for path in paths:
            with self.subTest(path=path):
                self.assertEqual(self.url_open(path).status_code, 404)
        for query in ("day=x", "day=9999-99-99", "day=0001-01-01", "day=9999-12-31", "anybody=x&taken=y", "day=%00"):
            with self.subTest(query=query):
                self.assertEqual(self.url_open(f"/book/{self.kind.id}?{query}").status_code, 200)

    def test_switched_off_there_is_nothing(self):
        booking = self._booked()
        path = f"/appointment/{booking.id}/{booking._ensure_token()}"
        for area in ("booking", "object"):
            self.env.ref("base.group_user").implied_ids -= self.env.ref(f"crm_kundenbindung.group_kundenbindung_{area}")
        for page in ("/book", f"/book/{self.kind.id}", path):
            self.assertEqual(self.url_open(page).status_code, 404)
        self.authenticate("booking_portal", "booking_portal")
        for page in ("/my/appointments", "/my/objects", "/my/objects/new", "/my/objects/1"):
            self.assertEqual(self.url_open(page).status_code, 404)
        self.assertNotIn("/my/objects", self.url_open("/my/home").text)

    # -- with a login -------------------------------------------------------------------------------

    def test_a_customer_with_a_login(self):
        self.kind.user_ids |= self.second
        car = self._object(due=20)
        foreign = self._object(self.other)
        self.authenticate("booking_portal", "booking_portal")
        times = self.url_open(f"/book/{self.kind.id}").text
        self.assertIn("your contact person", times)
        page = self.url_open(self._path("2026-03-04 10:00"))
        self.assertIn("GÖ-AB 123", page.text)
        self.assertIn("Am Markt 1, Göttingen", page.text)
        self._post(self._path("2026-03-04 10:00"), object_id=str(foreign.id))
        self.assertFalse(self._all().object_id)
        self._post(self._path("2026-03-05 10:00"), object_id=str(car.id))
        booking = self._all()[-1]
        self.assertEqual((booking.partner_id, booking.user_id), (self.portal.partner_id, self.user))
        self.assertEqual((booking.object_id, booking.origin), (car, "portal"))
        mine = self.url_open("/my/appointments").text
        self.assertEqual(mine.count("/appointment/"), 2)
        self.authenticate("booking_stranger_portal", "booking_stranger_portal")
        self.assertNotIn("/appointment/", self.url_open("/my/appointments").text)

    def test_objects_in_the_portal(self):
        self.authenticate("booking_portal", "booking_portal")
        self.assertIn("Licence plate", self.url_open(f"/my/objects/new?kind={self.car.id}").text)
        due = f"due_{self.inspection.id}"
        path = f"/my/objects/new?kind={self.car.id}"
        self._post(path, name="", identification="x")
        self._post(path, name="Opel Corsa", **{due: "nonsense"})
        self._post(path, name="Opel Corsa", **{due: "9999-12-31"})
        self.env.invalidate_all()
        self.assertFalse(self.env["crm.customer.object"].search([]))
        self._post(path, name="Opel Corsa", identification="GÖ-C 5", **{due: "2026-06-01"})
        car = self.env["crm.customer.object"].search([])
        self.assertEqual((car.partner_id, car.due_date.isoformat()), (self.portal.partner_id, "2026-06-01"))
        own = f"/my/objects/{car.id}"
        self._post(own, name="Opel Corsa E", **{due: "2026-07-01"})
        self.env.invalidate_all()
        self.assertEqual((car.name, car.due_date.isoformat(), len(car.due_ids)), ("Opel Corsa E", "2026-07-01", 1))
        self._post(own, name="Opel Corsa E", **{due: ""})
        self.env.invalidate_all()
        self.assertEqual((car.due_date, car.due_ids.state), (False, "dropped"))
        self.assertIn("Opel Corsa E", self.url_open("/my/objects").text)
        self._post(f"{own}/archive", form=own)
        self.env.invalidate_all()
        self.assertFalse(car.active)
        self.assertEqual(self.url_open(own).status_code, 404)

    def test_foreign_objects_and_pages(self):
        car = self._object(self.other)
        self.authenticate("booking_portal", "booking_portal")
        for number in (car.id, 0, -1, 10**6, 2**40, "text"):
            with self.subTest(number=number):
                self.assertEqual(self.url_open(f"/my/objects/{number}").status_code, 404)
        for query in ("?kind=0", "?kind=text", "?kind=-1", f"?kind={2**40}"):
            self.assertEqual(self.url_open(f"/my/objects/new{query}").status_code, 200)
        for page in ("/my/appointments/page/0", f"/my/appointments/page/{10**12}", "/my/home"):
            self.assertEqual(self.url_open(page).status_code, 200)
        token = self._csrf(self.url_open(f"/my/objects/new?kind={self.car.id}"))
        self.assertEqual(self.url_open(f"/my/objects/{car.id}/archive", data={"csrf_token": token}).status_code, 404)
        self.assertEqual(
            self.url_open(f"/my/objects/{car.id}", data={"csrf_token": token, "name": "x"}).status_code, 404
        )

    def test_two_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere", "resource_calendar_id": self.hours.id})
        self.second.company_ids |= company
        kind = self.kind.copy(
            {"name": "Over There", "company_id": company.id, "user_ids": [Command.set(self.second.ids)]}
        )
        self.assertNotIn("Over There", self.url_open("/book").text)
        self.assertIn("Over There", self.url_open(f"/book/company/{company.id}").text)
        self._object()
        self.authenticate("booking_portal", "booking_portal")
        self.assertNotIn("GÖ-AB 123", self.url_open(self._path("2026-03-04 10:00", kind)).text)
        self._post(self._path("2026-03-04 10:00", kind))
        booking = self._all()
        self.assertEqual((booking.company_id, booking.user_id), (company, self.second))
