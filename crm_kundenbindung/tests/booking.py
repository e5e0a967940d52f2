from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from .test_customer_object import ObjectCase

BERLIN = pytz.timezone("Europe/Berlin")
NOW = "2026-03-02 07:00:00"  # a Monday, 08:00 in Berlin


class BookingCase(ObjectCase):
    """A workshop in Berlin with two employees, open Monday to Friday from 8 to 12 and from 13 to 17; it is 2 March 2026."""

    frozen = True  # browsers have a clock of their own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.frozen:
            clock = freeze_time(NOW)
            clock.start()
            cls.addClassCleanup(clock.stop)
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_booking")
        cls.hours = cls._hours([(day, *part) for day in range(5) for part in ((8, 12), (13, 17))])
        cls.company.write({"resource_calendar_id": cls.hours.id, "phone": "+49 551 1234", "email": "info@firm.example"})
        cls.second = new_test_user(cls.env, "booking_second", groups="sales_team.group_sale_salesman")
        (cls.user | cls.second).write({"tz": "Europe/Berlin"})
        cls.kind = cls.env["crm.booking.type"].create(
            {
                "name": "Inspection",
                "duration": 60,
                "step": 30,
                "lead_hours": 0,
                "horizon_days": 60,
                "change_hours": 24,
                "user_ids": [Command.set(cls.user.ids)],
                "object_kind_id": cls.car.id,
                "due_kind_id": cls.inspection.id,
                "pick_up": True,
            }
        )
        cls.bookings = cls.env["crm.booking"]

    @classmethod
    def _hours(cls, parts, tz="Europe/Berlin"):
        """A working calendar of (weekday, from, to)."""
        return cls.env["resource.calendar"].create(
            {
                "name": "Open",
                "tz": tz,
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"name": "x", "dayofweek": str(day), "hour_from": start, "hour_to": stop,
                             "day_period": "morning" if stop <= 12 else "afternoon"}
                        )
                        for day, start, stop in parts
                    ),
                ],
            }
        )  # fmt: skip

    @classmethod
    def _utc(cls, text):
        """A moment in UTC, told on the clock of Berlin."""
        local = BERLIN.localize(datetime.fromisoformat(text))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _times(self, day, kind=None, **options):
        """Free times of a day as the clock of the workshop shows them."""
        kind = kind or self.kind
        local = [kind._local(start) for start in kind._slots(**options)]
        return [f"{at:%H:%M}" for at in local if at.date().isoformat() == day]

    def _event(self, start, stop, user=None, **vals):
        user = user or self.user
        return self.env["calendar.event"].with_context(no_mail_to_attendees=True).create(
            {"name": "Busy", "start": self._utc(start), "stop": self._utc(stop), "user_id": user.id,
             "partner_ids": [Command.set(user.partner_id.ids)], **vals}
        )  # fmt: skip

    def _booked(self, start="2026-03-04 10:00", partner=None, **vals):
        """Book for the customer at a free time."""
        values = {"partner_id": (partner or self.customer).id, **vals}
        return self.bookings._book(self.kind, self._utc(start), values)

    def _mails(self):
        return self.env["mail.mail"].search([], order="id")

    def _pass(self, **delta):
        """Let time pass within this test."""
        clock = freeze_time(datetime.now() + timedelta(**delta))
        clock.start()
        self.addCleanup(clock.stop)
