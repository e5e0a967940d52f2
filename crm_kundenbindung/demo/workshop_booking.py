"""The workshop's cars with what falls due on them, its services to book, and appointments past and to come."""

import random
from datetime import datetime, time, timedelta

import pytz

from odoo import fields
from odoo.fields import Command

SEED = 1923
CARS = (
    "VW Golf VII", "VW Polo", "VW Caddy", "Opel Corsa", "Opel Astra", "Ford Focus", "Ford Transit", "Skoda Octavia",
    "BMW 320d", "Audi A4", "Mercedes Sprinter", "Toyota Yaris", "Renault Clio", "Fiat 500", "Seat Leon",
)  # fmt: skip
# name, minutes, buffer, price, pick-up, what it settles, what customers read
SERVICES = (
    (
        "Inspektion",
        120,
        15,
        "ab 189 €",
        True,
        "service",
        "Nach Herstellervorgabe, mit Eintrag ins digitale Serviceheft.",
    ),
    ("Reifenwechsel", 30, 0, "ab 39 €", False, "season", "Räder umstecken, auf Wunsch wuchten und einlagern."),
    ("HU mit AU", 60, 0, "149 €", True, "inspection", "Der Prüfer ist im Haus; Mängel beheben wir nach Rücksprache."),
)
WISHES = (
    "Bitte Wischer mitwechseln.",
    "Klappert vorne links.",
    "Ersatzwagen mit Automatik, bitte.",
    False,
    False,
    False,
)
BOOKED, TO_COME, CARS_COUNT = 110, 26, 130


def generate(env):
    """Create cars, services and appointments; return whether anything was generated."""
    quiet = {"tracking_disable": True, "mail_create_nolog": True, "no_mail_to_attendees": True, "dont_notify": True}
    env = env(su=True, context=dict(env.context, lang="en_US", **quiet))
    company = env.company
    if env["crm.booking.type"].search_count([("company_id", "=", company.id)], limit=1):
        return False
    employees = env.ref("base.group_user")
    for area in ("booking", "object"):
        employees.implied_ids |= env.ref(f"crm_kundenbindung.group_kundenbindung_{area}")
    rng = random.Random(SEED)
    orders = env["sale.order"].search([("company_id", "=", company.id), ("state", "=", "sale")], order="date_order, id")
    partners = orders.partner_id.filtered("active").sorted("id")
    users = orders.user_id.filtered(lambda user: user.active and not user.share).sorted("id")
    if len(partners) < 10 or not users:
        return False
    cars = _cars(env, rng, partners)
    kinds = _services(env, company, users)
    _past(env, rng, kinds, users, cars, orders)
    _to_come(env, rng, kinds, cars)
    env["crm.touchpoint.engine"]._run_all()
    return True


def _cars(env, rng, partners):
    """A car or several for every second customer, most with an inspection due within two years, a few overdue."""
    today, kind = fields.Date.today(), env.ref("crm_kundenbindung.object_kind_car")
    dues = {name: env.ref(f"crm_kundenbindung.object_due_{name}") for name in ("inspection", "service", "season")}
    vals_list = []
    for _number in range(CARS_COUNT):
        rows = [
            Command.create({"kind_id": dues[name].id, "due_date": today + timedelta(days=rng.randint(low, high))})
            for name, low, high in (("inspection", -20, 700), ("service", -10, 360), ("season", 100, 170))
            if rng.random() < 0.7
        ]
        vals_list.append(
            {
                "name": rng.choice(CARS),
                "identification": f"GÖ-{rng.choice('ABCDEFHKLMNPRST')}{rng.choice('ABEKMRSTX')} {rng.randint(10, 999)}",
                "kind_id": kind.id,
                "partner_id": rng.choice(partners).id,
                "company_id": env.company.id,
                "due_ids": rows,
            }
        )
    return env["crm.customer.object"].create(vals_list)


def _services(env, company, users):
    """What can be booked; names in the language of such a workshop."""
    kind = env.ref("crm_kundenbindung.object_kind_car")
    return env["crm.booking.type"].create(
        [
            {
                "name": name,
                "company_id": company.id,
                "duration": minutes,
                "buffer": buffer,
                "price_text": price,
                "pick_up": pick_up,
                "object_kind_id": kind.id,
                "due_kind_id": env.ref(f"crm_kundenbindung.object_due_{due}").id,
                "description": text,
                "user_ids": [Command.set(users.ids)],
                "lead_hours": 12,
            }
            for name, minutes, buffer, price, pick_up, due, text in SERVICES
        ]
    )


def _past(env, rng, kinds, users, cars, orders):
    """Appointments of the past year on the days of orders: most kept, some missed, some cancelled."""
    now = fields.Datetime.now()
    recent = orders.filtered(lambda o: now - timedelta(days=365) < o.date_order < now - timedelta(days=2))
    taken, of_owner = set(), cars.grouped("commercial_partner_id")
    for order in rng.sample(list(recent), min(BOOKED, len(recent))):
        kind, user = rng.choice(kinds), rng.choice(users)
        day = kind._local(order.date_order).date()
        day -= timedelta(days=max(0, day.weekday() - 4))
        start = _clock(kind, day, rng.choice((8, 10, 13, 15)))
        if (user, start) in taken:
            continue
        taken.add((user, start))
        booking = env["crm.booking"].create(
            {
                "type_id": kind.id,
                "user_id": user.id,
                "partner_id": order.partner_id.id,
                "object_id": of_owner.get(order.partner_id.commercial_partner_id, cars)[:1].id
                if order.partner_id.commercial_partner_id in of_owner
                else False,
                "start": start,
                "changed_on": start - timedelta(days=rng.randint(2, 20)),
                "origin": rng.choices(("staff", "portal"), weights=(55, 45))[0],
                "note": rng.choice(WISHES),
            }
        )
        outcome = rng.choices(("kept", "missed", "cancelled"), weights=(86, 7, 7))[0]
        if outcome == "cancelled":
            booking._cancel(rng.choice(("customer", "us")))
            booking.cancelled_on = start - timedelta(days=1)
        else:
            booking.write({"state": outcome, "kept_on": start + timedelta(hours=3)})
            booking._sync_events()


def _to_come(env, rng, kinds, cars):
    """Appointments of the next two weeks at free times, some fetched and brought back."""
    for _number in range(TO_COME):
        kind, car = rng.choice(kinds), rng.choice(cars)
        owner = car.partner_id
        users = kind._responsible(owner) or None
        starts = list(kind._slots(users))[:150]
        if not starts:
            continue
        start = rng.choice(starts)
        fetched = kind.pick_up and rng.random() < 0.4 and bool(owner._booking_address())
        vals = {"partner_id": owner.id, "object_id": car.id, "note": rng.choice(WISHES), "lang": owner.lang,
                "origin": rng.choices(("staff", "portal"), weights=(45, 55))[0]}  # fmt: skip
        if fetched:
            day = kind._local(start).date()
            vals.update(
                pick_up=True,
                pick_up_address=owner._booking_address(),
                pick_up_at=_clock(kind, day, 7),
                bring_back=True,
                return_address=owner._booking_address(),
                return_at=_clock(kind, day, 17),
            )
        env["crm.booking"]._book(kind, start, vals, users)


def _clock(kind, day, hour):
    """That hour of the day on the clock of the workshop, in UTC."""
    local = kind._tz().localize(datetime.combine(day, time(hour)))
    return local.astimezone(pytz.utc).replace(tzinfo=None)
