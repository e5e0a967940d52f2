"""What the workshop's customers and people say: smileys by mail, surveys, what was heard at the counter, ideas."""

import random
from datetime import timedelta

from odoo import fields

SEED = 1908
IDEA = "Leihfahrräder, solange das Auto hier steht"
ASKED, FILLED = 150, {"nps": 46, "csat": 30, "ces": 24}
COMMENTS = {
    5: (
        "Schnell und freundlich, gerne wieder.",
        "Alles wie abgesprochen.",
        "Sehr gute Beratung am Schalter.",
        "",
        "",
        "",
    ),
    3: ("Hat etwas länger gedauert als gedacht.", "In Ordnung, der Preis war aber höher als erwartet.", ""),
    1: (
        "Zwei Stunden gewartet, obwohl ich einen Termin hatte.",
        "Der Rückruf kam nie.",
        "Rechnung höher als das Angebot.",
    ),
}
CAUSES = ("delay", "price_or_invoice", "quality_of_the_work", "friendliness")
HEARD = (
    ("Mehrere fragen nach Terminen am Samstag.", "neutral", "delay"),
    ("Die Leute finden es gut, dass wir anrufen, bevor es teurer wird.", "good", None),
    ("Am Telefon kommt man mittags nicht durch.", "bad", "reachability"),
    ("Viele wissen nicht, dass wir auch E-Autos warten.", "neutral", None),
    ("Kunden ärgern sich, wenn das Ersatzauto nicht vollgetankt ist.", "bad", None),
    ("Die neue Kundenkarte wird gelobt.", "good", None),
    ("Rechnungen sind für manche schwer zu lesen.", "bad", "price_or_invoice"),
)
IDEAS = (
    (IDEA, "service", "adopted", True, True),
    ("Termine online verschieben können", "premises", "review", True, False),
    ("Rechnung mit einem Foto des getauschten Teils", "process", "new", True, False),
    ("Samstags bis 14 Uhr öffnen", "service", "declined", True, True),
    ("Kaffeemaschine im Wartebereich", "premises", "adopted", False, True),
    ("Checkliste am Schalter, damit kein Rückruf vergessen wird", "process", "review", False, False),
    ("Reifen einlagern mit Abholung", "product", "new", False, False),
)


def generate(env):
    """Create requests, surveys, the log and the ideas once; return whether anything was generated."""
    env = env(su=True, context=dict(env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
    company, rng = env.company, random.Random(SEED)
    if env["crm.idea"].search_count([("name", "=", IDEA)], limit=1):
        return False
    for switch in ("feedback", "heard", "idea"):
        env.ref("base.group_user")._apply_group(env.ref(f"crm_kundenbindung.group_kundenbindung_{switch}"))
    rule = env.ref("crm_kundenbindung.feedback_rule_invoice")
    rule.write({"active": True, "company_id": company.root_id.id})
    people = env["res.users"].search([("share", "=", False), ("company_ids", "in", company.ids), ("id", ">", 2)])
    people = people or env.user
    _ask(env, rng, rule)
    _surveys(env, rng)
    _heard(env, rng, people)
    _ideas(env, rng, people)
    env.flush_all()
    env["crm.feedback.answer.engine"]._collect()
    env["crm.touchpoint.engine"]._run_all()
    return True


def _moment(rng, oldest=600):
    """A moment of the last months, more of them lately."""
    return fields.Datetime.now() - timedelta(days=1 + oldest * rng.random() ** 1.5, hours=rng.randint(0, 8))


def _rate(rng, moment):
    """The workshop got better: fewer unhappy customers of late."""
    old = (fields.Datetime.now() - moment).days > 300
    return rng.choices((1, 3, 5), weights=(5, 4, 9) if old else (2, 3, 14))[0]


def _ask(env, rng, rule):
    """Mails after an invoice, nearly half of them answered; somebody calls the latest unhappy ones."""
    touchpoints = env["crm.touchpoint"].search(
        [
            ("kind_id", "in", rule.kind_ids.ids),
            ("satisfaction", "=", False),
            ("partner_id.email", "!=", False),
            ("date", ">", fields.Datetime.now() - timedelta(days=600)),
            ("date", "<", fields.Datetime.now() - timedelta(days=4)),
        ],
        order="date desc, id",
    )
    latest = [*{t.commercial_partner_id: t for t in reversed(touchpoints)}.values()]
    chosen = rng.sample(latest, min(ASKED, len(latest)))
    unhappy = env["crm.feedback.request"]
    for touchpoint in chosen:
        sent = touchpoint.date + timedelta(days=3)
        answered = sent + timedelta(hours=rng.choice((1, 3, 20, 30, 70, 200)))
        vals = {
            "rule_id": rule.id,
            "touchpoint_id": touchpoint.id,
            "touchpoint_key": f"s{touchpoint.source_id.id}-{touchpoint.record_id}-{touchpoint.slot}",
            "touchpoint_date": touchpoint.date,
            "kind_id": touchpoint.kind_id.id,
            "channel_id": touchpoint.channel_id.id,
            "partner_id": touchpoint.partner_id.id,
            "commercial_partner_id": touchpoint.commercial_partner_id.id,
            "company_id": touchpoint.company_id.id or env.company.id,
            "sent_on": sent,
            "open_until": sent + timedelta(days=30),
            "state": "sent" if sent + timedelta(days=30) > fields.Datetime.now() else "expired",
        }
        request = env["crm.feedback.request"].create(vals)
        if rng.random() < 0.48 and answered < fields.Datetime.now():
            rate = _rate(rng, sent)
            request.write(_answer(rng, rate, answered, env))
            touchpoint.satisfaction = request.satisfaction
            if rate == 1:
                unhappy |= request
    for request in unhappy.sorted("answered_on", reverse=True)[:4]:
        request._plan_activity()


def _answer(rng, rate, answered, env):
    cause = rng.choice(CAUSES) if rate == 1 else None
    return {
        "state": "answered",
        "answered_on": answered,
        "rating": rate,
        "satisfaction": {1: "bad", 3: "neutral", 5: "good"}[rate],
        "comment": rng.choice(COMMENTS[rate]),
        "cause_id": cause and env.ref(f"crm_werthaltigkeit.touchpoint_reason_complaint_{cause}").id,
    }


def _surveys(env, rng):
    """Answers to the three surveys over nearly two years."""
    orders = env["sale.order"].search([("company_id", "=", env.company.id), ("state", "=", "sale")])
    partners = orders.partner_id.commercial_partner_id.filtered("active").sorted("id")
    if not partners:
        return
    for code, count in FILLED.items():
        survey = env.ref(f"crm_kundenbindung.survey_{code}")
        for partner in rng.sample(partners, min(count, len(partners))):
            moment = _moment(rng)
            mood = _rate(rng, moment)
            answer = env["survey.user_input"].create(
                {"survey_id": survey.id, "partner_id": partner.id, "email": partner.email}
            )
            for name, score in _scores(rng, code, mood).items():
                answer._save_lines(env.ref(f"crm_kundenbindung.survey_{code}_{name}"), str(score))
            cause = env.ref(
                f"crm_kundenbindung.survey_{code}_cause_{rng.choice((1, 3, 4, 5) if mood < 5 else (1, 5, 5))}"
            )
            answer._save_lines(cause.question_id, str(cause.id))
            answer.write({"state": "done", "start_datetime": moment, "end_datetime": moment})


def _scores(rng, code, mood):
    main = {
        "nps": {1: (1, 3, 5), 3: (6, 7, 8), 5: (8, 9, 9, 10, 10)},
        "csat": {1: (1, 2), 3: (3, 3, 4), 5: (4, 5, 5)},
        "ces": {1: (1, 2, 3), 3: (4, 5), 5: (5, 6, 7, 7)},
    }[code][mood]
    common = {1: (1, 2, 3), 3: (3, 4), 5: (4, 4, 5)}[mood]
    return {"score": rng.choice(main), "price": rng.choice(common), "trust": rng.choice(common)}


def _heard(env, rng, people):
    """What people at the counter noted, without a customer where several said so."""
    kind = env.ref("crm_kundenbindung.touchpoint_kind_heard")
    channel = env.ref("crm_werthaltigkeit.touchpoint_channel_internal")
    for number, (note, satisfaction, cause) in enumerate(HEARD):
        env["crm.touchpoint"].create(
            {
                "kind_id": kind.id,
                "channel_id": channel.id,
                "company_id": env.company.id,
                "direction": "internal",
                "stage": "retention",
                "date": fields.Datetime.now() - timedelta(days=4 + 9 * number, hours=number),
                "note": note,
                "satisfaction": satisfaction,
                "reason_id": cause and env.ref(f"crm_werthaltigkeit.touchpoint_reason_complaint_{cause}").id,
                "user_id": rng.choice(people).id,
            }
        )


def _ideas(env, rng, people):
    """The board: ideas of customers and employees, some decided and answered, one said twice."""
    partners = env["res.partner"].search([("email", "!=", False), ("user_ids", "=", False)], limit=40)
    first = env["crm.idea"]
    for name, category, stage, of_customer, answered in IDEAS:
        author = rng.choice(people)
        idea = env["crm.idea"].create(
            {
                "name": name,
                "origin": "customer" if of_customer and partners else "employee",
                "partner_id": rng.choice(partners).id if of_customer and partners else False,
                "author_id": author.id,
                "user_id": rng.choice(people).id,
                "company_id": env.company.id,
                "category_ids": [(6, 0, env.ref(f"crm_kundenbindung.idea_category_{category}").ids)],
                "stage_id": env.ref(f"crm_kundenbindung.idea_stage_{stage}").id,
                "vote_ids": [(6, 0, rng.sample(people.ids, rng.randint(0, len(people))))],
                "answered_on": fields.Datetime.now() - timedelta(days=rng.randint(2, 30)) if answered else False,
            }
        )
        first = first or idea
    if partners:
        env["crm.idea"].create(
            {
                "name": "Fahrrad statt Ersatzwagen",
                "partner_id": partners[-1].id,
                "company_id": env.company.id,
                "author_id": people[0].id,
                "duplicate_of_id": first.id,
            }
        )
