import re
from datetime import date, datetime

from odoo.http import request
from odoo.tools import email_normalize, format_date

DAYS_SHOWN = 6
LENGTHS = {"contact_name": 120, "email": 200, "phone": 40, "object_text": 200, "note": 2000, "address": 200}
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def clean(value, length):
    """A text as somebody sent it: without what no database takes, and not longer than it may be."""
    return "".join(c for c in str(value or "") if c.isprintable() or c in "\n\t").strip()[:length]


def start_words(kind, moment):
    """Day and time of a start in words."""
    local = kind._local(moment)
    return f"{format_date(request.env, local.date(), date_format='full')}, {local:%H:%M}"


class BookingForm:
    """What was sent to the pages of appointments, read with suspicion; and days in words."""

    def _read_form(self, kind, moment, post):
        """Return (values, {field: what is wrong})."""
        _, values, errors = request.env._, {}, {}
        if not self._partner():
            for name in ("contact_name", "email", "phone"):
                values[name] = clean(post.get(name), LENGTHS[name]) or False
            if not values["contact_name"]:
                errors["contact_name"] = _("Please tell us your name.")
            if values["email"]:
                values["email"] = email_normalize(values["email"])
                if not values["email"]:
                    errors["email"] = _("This is no e-mail address.")
            elif not values["phone"]:
                errors["phone"] = _("Please give us an e-mail address or a telephone number.")
        values["note"] = clean(post.get("note"), LENGTHS["note"]) or False
        values["object_text"] = clean(post.get("object_text"), LENGTHS["object_text"]) or False
        chosen = self._own_objects(kind).filtered(lambda o: str(o.id) == str(post.get("object_id")))
        if chosen:
            values.update(object_id=chosen.id, object_text=False)
        if kind.pick_up:
            self._read_way(kind, moment, post, ("pick_up", "pick_up_address", "pick_up_at"), values, errors)
            self._read_way(kind, moment, post, ("bring_back", "return_address", "return_at"), values, errors)
        return values, errors

    def _read_way(self, kind, moment, post, names, values, errors):
        """Fetching or bringing back: whether, where, and at which time of the appointment's day."""
        wanted, address, at = names
        if not post.get(wanted):
            return
        values[wanted] = True
        values[address] = clean(post.get(address), LENGTHS["address"])
        if not values[address]:
            errors[address] = request.env._("Please tell us the address.")
        clock = CLOCK.fullmatch(clean(post.get(at), 5))
        if clock:
            values[at] = (
                request.env["crm.booking"]
                .new({"type_id": kind.id})
                ._at_clock(int(clock[1]), int(clock[2]), start=moment)
            )

    def _parse_start(self, text):
        """The moment (UTC) that a link names, or None."""
        if not isinstance(text, str) or not re.fullmatch(r"20\d{6}T\d{4}", text, re.ASCII):
            return None
        try:
            return datetime.strptime(text, "%Y%m%dT%H%M")
        except ValueError:
            return None

    def _days(self, kind, slots, day):
        """Group times by day: some days from the one asked for on, and the links to those before and after."""
        by_day = {}
        for start in slots:
            by_day.setdefault(kind._local(start).date(), []).append(start)
        try:
            first = date.fromisoformat(str(day or ""))
        except ValueError:
            first = date.min
        days = list(by_day)
        at = next((number for number, d in enumerate(days) if d >= first), max(len(days) - DAYS_SHOWN, 0))
        shown = days[at : at + DAYS_SHOWN]
        env = request.env
        return {
            "days": [
                (format_date(env, d, date_format="full"), [(s, f"{kind._local(s):%H:%M}") for s in by_day[d]])
                for d in shown
            ],
            "before": days[max(at - DAYS_SHOWN, 0)] if at else None,
            "after": days[at + DAYS_SHOWN] if at + DAYS_SHOWN < len(days) else None,
            "zone": kind._tz().zone,
        }
