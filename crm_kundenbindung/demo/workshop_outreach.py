"""The workshop's campaigns: a letter that was posted in autumn, and a mail that is checked and shows whom it leaves out."""

from datetime import timedelta

from odoo import fields

LETTER = """<p><t t-out="object.salutation"/></p>
<p>der Winter kommt, und Ihre Räder warten schon. Kommen Sie zum Wechsel vorbei: Der Wintercheck kostet Sie bis Ende November nichts.
Rufen Sie uns einfach an, wir finden einen Termin, der Ihnen passt.</p>
<p>Ihr letzter Auftrag bei uns: <t t-out="object.last_order"/></p>
<p>Mit freundlichen Grüßen<br/><t t-out="object.responsible"/></p>"""
MAIL = """<p><t t-out="object.salutation"/></p>
<p>Ihr nächstes Extra bei uns: <t t-out="object.next_reward"/></p>
<p>Herzliche Grüße<br/><t t-out="object.responsible"/></p>"""


def generate(env):
    """Post one run of letters 40 days ago and check one mail; return whether anything was done."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, lang="en_US"))
    company, outreaches = env.company.root_id, env["crm.outreach"]
    if outreaches.search_count([("company_id", "=", company.id)], limit=1):
        return False
    env.ref("base.group_user").implied_ids |= env.ref("crm_kundenbindung.group_kundenbindung_reach")
    company.write({"kundenbindung_pressure_count": 3, "kundenbindung_pressure_days": 90})
    user = env["res.users"].search([("login", "=", "leitung")], limit=1) or env.user
    owner = {"company_id": company.id, "user_id": user.id, "target": "picked"}
    customers = (
        env["crm.customer.value"]
        .search([("company_id", "=", company.id), ("partner_id", "!=", False)], order="id")
        .partner_id
    )
    _consents(env, customers)
    _letter(
        env,
        outreaches.create(
            {
                **owner,
                "name": "Herbst: Einladung zum Wintercheck",
                "channel": "letter",
                "subject": "Ihre Räder warten schon",
                "body": LETTER,
                "partner_ids": customers[:40].ids,
                "purpose": "Wer im Herbst wechselt, kommt im Frühjahr wieder",
            }
        ),
    )
    mail = outreaches.create(
        {
            **owner,
            "name": "Bonuskarte: Wie weit ist es noch?",
            "channel": "mail",
            "subject": "{{ object.first_name }}, Ihr nächstes Extra",
            "body": MAIL,
            "partner_ids": customers[:120].ids,
            "purpose": "An offene Punkte erinnern",
        }
    )
    mail.with_user(user).action_check()
    return True


def _consents(env, customers):
    """Most agreed to e-mail at the counter, some never did, a few said no; some want to hear less, or by letter."""
    now = fields.Datetime.now()
    rows = [
        {
            "partner_id": partner.id,
            "purpose": "mail",
            "state": "withdrawn" if number % 17 == 0 else "given",
            "date": now - timedelta(days=200 + number % 60),
            "origin": "Formular bei der Annahme",
        }
        for number, partner in enumerate(customers[:120])
        if number % 4
    ]
    env["crm.consent"].create(rows)
    letter = env.ref("crm_werthaltigkeit.touchpoint_channel_letter")
    customers[5:120:23].write({"werthaltigkeit_channel_id": letter.id})
    customers[6:120:31].write({"kundenbindung_frequency": "never"})


def _letter(env, letter):
    """The letters went out 40 days ago."""
    letter.action_check()
    posted = fields.Datetime.now() - timedelta(days=40)
    waiting = letter.recipient_ids.filtered(lambda r: r.state == "waiting")
    waiting.write({"state": "sent", "printed_on": posted - timedelta(days=1), "sent_on": posted})
    letter.write({"state": "sent", "started_on": posted - timedelta(days=1), "finished_on": posted})
