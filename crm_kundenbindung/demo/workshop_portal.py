"""A customer of the workshop who looks at the portal: login and password `kunde`."""

from datetime import timedelta

from markupsafe import Markup

from odoo import Command, fields

from .workshop_points import PROGRAM

LOGIN = "kunde"
VISIBLE = ("call", "date", "offer")
ANSWER = "Das tut uns leid. Passt es Ihnen am Donnerstag ab 8 Uhr? Wir sehen sofort nach."
AGREED = "Donnerstag um 8 passt, danke."
THANKS = "Danke für den Hinweis! Ab dem nächsten Monat haben wir jeden ersten Samstag bis 13 Uhr geöffnet."


def generate(env):
    """Give one regular customer a login and something to see; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, mail_create_nolog=True, no_reset_password=True))
    if env["res.users"].with_context(active_test=False).search_count([("login", "=", LOGIN)], limit=1):
        return False
    customer = _customer(env)
    if not customer:
        return False
    _show_promises(env)
    user = _user(env, customer)
    _promises(env, customer)
    _complaint(env, customer, user)
    _idea(env, customer)
    _words(env, customer, user)
    _appointments(env, customer)
    env["crm.touchpoint.engine"]._run_all()
    return True


def _customer(env):
    """The person with a customer card who ordered most, and best complained once."""
    cards = env["loyalty.card"].search(
        [("program_id.name", "=", PROGRAM), ("partner_id.is_company", "=", False), ("partner_id.active", "=", True)],
        order="points desc, id",
    )
    holders = cards.partner_id.filtered(lambda p: p.email and not p.user_ids and p.commercial_partner_id == p)
    complained = env["crm.complaint"].search([("partner_id", "in", holders.ids)]).partner_id
    return (holders & complained or holders)[:1]


def _user(env, customer):
    return env["res.users"].create(
        {
            "login": LOGIN,
            "password": LOGIN,
            "partner_id": customer.id,
            "name": customer.name,
            "company_id": env.company.id,
            "company_ids": [Command.set(env.company.ids)],
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            "lang": customer.lang,
            "tz": "Europe/Berlin",
        }
    )


def _show_promises(env):
    """What was promised to customers about dates, calls and offers may be read by them."""
    kinds = [env.ref(f"crm_kundenbindung.promise_kind_{code}").id for code in VISIBLE]
    env["crm.promise"].search(
        [("kind_id", "in", kinds), ("scope", "=", "external"), ("direction", "=", "to")]
    ).customer_visible = True


def _promises(env, customer):
    today = fields.Date.today()
    values = {
        "partner_id": customer.id,
        "user_id": customer.user_id.id or env.uid,
        "customer_visible": True,
        "company_id": env.company.id,
    }
    kept, _open = env["crm.promise"].create(
        [
            {
                **values,
                "name": "Ersatzwagen steht am Morgen bereit",
                "kind_id": env.ref("crm_kundenbindung.promise_kind_date").id,
                "promised_on": fields.Datetime.now() - timedelta(days=12),
                "due_date": today - timedelta(days=9),
            },
            {
                **values,
                "name": "Kostenvoranschlag für die Bremsen schicken",
                "kind_id": env.ref("crm_kundenbindung.promise_kind_offer").id,
                "due_date": today + timedelta(days=3),
            },
        ]
    )
    kept.state = "kept"


def _complaint(env, customer, user):
    """An open complaint with a question and an answer."""
    order = env["sale.order"].search([("partner_id", "=", customer.id), ("state", "=", "sale")], limit=1)
    responsible = customer.user_id or env["res.users"].search([("login", "=", "leitung")]) or env.user
    complaint = env["crm.complaint"].create(
        {
            "name": "Klappern vorne links nach dem Räderwechsel",
            "description": Markup("<p>Seit dem Räderwechsel klappert es vorne links, sobald ich über 50 fahre.</p>"),
            "partner_id": customer.id,
            "company_id": env.company.id,
            "order_id": order.id,
            "user_id": responsible.id,
            "cause_id": env.ref("crm_kundenbindung.complaint_cause_work_careless").id,
            "channel_id": env.ref("crm_werthaltigkeit.touchpoint_channel_web").id,
            "opened_on": fields.Datetime.now() - timedelta(days=2),
        }
    )
    message = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
    complaint.message_post(
        body=ANSWER,
        author_id=responsible.partner_id.id,
        **message,
    )
    complaint.with_user(user).sudo().message_post(body=AGREED, author_id=customer.id, **message)


def _idea(env, customer):
    idea = env["crm.idea"].create(
        {
            "name": "Termine auch am Samstagvormittag",
            "origin": "customer",
            "partner_id": customer.id,
            "author_id": False,
            "company_id": env.company.id,
            "stage_id": env["crm.idea.stage"].search([("state", "=", "adopted")], limit=1).id,
        }
    )
    idea.with_context(crm_idea_answer=True).message_post(
        body=THANKS,
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )


def _words(env, customer, user):
    """What the customer agreed to on the portal, and how it wants to hear from us."""
    portal = env["crm.portal"].with_user(user).with_context(lang=customer.lang)
    for purpose in ("profiling", "mail"):
        portal._consent(purpose, "given")
    phone = env.ref("crm_werthaltigkeit.touchpoint_channel_phone")
    portal._prefer(phone.id, "quarter", set(customer.werthaltigkeit_interest_ids.ids))


def _appointments(env, customer):
    """A car of the customer, an appointment it kept, and one next week that it booked on the portal."""
    kinds = env["crm.booking.type"].search([("company_id", "=", env.company.id)], order="sequence, id")
    car = env["crm.customer.object"].search([("partner_id", "=", customer.id)], limit=1)
    if not kinds:
        return
    car = car or env["crm.customer.object"].create(
        {
            "name": "VW Golf VII",
            "identification": "GÖ-AW 417",
            "kind_id": env.ref("crm_kundenbindung.object_kind_car").id,
            "partner_id": customer.id,
            "company_id": env.company.id,
            "due_ids": [
                Command.create(
                    {
                        "kind_id": env.ref("crm_kundenbindung.object_due_inspection").id,
                        "due_date": fields.Date.today() + timedelta(days=40),
                    }
                )
            ],
        }
    )
    bookings = env["crm.booking"].with_context(no_mail_to_attendees=True, dont_notify=True)
    values = {"partner_id": customer.id, "object_id": car.id, "lang": customer.lang, "origin": "portal"}
    soon = fields.Datetime.now() + timedelta(days=5)
    for kind in kinds:
        users = kind._responsible(customer) or None
        start = next((slot for slot in kind._slots(users) if slot > soon), None)
        if start:
            bookings._book(kind, start, {**values, "note": "Bitte Wischer mitwechseln."}, users)
            break
    if not bookings.search_count([("partner_id", "=", customer.id), ("state", "=", "kept")], limit=1):
        start = fields.Datetime.now().replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=42)
        past = bookings.create(
            {
                **values,
                "type_id": kinds[:1].id,
                "user_id": kinds[:1].user_ids[:1].id,
                "start": start,
                "changed_on": start - timedelta(days=6),
            }
        )
        past.write({"state": "kept", "kept_on": start + timedelta(hours=3)})
        past._sync_events()
