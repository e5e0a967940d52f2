"""What people of the demo workshop logged by hand: contacts, complaints, referrals, consents, reasons of returns."""

from datetime import timedelta

from . import workshop_texts as texts

MOODS = {"at_risk": (5, 3, 1), "lapsed": (4, 4, 2), "bargain": (3, 4, 2)}  # bad, neutral, good
USUAL_MOODS = (1, 5, 12)


def create_touchpoints(demo):
    """Calls, messages and visits with a smiley and a note; complaints, referrals; prospects too."""
    rng = demo.rng
    vals_list = []
    for item in demo.plans:
        if item.state != "sale" or rng.random() > (0.75 if item.customer.behaviour == "bargain" else 0.3):
            continue
        vals_list.append(_contact(demo, item))
    vals_list += _complaints(demo)
    vals_list += _referrals(demo)
    vals_list += _prospects(demo)
    vals_list += _win_backs(demo)
    touchpoints = demo.add("crm.touchpoint", [vals for vals in vals_list if vals["date"] <= demo.now])
    _follow_ups(demo, touchpoints)


def _follow_ups(demo, touchpoints):
    """Somebody calls back the latest unhappy contacts, some of it overdue."""
    unhappy = touchpoints.filtered(lambda touchpoint: touchpoint.satisfaction == "bad").sorted("date", reverse=True)[:9]
    for number, touchpoint in enumerate(unhappy):
        touchpoint.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=demo.today + timedelta(days=number - 3),
            summary="Nachfragen, ob alles in Ordnung ist",
            user_id=demo.users["sabine" if number % 2 else "jonas"].id,
        )


def _contact(demo, item):
    """Somebody calls or writes around a visit; bargain hunters take their time."""
    rng, customer = demo.rng, item.customer
    code, direction, minutes, notes = rng.choices(texts.CONTACTS, weights=(6, 4, 3, 2, 5, 1))[0]
    longer = 4 if customer.behaviour == "bargain" else 1
    return {
        "partner_id": (rng.choice(customer.contacts) if customer.contacts else customer.partner).id,
        "company_id": demo.company.id,
        "date": item.ordered + timedelta(hours=rng.randint(-30, 60)),
        "kind_id": demo.kind("contact").id,
        "channel_id": demo.channel(code).id,
        "direction": direction,
        "stage": rng.choice(("decision", "retention")),
        "satisfaction": _mood(rng, customer.behaviour) if rng.random() < 0.55 else False,
        "minutes": rng.randint(*minutes) * longer,
        "note": rng.choice(notes),
        "user_id": (item.order.user_id or demo.users["tobias"]).id,
    }


def _mood(rng, behaviour):
    return rng.choices(("bad", "neutral", "good"), weights=MOODS.get(behaviour, USUAL_MOODS))[0]


def _complaints(demo):
    """Complaints with their subject, more of those who left."""
    rng = demo.rng
    unhappy = [p for p in demo.plans if p.state == "sale" and p.customer.behaviour in ("lapsed", "at_risk", "bargain")]
    others = [p for p in demo.plans if p.state == "sale" and p.customer.behaviour in ("fleet", "loyal")]
    for item in rng.sample(unhappy, 13) + rng.sample(others, 6):
        reason, note = rng.choice(texts.COMPLAINTS)
        moment = item.ordered + timedelta(days=rng.randint(1, 6))
        yield {
            **_base(demo, item, moment, "complaint", rng.choice(("phone", "phone", "counter", "letter"))),
            "satisfaction": "bad",
            "reason_id": demo.env.ref(f"crm_werthaltigkeit.touchpoint_reason_complaint_{reason}").id,
            "minutes": rng.randint(8, 25),
            "note": note,
        }
        if rng.random() < 0.85:
            yield {
                **_base(demo, item, moment + timedelta(hours=rng.randint(2, 50)), "contact", "phone", "out"),
                "satisfaction": rng.choice(("neutral", "good", "bad")),
                "minutes": rng.randint(4, 12),
                "note": "Zur Beschwerde zurückgerufen und Nachbesserung angeboten.",
            }


def _referrals(demo):
    rng = demo.rng
    happy = [p for p in demo.plans if p.state == "sale" and p.customer.behaviour in ("loyal", "growing")]
    for item in rng.sample(happy, 14):
        yield {
            **_base(demo, item, item.ordered + timedelta(days=rng.randint(1, 30)), "referral", "counter"),
            "satisfaction": "good",
            "note": rng.choice(texts.REFERRALS),
        }


def _prospects(demo):
    """Calls of people who are no customers yet lie on their lead."""
    rng = demo.rng
    for lead in demo.leads.filtered(lambda l: not l.partner_id)[:14]:
        created = demo.moments["crm_lead"][lead.id][0]
        yield {
            "lead_id": lead.id,
            "company_id": demo.company.id,
            "date": created + timedelta(hours=rng.randint(1, 60)),
            "kind_id": demo.kind("contact").id,
            "channel_id": demo.channel(rng.choice(("phone", "whatsapp"))).id,
            "direction": rng.choice(("in", "out")),
            "stage": "acquisition",
            "minutes": rng.randint(2, 8),
            "note": "Fragt nach Preis und Termin.",
            "user_id": lead.user_id.id,
        }


def _win_backs(demo):
    """Calls to customers who did not come any more: some say why, and to whom they went."""
    reasons = {name: demo.find_or_create("crm.lost.reason", name) for name in texts.LOST_REASONS}
    last = {p.customer.partner: p for p in demo.plans if p.state == "sale" and p.customer.behaviour == "lapsed"}
    for number, item in enumerate(list(last.values())[:8]):
        reason, competitor, note = texts.WIN_BACKS[number % len(texts.WIN_BACKS)]
        yield {
            **_base(demo, item, item.ordered + timedelta(days=300 + 9 * number, hours=2), "contact", "phone", "out"),
            "minutes": 4,
            "lost_reason_id": reasons[reason].id,
            "competitor_id": demo.competitors[competitor].id if competitor else False,
            "note": note,
        }


def _base(demo, item, moment, kind, channel, direction="in"):
    return {
        "partner_id": item.customer.partner.id,
        "company_id": demo.company.id,
        "date": moment,
        "kind_id": demo.kind(kind).id,
        "channel_id": demo.channel(channel).id,
        "direction": direction,
        "stage": "retention",
        "user_id": (item.order.user_id or demo.users["tobias"]).id,
    }


def create_consents(demo):
    """Consents per purpose; some object to profiling, some changed their mind."""
    rng = demo.rng
    vals_list = []
    for customer in rng.sample(demo.customers, 70):
        day = demo.today - timedelta(days=rng.randint(60, 900))
        origin = rng.choice(("Auftragsformular", "Telefon", "Kundenportal"))
        for purpose in rng.sample(("mail", "post", "phone", "sms"), rng.randint(1, 3)):
            vals_list.append(_consent(customer, purpose, "given", demo.moment(day), origin))
        if rng.random() < 0.15:
            later = demo.moment(day + timedelta(days=50))
            vals_list.append(_consent(customer, "mail", "withdrawn", later, "E-Mail"))
    for customer in rng.sample([c for c in demo.customers if not c.firm], 8):
        moment = demo.moment(demo.today - timedelta(days=rng.randint(5, 300)))
        vals_list.append(_consent(customer, "profiling", "withdrawn", moment, "Schreiben"))
    demo.add("crm.consent", vals_list)


def _consent(customer, purpose, state, moment, origin):
    return {
        "partner_id": customer.partner.id,
        "purpose": purpose,
        "state": state,
        "date": moment,
        "origin": origin,
    }


def annotate_returns(demo):
    """Returns and credit notes get the reason that the customer gave."""
    returns = demo.env["crm.touchpoint"].search(
        [
            ("kind_id", "in", (demo.kind("return") | demo.kind("credit_note")).ids),
            ("company_id", "=", demo.company.id),
            ("source_id", "!=", False),
        ]
    )
    for touchpoint in returns:
        if demo.rng.random() < 0.85:
            reason = demo.rng.choice(texts.RETURN_REASONS)
            touchpoint.reason_id = demo.env.ref(f"crm_werthaltigkeit.touchpoint_reason_return_{reason}")


def override_classes(demo):
    """The boss knows better twice."""
    values = (
        demo.env["crm.customer.value"]
        .with_user(demo.users["sabine"])
        .search(
            [
                ("company_id", "=", demo.company.root_id.id),
                ("anonymous", "=", False),
                ("value_class_computed", "=", "C"),
                ("partner_id.is_company", "=", True),
            ],
            limit=2,
        )
    )
    reasons = ("Neuer Rahmenvertrag ab nächstem Quartal", "Empfiehlt uns an die ganze Innung")
    for value, reason in zip(values, reasons, strict=False):
        value._override_class("B", reason)
