import doctest
from datetime import datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..stats import slots
from .booking import BookingCase


class TestSlots(TransactionCase):
    """The arithmetic of free times, without Odoo."""

    def test_examples(self):
        self.assertEqual(doctest.testmod(slots).failed, 0)

    def test_buffer_keeps_a_distance_before_what_comes_next(self):
        self.assertEqual(slots.free([(0, 100)], [(50, 60)], buffer=10), [(0, 40), (60, 100)])
        self.assertEqual(slots.free([(0, 100)], [(5, 20)], buffer=10), [(20, 100)])

    def test_overlapping_and_outlying_busy_parts(self):
        self.assertEqual(
            slots.free([(10, 20), (30, 40)], [(0, 12), (11, 15), (18, 32), (39, 99)]), [(15, 18), (32, 39)]
        )
        self.assertEqual(slots.free([(10, 20)], [(0, 99)]), [])

    def test_nothing_that_does_not_fit(self):
        same = lambda minute: minute  # noqa: E731
        self.assertEqual(slots.starts([(0, 59)], 60, 30, 0, 999, same), [])
        self.assertEqual(slots.starts([(0, 60)], 60, 30, 0, 999, same), [0])
        self.assertEqual(slots.starts([(0, 200)], 60, 30, 31, 90, same), [60, 90])


@tagged("post_install", "-at_install")
class TestFreeTimes(BookingCase):
    def test_working_hours_with_their_break(self):
        day = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00"]
        afternoon = ["13:00", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00"]
        self.assertEqual(self._times("2026-03-03"), day + afternoon)
        self.assertEqual(self._times("2026-03-07"), [], "Saturday")

    def test_busy_declined_free_and_archived(self):
        self._event("2026-03-03 09:00", "2026-03-03 16:15")
        free = self._event("2026-03-04 08:00", "2026-03-04 17:00", show_as="free")
        declined = self._event("2026-03-04 08:00", "2026-03-04 17:00")
        declined.attendee_ids.state = "declined"
        self._event("2026-03-04 08:00", "2026-03-04 17:00").active = False
        self._event("2026-03-04 08:00", "2026-03-04 17:00", user=self.second)
        self.assertEqual(self._times("2026-03-03"), ["08:00"])
        self.assertEqual(len(self._times("2026-03-04")), 14, free)

    def test_an_invitation_counts_too_and_an_open_one(self):
        event = self._event("2026-03-03 08:00", "2026-03-03 12:00", user=self.second)
        event.with_context(no_mail_to_attendees=True).partner_ids |= self.user.partner_id
        self.assertEqual(self._times("2026-03-03")[0], "13:00")

    def test_a_whole_day_is_a_day_of_the_employee(self):
        self.env["calendar.event"].with_context(no_mail_to_attendees=True).create(
            {"name": "Holiday", "allday": True, "start": "2026-03-03", "stop": "2026-03-04", "start_date": "2026-03-03",
             "stop_date": "2026-03-04", "user_id": self.user.id, "partner_ids": [Command.set(self.user.partner_id.ids)]}
        )  # fmt: skip
        self.assertEqual((self._times("2026-03-03"), self._times("2026-03-04")), ([], []))
        self.assertEqual(len(self._times("2026-03-05")), 14)
        self.assertEqual(len(self._times("2026-03-02")), 14)

    def test_a_series(self):
        self._event(
            "2026-03-03 08:00",
            "2026-03-03 12:00",
            recurrency=True,
            rrule_type="daily",
            end_type="count",
            count=2,
            interval=1,
        )
        self.assertEqual([self._times(f"2026-03-0{day}")[0] for day in (3, 4, 5)], ["13:00", "13:00", "08:00"])

    def test_private_events_of_another_company_hide_nothing_but_why(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.second
        stranger.company_ids |= company
        event = self._event("2026-03-03 08:00", "2026-03-03 17:00", user=stranger, privacy="private")
        event.with_context(no_mail_to_attendees=True).partner_ids |= self.user.partner_id
        self.assertEqual(self._times("2026-03-03"), [])

    def test_leave_of_the_company(self):
        self.env["resource.calendar.leaves"].create(
            {"name": "Closed", "calendar_id": self.hours.id, "company_id": self.company.id,
             "date_from": self._utc("2026-03-03 00:00"), "date_to": self._utc("2026-03-03 23:59")}
        )  # fmt: skip
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        there = self.env["resource.calendar.leaves"].create(
            {"name": "Closed there", "calendar_id": False,
             "date_from": self._utc("2026-03-04 00:00"), "date_to": self._utc("2026-03-04 23:59")}
        )  # fmt: skip
        self.assertEqual(self._times("2026-03-04"), [])
        there.company_id = elsewhere
        self.assertEqual(self._times("2026-03-03"), [])
        self.assertEqual(len(self._times("2026-03-04")), 14)

    def test_own_hours_of_an_employee(self):
        half = self._hours([(1, 8, 10)])
        self.env["resource.resource"].create(
            {"name": "Part time", "user_id": self.user.id, "calendar_id": half.id, "company_id": self.company.id,
             "tz": "Europe/Berlin"}
        )  # fmt: skip
        self.assertEqual(self._times("2026-03-03"), ["08:00", "08:30", "09:00"])
        self.assertEqual(self._times("2026-03-04"), [])
        self.kind.user_ids |= self.second
        self.assertEqual(len(self._times("2026-03-04")), 14, "the other one works the company's hours")

    def test_the_clock_after_the_change_to_summer_time(self):
        """From 29 March on 08:00 in Berlin is 06:00 in UTC; before it was 07:00."""
        slots_ = list(self.kind._slots())
        self.assertIn(datetime(2026, 3, 27, 7), slots_)
        self.assertIn(datetime(2026, 3, 30, 6), slots_)
        self.assertNotIn(datetime(2026, 3, 30, 15), slots_, "17:00")
        self.assertEqual(self._times("2026-03-27"), self._times("2026-03-30"))

    def test_the_short_and_the_long_night(self):
        """A night shift from 1 to 5: three hours on 29 March 2026, five on 25 October."""
        night = self._hours([(6, 1, 5)])
        self.company.resource_calendar_id = night
        self.kind.horizon_days = 300
        self.assertEqual(self._times("2026-03-22"), ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30", "04:00"])
        self.assertEqual(self._times("2026-03-29"), ["01:00", "01:30", "03:00", "03:30", "04:00"])
        autumn = ["01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30", "04:00"]
        self.assertEqual(self._times("2026-10-25"), autumn)
        starts = [s for s in self.kind._slots() if s.date().isoformat() in ("2026-10-24", "2026-10-25")]
        self.assertEqual({b - a for a, b in zip(starts, starts[1:])}, {timedelta(minutes=30)})

    def test_times_are_told_on_the_clock_of_the_place(self):
        self.user.tz = "America/New_York"
        self.assertEqual(self._times("2026-03-03")[0], "08:00")

    def test_notice_and_horizon(self):
        self.kind.lead_hours = 26
        self.assertEqual(self._times("2026-03-02"), [])
        self.assertEqual(self._times("2026-03-03")[0], "10:00", "26 hours after 08:00 of the day before")
        self.kind.horizon_days = 3
        self.assertEqual(self._times("2026-03-05")[-1], "16:00")
        self.assertEqual(self._times("2026-03-06"), [])
        self.assertEqual(self._times("2026-03-02", by_staff=True)[0], "08:00", "we ourselves may book at once")

    def test_odd_moments_do_not_start_in_the_past(self):
        self._pass(minutes=1, seconds=30)
        self.assertEqual(self._times("2026-03-02")[0], "08:30")

    def test_buffer_after_and_before(self):
        self.kind.buffer = 30
        self._event("2026-03-03 10:00", "2026-03-03 11:00")
        self.assertEqual(self._times("2026-03-03")[:3], ["08:00", "08:30", "11:00"], "30 minutes are left before 10:00")
        self._booked("2026-03-04 10:00")
        self.assertEqual(
            self._times("2026-03-04")[:4], ["08:00", "08:30", "13:00", "13:30"], "and after an appointment"
        )
        self.assertIn("16:00", self._times("2026-03-04"), "the buffer may lie after hours")

    def test_grid(self):
        self.kind.write({"step": 45, "duration": 30})
        self._event("2026-03-03 08:00", "2026-03-03 09:10")
        self.assertEqual(self._times("2026-03-03")[:3], ["09:45", "10:30", "11:15"])

    def test_without_hours_nothing_is_free(self):
        self.company.resource_calendar_id = False
        self.assertEqual(self.kind._slots(), {})

    def test_who_is_free(self):
        self.kind.user_ids |= self.second
        self._event("2026-03-03 08:00", "2026-03-03 09:00")
        found = self.kind._slots()
        self.assertEqual(found[self._utc("2026-03-03 08:00")], self.second)
        self.assertEqual(found[self._utc("2026-03-03 10:00")], self.user | self.second)

    def test_queries_do_not_grow_with_employees(self):
        self.kind._slots()
        self.env.flush_all()

        def count(users):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.booking.engine"]._free_starts(
                self.kind, users, datetime.now(), datetime.now() + timedelta(days=60)
            )
            return self.env.cr.sql_log_count - before

        two, many = count(self.user | self.second), self.user | self.second
        for number in range(8):
            many |= self.user.copy({"login": f"clone{number}"})
        self.assertLessEqual(count(many), two)
        self.assertLessEqual(two, 16)

    def test_employees_work_for_the_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(ValidationError):
            self.kind.company_id = company
