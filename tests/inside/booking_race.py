"""Run inside `odoo shell` by test_booking_race.py: many who want the same appointment at the same moment.

Each function gets the environment and a dict of arguments, and returns what the test wants to know.
"""

import os
import threading
import time
from datetime import datetime

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.service.model import retrying

from odoo.addons.crm_kundenbindung.models.crm_booking_steps import SlotTaken

QUIET = {"tracking_disable": True, "no_mail_to_attendees": True}


def prepare(env, args):
    """A service, so many employees who can do it, and its first free times."""
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create([{"name": f"Racer {n}", "login": f"racer{n}", "tz": "Europe/Berlin"} for n in range(args["employees"])])
    )
    kind = env["crm.booking.type"].create(
        {"name": "Race", "duration": 60, "step": 60, "lead_hours": 0, "user_ids": [Command.set(users.ids)]}
    )
    if args.get("bare"):  # what the check before the booking alone is worth
        env.cr.execute("ALTER TABLE crm_booking DROP CONSTRAINT crm_booking_no_double_booking")
    env.cr.commit()
    return {"kind": kind.id, "starts": [start.isoformat() for start in list(kind._slots())[: args["slots"]]]}


def run(env, args):
    """Threads, each with a connection of its own, want every slot at the same moment as all threads of all processes."""
    won, errors, threads = [], [], args["threads"]
    barrier = threading.Barrier(threads)

    def want(number):
        try:
            for at, text in enumerate(args["starts"]):
                if barrier.wait(60) == 0:
                    _meet(args["folder"], at, args["worker"], args["workers"])
                barrier.wait(60)
                with env.registry.cursor() as cr:
                    own = api.Environment(cr, SUPERUSER_ID, QUIET)
                    won.extend([text] * _book(own, args["kind"], text, f"{args['worker']}-{number}"))
        except Exception as error:
            errors.append(repr(error))
            barrier.abort()

    started = [threading.Thread(target=want, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return {"won": won, "errors": errors}


def _book(env, kind_id, text, name):
    """Book as a request would, with Odoo's retries; return how many appointments came of it."""
    kind = env["crm.booking.type"].browse(kind_id)

    def work():
        env["crm.booking"]._book(kind, datetime.fromisoformat(text), {"contact_name": name})

    try:
        retrying(work, env)
        env.cr.commit()
        return 1
    except SlotTaken:
        env.cr.rollback()
        return 0


def _meet(folder, at, worker, workers):
    """Wait until every process is at the same slot."""
    open(os.path.join(folder, f"{at}-{worker}"), "w").close()
    limit = time.monotonic() + 120
    while not all(os.path.exists(os.path.join(folder, f"{at}-{other}")) for other in range(workers)):
        assert time.monotonic() < limit, "somebody did not come"
        time.sleep(0.0005)


def check(env, args):
    """Count what is booked, overlaps, and events in the calendar."""
    booked = env["crm.booking"].search_count([("type_id", "=", args["kind"])])
    env.cr.execute(
        """
        SELECT count(*) FROM crm_booking a JOIN crm_booking b
            ON a.user_id = b.user_id AND a.id < b.id AND a.start < b.blocked_until AND b.start < a.blocked_until
         WHERE a.state = 'booked' AND b.state = 'booked'
        """
    )
    [overlaps] = env.cr.fetchone()
    events = env["calendar.event"].search_count([("name", "like", "Race: ")])
    return {"booked": booked, "overlaps": overlaps, "events": events}
