"""Leads, meetings, activities and ratings of the demo workshop."""

from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo import Command

from . import workshop_mails as mails
from . import workshop_people as people
from . import workshop_texts as texts

WAYS = (
    ("website", "Google-Suche"),
    ("website", "Werkstattportal"),
    ("phone", "Empfehlung"),
    ("phone", "Vorbeigefahren"),
)
TASKS = (
    ("call", "An die Hauptuntersuchung erinnert"),
    ("call", "Nach dem Angebot gefragt"),
    ("todo", "Reifen bestellt"),
    ("todo", "Kulanz beim Hersteller beantragt"),
)


def create_leads(demo):
    """Enquiries of people without a contact, and opportunities of customers: won, lost, open, some unanswered."""
    rng = demo.rng
    reasons = {name: demo.find_or_create("crm.lost.reason", name) for name in texts.LOST_REASONS}
    demo.competitors = {
        name: demo.find_or_create("crm.competitor", name) for name in filter(None, texts.LOST_REASONS.values())
    }
    stages = demo.env["crm.stage"].search([("team_ids", "=", False)]) or demo.env["crm.stage"].search([])
    open_stages, won_stage = stages.filtered(lambda s: not s.is_won), stages.filtered("is_won")[:1]
    vals_list, moments = [], []
    for outcome, youngest, oldest in [("open", 0, 80)] * 12 + [("lost", 80, 700)] * 10:
        vals, moment = _lead_vals(demo, demo.today - timedelta(days=rng.randint(youngest, oldest)))
        vals.update(_outcome(demo, outcome, moment, open_stages, won_stage, reasons))
        vals_list.append(vals)
        moments.append(moment)
    for customer in rng.sample([c for c in demo.customers if c.behaviour != "once"], 66):
        outcome = "lost" if customer.behaviour in ("lapsed", "at_risk") else rng.choice(("won", "won", "lost", "open"))
        age = rng.randint(1, 60) if outcome == "open" else rng.randint(30, 1000)
        vals, moment = _lead_vals(demo, demo.today - timedelta(days=age), customer)
        vals.update(_outcome(demo, outcome, moment, open_stages, won_stage, reasons))
        vals_list.append(vals)
        moments.append(moment)
    demo.leads = demo.add("crm.lead", vals_list)
    for lead, moment in zip(demo.leads, moments, strict=True):
        demo.backdate(lead, moment)
    _link_orders(demo)


def _lead_vals(demo, day, customer=None):
    """Return (values, moment) of an enquiry; without a customer it carries name and address itself."""
    rng = demo.rng
    moment = demo.moment(demo.working_day(day))
    medium, source = rng.choice(WAYS)
    medium = demo.env.ref(f"utm.utm_medium_{medium}", raise_if_not_found=False)
    subject = rng.choice(texts.ENQUIRIES)
    vals = {
        "name": subject,
        "type": "opportunity",
        "expected_revenue": rng.randrange(120, 2400, 20),
        "source_id": demo.sources[source].id,
        "medium_id": medium.id if medium else False,
        "company_id": demo.company.id,
        "user_id": demo.users[rng.choice(("jonas", "jonas", "tobias", "miriam"))].id,
        "team_id": demo.teams["workshop"].id,
    }
    if customer:
        vals.update(partner_id=customer.partner.id, user_id=(customer.partner.user_id or demo.users["jonas"]).id)
        if customer.firm:
            vals["team_id"] = demo.teams["fleets"].id
    else:
        name = people._person(rng)
        vals.update(contact_name=name, email_from=f"{people.mail_name(name)}@example.com", phone=people._phone(rng))
    return vals, moment


def _outcome(demo, outcome, moment, open_stages, won_stage, reasons):
    rng = demo.rng
    if outcome == "open" or not won_stage:
        return {"stage_id": rng.choice(open_stages[:3]).id if open_stages else False}
    closed = min(moment + timedelta(days=rng.randint(2, 40)), demo.now)
    if outcome == "won":
        return {"stage_id": won_stage.id, "probability": 100, "date_closed": closed}
    reason = rng.choices(list(reasons.values()), weights=(5, 4, 3, 2, 2, 3))[0]
    competitor = texts.LOST_REASONS[reason.with_context(lang=None).name]
    return {
        "active": False,
        "probability": 0,
        "lost_reason_id": reason.id,
        "werthaltigkeit_competitor_id": demo.competitors[competitor].id if competitor else False,
        "date_closed": closed,
    }


def _link_orders(demo):
    """A won opportunity leads to the customer's next order."""
    for lead in demo.leads.filtered(lambda l: l.partner_id and l.probability == 100):
        created = demo.moments["crm_lead"][lead.id][0]
        own = [p for p in demo.plans if p.customer.partner == lead.partner_id and p.state == "sale"]
        later = [p for p in own if p.created >= created]
        if later:
            later[0].order.opportunity_id = lead


def create_meetings(demo):
    """Meetings with customers, a few still to come."""
    rng = demo.rng
    vals_list = []
    for customer in rng.sample([c for c in demo.customers if c.partner.active], 36):
        ahead = rng.random() < 0.15
        day = demo.today + timedelta(days=rng.randint(1, 20) if ahead else -rng.randint(1, 900))
        start = datetime.combine(day, time(8)) if ahead else demo.moment(demo.working_day(day))
        user = customer.partner.user_id or demo.users["sabine"]
        vals_list.append(
            {
                "name": f"{rng.choice(texts.MEETINGS)} {customer.partner.name}",
                "start": start.replace(second=0, microsecond=0),
                "stop": start.replace(second=0, microsecond=0) + timedelta(minutes=rng.choice((30, 45, 60))),
                "user_id": user.id,
                "partner_ids": [Command.set([user.partner_id.id, (customer.contacts[:1] or customer.partner).id])],
            }
        )
    events = demo.add("calendar.event", vals_list)
    events.attendee_ids.write({"state": "accepted"})
    for event in events:
        demo.backdate(event, min(event.start - timedelta(days=5), demo.now), event.user_id)


def create_activities(demo):
    """Calls and to-dos done, as the messages that Odoo leaves, and some that are still planned."""
    rng = demo.rng
    kinds = {code: demo.env.ref(f"mail.mail_activity_data_{code}") for code in ("call", "todo")}
    icons = {"call": "fa-phone", "todo": "fa-check"}
    body = Markup('<div><p><span class="fa {} fa-fw"></span><span>{}</span> erledigt: <span>{}</span></p></div>')
    demo.messages = []
    for customer in rng.choices([c for c in demo.customers if c.behaviour != "once"], k=110):
        code, text = rng.choice(TASKS)
        user = customer.partner.user_id or demo.users["tobias"]
        moment = demo.moment(demo.working_day(demo.today - timedelta(days=rng.randint(1, 800))))
        mails.note(
            demo,
            customer.partner,
            moment,
            user.partner_id,
            message_type="notification",
            body=body.format(icons[code], kinds[code].name, text),
            subtype_id=demo.env.ref("mail.mt_activities").id,
            mail_activity_type_id=kinds[code].id,
        )
    mails.insert(demo)
    for customer in rng.sample([c for c in demo.customers if c.partner.user_id and c.partner.active], 14):
        customer.partner.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_call",
            demo.today + timedelta(days=rng.randint(-3, 14)),
            summary=rng.choice(("HU wird fällig", "Nach der Reparatur fragen", "Angebot nachfassen")),
            user_id=customer.partner.user_id.id,
        )


def create_ratings(demo):
    """Ratings of orders, mostly good ones."""
    rng = demo.rng
    model = demo.env["ir.model"]._get_id("sale.order")
    plans = rng.sample([p for p in demo.plans if p.state == "sale"], 60)
    vals_list = []
    for item in plans:
        unhappy = item.customer.behaviour in ("at_risk", "lapsed") and rng.random() < 0.5
        value = 1 if unhappy else rng.choice((5, 5, 5, 5, 3))
        vals_list.append(
            {
                "res_model_id": model,
                "res_id": item.order.id,
                "partner_id": item.customer.partner.id,
                "rated_partner_id": item.order.user_id.partner_id.id,
                "rating": value,
                "feedback": rng.choice(texts.FEEDBACK[value]),
                "consumed": True,
            }
        )
    ratings = demo.add("rating.rating", vals_list)
    for rating, item in zip(ratings, plans, strict=True):
        rating.rated_on = min(item.ordered + timedelta(days=rng.randint(1, 6)), demo.now)
        demo.backdate(rating, rating.rated_on)
