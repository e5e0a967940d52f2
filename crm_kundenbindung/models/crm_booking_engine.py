from collections import defaultdict
from datetime import datetime, timedelta

import pytz

from odoo import models
from odoo.tools import SQL

from ..stats import slots

MINUTE = timedelta(minutes=1)
EPOCH = datetime(2000, 1, 1)


def _minute(moment):
    """Minutes from the epoch to a moment in UTC."""
    return int((moment - EPOCH) / MINUTE)


def _moment(minute):
    return EPOCH + minute * MINUTE


class CrmBookingEngine(models.AbstractModel):
    """Finds the free times of employees: their working hours without what stands in their calendars."""

    _name = "crm.booking.engine"
    _description = "Free Times of Employees"

    def _line_up(self, user):
        """Wait until nobody else is booking this employee; the lock goes with the savepoint or the transaction.

        The exclusion constraint alone would do, but those who insert at once wait for each other: that ends as a
        deadlock after a second, not as a refusal.
        """
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext('crm_booking'), %s)", user.id))

    def _free_starts(self, kind, users, earliest, latest, booking=None):
        """Return {start (UTC): users who are free then, an appointment of this kind long}.

        :param earliest, latest: bounds of the start, in UTC
        :param booking: appointment to be moved; its own time counts as free
        """
        # the buffer may reach into what comes later, the buffer of others into this
        margin = timedelta(minutes=kind.duration + kind.buffer)
        start, end = earliest - timedelta(days=1), latest + margin + timedelta(days=1)
        tz = pytz.timezone(kind.company_id._werthaltigkeit_tz())

        def clock(minute):
            local = pytz.utc.localize(_moment(minute)).astimezone(tz)
            return 60 * local.hour + local.minute

        work, busy = self._work(users, kind.company_id, start, end), self._busy(users, start, end, booking)
        found = defaultdict(self.env["res.users"].browse)
        first = _minute(earliest + timedelta(seconds=59))
        for user in users:
            parts = slots.free(work[user.id], busy[user.id], kind.buffer)
            for minute in slots.starts(parts, kind.duration, kind.step, first, _minute(latest), clock):
                found[_moment(minute)] |= user
        return dict(sorted(found.items()))

    def _work(self, users, company, start, end):
        """Return {user id: [(minute, minute)] of working time}; the user's own hours here, else the company's."""
        start, end = pytz.utc.localize(start), pytz.utc.localize(end)
        leaves = [("time_type", "=", "leave"), ("company_id", "in", [company.id, False])]
        own, shared = defaultdict(dict), []
        for user in users.sudo():
            resource = user.resource_ids.filtered(lambda r: r.company_id == company and r.active)[:1]
            if resource.calendar_id:
                own[resource.calendar_id][user.id] = resource
            else:
                shared.append(user.id)
        found = {}
        for calendar, resources in own.items():
            people = self.env["resource.resource"].sudo().union(*resources.values())
            intervals = calendar._work_intervals_batch(start, end, resources=people, domain=leaves)
            found.update({user_id: self._minutes(intervals[r.id]) for user_id, r in resources.items()})
        calendar = company.sudo().resource_calendar_id
        if shared:
            hours = self._minutes(calendar._work_intervals_batch(start, end, domain=leaves)[False]) if calendar else []
            found.update(dict.fromkeys(shared, hours))
        return found

    def _minutes(self, intervals):
        return [
            tuple(_minute(moment.astimezone(pytz.utc).replace(tzinfo=None)) for moment in interval[:2])
            for interval in intervals
        ]

    def _busy(self, users, start, end, booking=None):
        """Return {user id: [(minute, minute)]} of what they take part in and of appointments with their buffers.

        A person is one person in all companies: this asks for no company, and tells nothing but times.
        """
        self.env.flush_all()
        found = defaultdict(list)
        of_partner = {user.partner_id.id: user for user in users.sudo()}
        event_ids = booking.event_id.ids if booking else []
        for partner_id, allday, first, last, begin, stop in self.env.execute_query(
            SQL(
                """
                SELECT a.partner_id, e.allday, e.start_date, e.stop_date, e.start, e.stop
                  FROM calendar_attendee a JOIN calendar_event e ON e.id = a.event_id
                 WHERE a.partner_id = ANY(%s) AND a.state IS DISTINCT FROM 'declined' AND e.active AND e.show_as = 'busy'
                   AND e.start < %s AND e.stop > %s AND e.id <> ALL(%s)
                """,
                list(of_partner),
                end + timedelta(days=1),
                start - timedelta(days=1),
                event_ids,
            )
        ):
            user = of_partner[partner_id]
            if allday:
                begin, stop = self._whole_days(user, first or begin.date(), last or stop.date())
            found[user.id].append((_minute(begin), _minute(stop + timedelta(seconds=59))))
        for user_id, begin, blocked_until in self.env.execute_query(
            SQL(
                """
                SELECT user_id, start, blocked_until FROM crm_booking
                 WHERE state = 'booked' AND user_id = ANY(%s) AND start < %s AND blocked_until > %s AND id <> ALL(%s)
                """,
                users.ids,
                end,
                start,
                booking.ids if booking else [],
            )
        ):
            found[user_id].append((_minute(begin), _minute(blocked_until)))
        return found

    def _whole_days(self, user, first, last):
        """From midnight to midnight where the user is: such events carry dates, no times."""
        tz = pytz.timezone(user.tz or user.company_id._werthaltigkeit_tz())
        midnights = (datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.min.time()))
        begin, stop = (tz.localize(at) for at in (midnights[0], midnights[1] + timedelta(days=1)))
        return tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (begin, stop))

    def _loads(self, users, start, end):
        """Return {user id: appointments within these bounds}."""
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT user_id, count(*) FROM crm_booking"
                    " WHERE state = 'booked' AND user_id = ANY(%s) AND start >= %s AND start < %s GROUP BY user_id",
                    users.ids,
                    start,
                    end,
                )
            )
        )
