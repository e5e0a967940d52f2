from datetime import datetime, timedelta

import vobject
from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.crm_booking_steps import SlotTaken
from .booking import BookingCase


@tagged("post_install", "-at_install")
class TestBooking(BookingCase):
    """The life of an appointment: booked once, moved, cancelled, kept or not."""

    # -- booking ------------------------------------------------------------------------------------

    def test_booked_with_its_event(self):
        booking = self._booked(note="Squeals")
        event = booking.event_id
        self.assertEqual((booking.user_id, booking.email), (self.user, self.customer.email))
        self.assertEqual((event.start, event.stop), (booking.start, booking.start + timedelta(hours=1)))
        self.assertEqual(event.partner_ids, self.user.partner_id | self.customer)
        self.assertEqual(set(event.attendee_ids.mapped("state")), {"accepted"})
        self.assertIn("Squeals", event.description)
        self.assertFalse(event.activity_ids)
        self.assertNotIn("10:00", self._times("2026-03-04"))

    def test_taken_is_taken(self):
        self._booked()
        with self.assertRaises(SlotTaken):
            self._booked(partner=self.other)

    def test_no_free_time_no_appointment(self):
        for start in (
            "2026-03-07 10:00",
            "2026-03-04 12:00",
            "2026-03-04 10:10",
            "2026-02-27 10:00",
            "2027-03-03 10:00",
        ):
            with self.subTest(start=start), self.assertRaises(SlotTaken):
                self._booked(start)

    def test_the_database_refuses_overlaps_whoever_writes(self):
        self._booked()
        vals = {"type_id": self.kind.id, "user_id": self.user.id, "partner_id": self.other.id}
        for start, stop in (("2026-03-04 10:30", True), ("2026-03-04 09:30", True), ("2026-03-04 11:00", False)):
            with self.subTest(start=start):
                if not stop:
                    self.bookings.create({**vals, "start": self._utc(start)})
                    continue
                with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"):
                    self.bookings.create({**vals, "start": self._utc(start)})
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.bookings.create({**vals, "start": self._utc("2026-03-05 10:00"), "duration": 0})

    def test_who_loses_the_race_gets_the_next_free_colleague(self):
        """The slots of both were read before either wrote: the database decides, the loser is booked with the other."""
        self.kind.user_ids |= self.second
        start, slots = self._utc("2026-03-04 10:00"), self.kind._slots()
        first = self._booked()
        self.patch(type(self.kind), "_slots", lambda *args, **kwargs: slots)
        self.patch(type(self.kind), "_in_turn", lambda kind, users, *args, **kwargs: list(first.user_id | users))
        with mute_logger("odoo.sql_db"):
            other = self._booked(partner=self.other)
        self.assertEqual((other.start, first.user_id | other.user_id), (start, self.user | self.second))
        with mute_logger("odoo.sql_db"), self.assertRaises(SlotTaken):
            self._booked(partner=self.contact)
        events = self.env["calendar.event"].search_count([("start", "=", start), ("name", "like", "Inspection")])
        self.assertEqual(events, 2, "nothing of the loser is left")

    def test_the_one_with_the_fewest_appointments_that_day(self):
        self.kind.user_ids |= self.second
        users = [self._booked(f"2026-03-04 {hour:02}:00", partner=self.other).user_id for hour in (8, 10, 13, 15)]
        self.assertEqual([users.count(user) for user in (self.user, self.second)], [2, 2])

    def test_the_salesperson_where_they_can_do_it(self):
        self.assertEqual(self.kind._responsible(self.contact), self.user)
        self.kind.user_ids = self.second
        self.assertFalse(self.kind._responsible(self.contact))

    # -- moving -------------------------------------------------------------------------------------

    def test_moved_with_its_event_and_what_was_agreed(self):
        """From winter to summer time: fetched at 07:30 on the clock, before and after."""
        booking = self._booked("2026-03-27 10:00", pick_up=True, pick_up_address="Am Markt 1")
        booking.pick_up_at = self._utc("2026-03-27 07:30")
        event = booking.event_id
        booking._move(self._utc("2026-03-30 14:00"))
        self.assertEqual((booking.event_id, event.start), (event, self._utc("2026-03-30 14:00")))
        self.assertEqual(booking.pick_up_at, self._utc("2026-03-30 07:30"))
        self.assertEqual((booking.moves, booking.first_start), (1, self._utc("2026-03-27 10:00")))
        self.assertIn("10:00", self._times("2026-03-27"), "the old time is free again")

    def test_moved_by_less_than_its_length(self):
        booking = self._booked()
        booking._move(self._utc("2026-03-04 10:30"))
        self.assertEqual(booking.start, self._utc("2026-03-04 10:30"))

    def test_moved_to_a_colleague_where_need_be(self):
        self.kind.user_ids |= self.second
        booking = self._booked()
        other = self.second if booking.user_id == self.user else self.user
        self._event("2026-03-05 08:00", "2026-03-05 17:00", user=booking.user_id)
        booking._move(self._utc("2026-03-05 10:00"))
        self.assertEqual((booking.user_id, booking.event_id.user_id), (other, other))
        self.assertEqual(booking.event_id.partner_ids, other.partner_id | self.customer)

    def test_the_calendar_leads_too(self):
        booking = self._booked()
        booking.event_id.write({"start": self._utc("2026-03-05 11:00"), "stop": self._utc("2026-03-05 12:30")})
        self.assertEqual((booking.start, booking.duration, booking.moves), (self._utc("2026-03-05 11:00"), 90, 1))
        self._booked("2026-03-06 10:00", partner=self.other)
        with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"):
            booking.event_id.write({"start": self._utc("2026-03-06 10:30"), "stop": self._utc("2026-03-06 11:30")})
        booking.event_id.unlink()
        self.assertEqual((booking.state, booking.cancelled_by), ("cancelled", "us"))

    def test_archived_in_the_calendar_is_cancelled(self):
        booking = self._booked()
        booking.event_id.action_archive()
        self.assertEqual(booking.state, "cancelled")

    # -- cancelling, keeping ------------------------------------------------------------------------

    def test_cancelled_is_free_again(self):
        booking = self._booked()
        booking._cancel("customer")
        self.assertEqual((booking.cancelled_by, booking.event_id.active), ("customer", False))
        self.assertTrue(self._booked(partner=self.other))
        booking._cancel("customer")
        self.assertEqual(booking.state, "cancelled")

    def test_the_limit_of_customers(self):
        booking = self._booked("2026-03-03 10:00")
        self.assertTrue(booking._may_change())
        self._pass(hours=3)
        self.assertFalse(booking._may_change())
        booking.with_user(self.user).action_cancel()
        self.assertEqual(booking.state, "cancelled")

    def test_kept_settles_what_was_due(self):
        car = self._object(due=2)
        booking = self._booked(object_id=car.id)
        with self.assertRaises(UserError):
            booking.with_user(self.user).action_kept()
        self._pass(days=3)
        booking.with_user(self.user).action_kept()
        self.assertEqual((booking.state, booking.automatic), ("kept", False))
        self.assertEqual(car.due_ids.filtered(lambda d: d.state == "done").done_on.isoformat(), "2026-03-04")
        self.assertEqual(len(car.due_ids.filtered(lambda d: d.state == "open")), 1)

    def test_missed_is_no_meeting(self):
        booking = self._booked()
        self._pass(days=3)
        booking.with_user(self.user).action_missed()
        guest = booking.event_id.attendee_ids.filtered(lambda a: a.partner_id == self.customer)
        self.assertEqual((booking.state, guest.state), ("missed", "declined"))
        booking.with_user(self.user).action_kept()
        self.assertEqual((booking.state, guest.state), ("kept", "accepted"))

    def test_time_alone(self):
        car = self._object(due=2)
        booking, late = self._booked(object_id=car.id), self._booked("2026-03-06 10:00")
        self._pass(days=5)
        self.bookings._keep_by_time()
        self.assertEqual((booking.state, booking.automatic, late.state), ("kept", True, "booked"))
        self.assertEqual(car.due_ids.state, "open", "nobody said that it was done")
        self.company.kundenbindung_booking_kept_days = 0
        self._pass(days=9)
        self.bookings._keep_by_time()
        self.assertEqual(late.state, "booked")

    # -- history ------------------------------------------------------------------------------------

    def test_each_event_is_one_touchpoint(self):
        self._settle()
        before = self._touchpoints(self.customer)
        kept, missed = self._booked(origin="portal"), self._booked("2026-03-05 10:00", origin="portal")
        cancelled = self._booked("2026-03-06 10:00", origin="portal")
        cancelled._cancel("customer")
        self._pass(days=7)
        kept._keep()
        missed.with_user(self.user).action_missed()
        self._capture()
        found = [touchpoint.kind_id.code for touchpoint in self._touchpoints(self.customer) - before]
        expected = ["appointment_booked"] * 3 + ["appointment_cancelled", "appointment_missed", "meeting"]
        self.assertEqual(sorted(found), expected)

    def test_a_prospect_becomes_a_customer(self):
        booking = self.bookings._book(
            self.kind,
            self._utc("2026-03-04 10:00"),
            {"contact_name": "New Person", "email": "new@example.com", "origin": "public"},
        )
        booking._make_lead()
        lead = booking.lead_id
        self.assertEqual(
            (lead.contact_name, lead.email_from, lead.user_id), ("New Person", "new@example.com", self.user)
        )
        self.assertEqual(booking.event_id.opportunity_id, lead)
        lead.partner_id = self.other
        self.bookings._follow_leads()
        self.assertEqual((booking.partner_id, booking.commercial_partner_id), (self.other, self.other))
        self.assertIn(self.other, booking.event_id.partner_ids)

    def test_indicators(self):
        for day, outcome in ((3, "_keep"), (4, "action_missed"), (5, None)):
            booking = self._booked(f"2026-03-0{day} 10:00", origin="portal" if day == 3 else "staff")
            if outcome:
                self._pass(days=5)
                getattr(booking, outcome)()
                self._pass(days=-5)
        self.env.flush_all()
        engine = self.env["crm.kpi.engine"]
        kpis = self.env["crm.kpi"].search([("code", "like", "booking_")])
        period = (fields.Date.to_date("2026-03-01"), fields.Date.to_date("2026-04-01"))
        found = engine._measure(self.company, kpis, [period])
        values = {kpi.code: row[1:3] for (kpi, _period), row in found.items()}
        self.assertEqual(values["booking_no_show"], (1, 2))

    # -- mail ---------------------------------------------------------------------------------------

    def _sent(self, work):
        before = self._mails()
        work()
        return (self._mails() - before).filtered(lambda mail: mail.email_to == self.customer.email)

    def _file(self, mail):
        [attachment] = mail.attachment_ids
        return vobject.readOne(attachment.raw.decode())

    def test_mails_with_a_calendar_file_of_one_identity(self):
        booking = self.bookings
        box = []
        mail = self._sent(lambda: box.append(self._booked()))
        booking = box[0]
        confirmed = self._file(mail)
        self.assertIn(booking._url(), mail.body_html)
        self.assertEqual(confirmed.vevent.dtstart.value.replace(tzinfo=None), booking.start)
        self.assertEqual((confirmed.method.value, confirmed.vevent.sequence.value), ("PUBLISH", "0"))
        moved = self._file(self._sent(lambda: booking._move(self._utc("2026-03-05 10:00"))))
        gone = self._file(self._sent(lambda: booking._cancel("us")))
        self.assertEqual({f.vevent.uid.value for f in (confirmed, moved, gone)}, {confirmed.vevent.uid.value})
        self.assertEqual([f.vevent.sequence.value for f in (moved, gone)], ["1", "2"])
        self.assertEqual((gone.method.value, gone.vevent.status.value), ("CANCEL", "CANCELLED"))

    def test_one_mail_each_and_none_of_the_calendar(self):
        before = self._mails()
        booking = self._booked()
        booking.event_id.with_user(self.user).write(
            {"start": self._utc("2026-03-05 10:00"), "stop": self._utc("2026-03-05 11:00")}
        )
        mails = (self._mails() - before).filtered(
            lambda m: m.email_to == self.customer.email or self.customer in m.recipient_ids
        )
        self.assertEqual(len(mails), 2, mails.mapped("subject"))
        self.assertEqual([m.subject.split(":")[0] for m in mails], ["Your appointment", "Moved"])

    def test_in_the_customers_language_on_the_clock_of_the_place(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        mail = self._sent(self._booked)
        self.assertIn("Mittwoch, 4. März 2026, 10:00", mail.subject)

    def test_the_employee_learns_it_unless_they_did_it(self):
        before = self.env["mail.message"].search([])
        self._booked()
        new = self.env["mail.message"].search([]) - before
        self.assertTrue(
            new.filtered(lambda m: self.user.partner_id in m.partner_ids and "New appointment" in (m.subject or ""))
        )
        before = self.env["mail.message"].search([])
        self.bookings.with_user(self.user).create(
            {"type_id": self.kind.id, "partner_id": self.other.id, "start": self._utc("2026-03-05 10:00")}
        )
        new = self.env["mail.message"].search([]) - before
        self.assertFalse(new.filtered(lambda m: self.user.partner_id in m.partner_ids))

    def test_a_mail_that_fails_stops_no_booking(self):
        self.env.ref(
            "crm_kundenbindung.mail_template_booking_confirmed"
        ).body_html = "<t t-out='object.nothing_like_it'/>"
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            booking = self._booked()
        self.assertEqual(booking.state, "booked")
        self.assertTrue(booking.failure)

    def test_reminded_once_of_each_time(self):
        booking = self._booked("2026-03-05 10:00")
        self.assertFalse(self._sent(self.bookings._remind))
        self._pass(days=2, hours=3)
        self.assertEqual(len(self._sent(self.bookings._remind)), 1)
        self.assertFalse(self._sent(self.bookings._remind))
        booking.start += timedelta(days=7)
        self._pass(days=7)
        self.assertEqual(len(self._sent(self.bookings._remind)), 1)

    def test_who_booked_just_now_is_not_reminded(self):
        self._booked("2026-03-02 14:00")
        self._pass(hours=2)
        self.assertFalse(self._sent(self.bookings._remind))

    def test_killed_in_the_middle_each_is_reminded_once(self):
        for hour in (9, 10, 11):
            self._booked(f"2026-03-05 {hour:02}:00")
        self._pass(days=2, hours=3)
        send, calls = type(self.bookings)._send, []

        def dying(booking, what):
            calls.append(booking)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return send(booking, what)

        before = self._mails()
        self.patch(type(self.bookings), "_send", dying)
        with self.assertRaises(KeyboardInterrupt):
            self.bookings._remind()  # rolled back as a killed job is
        self.bookings._remind()
        self.assertEqual(len(self._mails() - before), 3)

    # -- rights -------------------------------------------------------------------------------------

    def test_the_app_alone_writes_states_and_tokens(self):
        booking = self._booked().with_user(self.user)
        for vals in ({"state": "kept"}, {"moves": 3}, {"event_id": False}, {"origin": "portal"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                booking.write(vals)
        booking._ensure_token()
        for name in ("user", "manager"):
            person = {"user": self.user, "manager": self.manager}[name]
            self.assertNotIn("token", booking.with_user(person).read()[0])
            with self.assertRaises(AccessError):
                booking.with_user(person).read(["token"])
        created = self.bookings.with_user(self.user).create(
            {"type_id": self.kind.id, "partner_id": self.other.id, "start": self._utc("2026-03-05 10:00"),
             "state": "kept", "origin": "portal"}
        )  # fmt: skip
        self.assertEqual((created.state, created.origin), ("booked", "staff"))

    def test_tokens_are_long_and_differ(self):
        tokens = {self._booked(f"2026-03-04 {hour:02}:00")._ensure_token() for hour in (8, 9, 10)}
        self.assertEqual((len(tokens), min(map(len, tokens))), (3, 32), "24 bytes are 192 bits")

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env, "booking_stranger", groups="crm_kundenbindung.group_kundenbindung_manager",
            company_id=company.id, company_ids=[Command.set(company.ids)],
        )  # fmt: skip
        booking = self._booked()
        self.assertFalse(self.bookings.with_user(stranger).search([]))
        for call in (lambda b: b.read(["start"]), lambda b: b.action_cancel(), lambda b: b.action_open_page()):
            with self.assertRaises(AccessError):
                call(booking.with_user(stranger))
        self.assertEqual(self.customer.with_user(stranger).with_company(company).kundenbindung_booking_count, 0)
        self.assertEqual(self.customer.with_user(self.user).kundenbindung_booking_count, 1)

    def test_an_object_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        car = self._object(company_id=company.id)
        with self.assertRaises(UserError):
            self._booked(object_id=car.id)

    def test_erasure_reaches_the_calendar(self):
        booking = self._booked(partner=self.other, pick_up=True, pick_up_address="Am Markt 1", note="Squeals")
        car = self._object(self.other)
        engine = self.env["crm.privacy.engine"]
        self.assertIn("crm.booking", [row[0] for row in engine._found(self.other)])
        engine._empty(self.other)
        event = booking.event_id
        self.assertEqual((event.name, event.location, event.start), (f"#{event.id}", False, booking.start))
        self.assertFalse(event.description)
        self.assertEqual((booking.contact_name, booking.pick_up_address, booking.note), (False, False, False))
        self.assertFalse(car.identification)

    # -- the desk -----------------------------------------------------------------------------------

    def test_on_the_phone(self):
        wizard = self.env["crm.booking.book"].with_user(self.user).with_context(default_partner_id=self.contact.id)
        with Form(wizard) as form:
            form.type_id = self.kind
            form.day = fields.Date.to_date("2026-03-04")
            self.assertEqual(form.user_id, self.user)
            first = form.slots[0]["times"]
            self.assertEqual([time["time"] for time in first[:2]], ["08:00", "08:30"])
        form.record.chosen = first[4]["start"]  # what a click on the time does
        action = form.record.action_book()
        booking = self.bookings.browse(action["res_id"])
        self.assertEqual((booking.start, booking.partner_id), (self._utc("2026-03-04 10:00"), self.contact))
        self.assertEqual(booking.origin, "staff")
        for chosen in ("nonsense", False, "2026-03-04T09:00:00"):
            form.record.chosen = chosen
            with self.subTest(chosen=chosen), self.assertRaises(UserError):
                form.record.action_book()

    def test_buttons_refuse_nonsense(self):
        booking = self._booked()
        booking._cancel("us")
        for name in ("action_kept", "action_missed", "action_cancel"):
            with self.subTest(name=name), self.assertRaises(UserError):
                getattr(booking.with_user(self.user), name)()
        self.assertGreater(datetime.now().year, 2000)
