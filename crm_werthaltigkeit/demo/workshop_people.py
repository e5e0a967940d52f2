"""The workshop's people: its staff, and two hundred customers who come in very different rhythms."""

from dataclasses import dataclass

from odoo import Command

from . import workshop_texts as texts

# How customers behave, and how many of the private ones and of the firms do so.
PRIVATE = {"loyal": 37, "seasonal": 26, "once": 40, "lapsed": 24, "new": 10, "growing": 6, "at_risk": 8, "bargain": 5}
FIRMS = {"fleet": 12, "growing": 5, "loyal": 13, "lapsed": 7, "at_risk": 3, "bargain": 1, "new": 3, "once": 2}


@dataclass
class Customer:
    """A customer, the behaviour that the plan follows, and who writes to us for it."""

    partner: object
    behaviour: str
    firm: bool
    contacts: object

    @property
    def writer(self):
        """Whoever of the customer writes mails; empty where nobody has an address."""
        return (self.contacts | self.partner).filtered("email")[:1]


def create_users(demo):
    """Staff: two people who can log in for trying out, and two colleagues."""
    teams = {
        "workshop": demo.add("crm.team", [{"name": "Werkstatt", "company_id": demo.company.id}]),
        "fleets": demo.add("crm.team", [{"name": "Flotten", "company_id": demo.company.id}]),
    }
    lang = "de_DE" if demo.env["res.lang"]._lang_get("de_DE") else False
    users = {}
    for key, name, login, group, team in (
        ("jonas", "Jonas Weber", "verkauf", "sales_team.group_sale_salesman", "workshop"),
        ("sabine", "Sabine Sommer", "leitung", "sales_team.group_sale_manager", "fleets"),
        ("miriam", "Miriam Kaya", "m.kaya", "sales_team.group_sale_salesman_all_leads", "fleets"),
        ("tobias", "Tobias Brandt", "t.brandt", "sales_team.group_sale_salesman", "workshop"),
    ):
        users[key] = _user(demo, name, login, group, lang)
        demo.add("crm.team.member", [{"user_id": users[key].id, "crm_team_id": teams[team].id}])
    demo.users, demo.teams = users, teams


def _user(demo, name, login, group, lang):
    """Create a user; only those made for trying out get their login as password. Known logins are left alone."""
    known = demo.env["res.users"].with_context(active_test=False).search([("login", "=", login)])
    if known:
        return known
    vals = {
        "name": name,
        "login": login,
        "email": f"{mail_name(name)}@autohaus-sommer.example",
        "company_id": demo.company.id,
        "company_ids": [Command.set(demo.company.ids)],
        "group_ids": [
            Command.set([demo.env.ref(name).id for name in ("base.group_user", "base.group_partner_manager", group)])
        ],
        "tz": "Europe/Berlin",
    }
    if login in ("verkauf", "leitung"):
        vals["password"] = login
    if lang:
        vals["lang"] = lang
    return demo.add("res.users", [vals])


def create_customers(demo):
    """Firms with their contacts, private people, and what they told us about themselves."""
    demo.germany = demo.env["res.country"].search([("code", "=", "DE")], limit=1)
    demo.sources = {name: demo.find_or_create("utm.source", name) for name in texts.SOURCES}
    interests = [demo.find_or_create("crm.interest", name) for name in texts.INTERESTS]
    firms = _firms(demo)
    people = _people(demo)
    demo.customers = firms + people
    if demo.env["res.lang"]._lang_get("de_DE"):
        for customer in demo.customers:
            (customer.partner | customer.contacts).write({"lang": "de_DE"})
    _tag(demo)
    _tell_about_themselves(demo, interests)
    _age(demo)
    demo.analyze("res.partner")


def _tag(demo):
    """Tags as such a workshop sets them; fleets carry two."""
    tags = {name: demo.find_or_create("res.partner.category", name) for name in texts.TAGS}
    firm, private, fleet, tyres = (tags[name] for name in texts.TAGS)
    for customer in demo.customers:
        found = firm if customer.firm else private
        if customer.behaviour == "fleet":
            found |= fleet
        if customer.behaviour == "seasonal":
            found |= tyres
        customer.partner.category_id = found


def _firms(demo):
    rng, surnames = demo.rng, list(texts.SURNAMES)
    rng.shuffle(surnames)
    names = [
        (pattern.format(surnames[(7 * kind + number) % len(surnames)]), industry)
        for kind, (pattern, industry, count) in enumerate(texts.FIRMS)
        for number in range(count)
    ]
    behaviours = _shuffled(rng, FIRMS)
    users = [demo.users["miriam"], demo.users["sabine"], demo.users["jonas"]]
    vals_list = []
    for (name, industry), behaviour in zip(names, behaviours, strict=True):
        vals = _address(demo, name, firm=True)
        ref = demo.env.ref(f"base.res_partner_industry_{industry}", raise_if_not_found=False)
        user = users[0] if behaviour == "fleet" else rng.choice(users)
        vals.update(is_company=True, industry_id=ref.id if ref else False, user_id=user.id)
        vals_list.append(vals)
    partners = demo.add("res.partner", vals_list)
    contacts = demo.add(
        "res.partner", [_contact(demo, partner, number) for partner in partners for number in range(rng.randint(1, 3))]
    )
    by_firm = contacts.grouped("parent_id")
    return [Customer(p, b, True, by_firm[p]) for p, b in zip(partners, behaviours, strict=True)]


def _contact(demo, firm, number):
    """A person of a firm."""
    name = _person(demo.rng)
    domain = firm.email.split("@")[1] if firm.email else "firma.example"
    return {
        "name": name,
        "parent_id": firm.id,
        "function": texts.ROLES[number],
        "email": f"{mail_name(name)}@{domain}" if demo.rng.random() < 0.85 else False,
        "phone": _phone(demo.rng),
    }


def _people(demo):
    behaviours = _shuffled(demo.rng, PRIVATE)
    users = [demo.users["jonas"].id] * 9 + [demo.users["tobias"].id] * 7 + [False] * 4
    vals_list = []
    for behaviour in behaviours:
        vals = _address(demo, _person(demo.rng), firm=False)
        vals["user_id"] = demo.rng.choice(users)
        vals["active"] = not (behaviour == "lapsed" and demo.rng.random() < 0.25)
        vals_list.append(vals)
    partners = demo.add("res.partner", vals_list)
    # the same person twice, as it happens at the counter: work for data care
    twins = [{"name": p.name, "email": p.email, "phone": p.phone} for p in partners.filtered("email")[:3]]
    demo.add("res.partner", twins)
    empty = demo.env["res.partner"]
    return [Customer(p, b, False, empty) for p, b in zip(partners, behaviours, strict=True)]


def _address(demo, name, firm):
    rng = demo.rng
    zip_code, city = rng.choice(texts.TOWNS)
    local, domain = ("info", f"{mail_name(name)}.example") if firm else (mail_name(name), "example.com")
    return {
        "name": name,
        "street": f"{rng.choice(texts.STREETS)} {rng.randint(1, 98)}",
        "zip": zip_code,
        "city": city,
        "country_id": demo.germany.id,
        "phone": _phone(rng) if rng.random() < 0.93 else False,
        "email": f"{local}@{domain}" if rng.random() < 0.84 else False,
        "customer_rank": 1,
    }


def _person(rng):
    return f"{rng.choice(rng.choice((texts.MALE, texts.FEMALE)))} {rng.choice(texts.SURNAMES)}"


def _phone(rng):
    """Numbers that the Federal Network Agency keeps free for films and the like."""
    return rng.choice((f"+49 30 23125{rng.randint(0, 999):03}", f"+49 171 39200{rng.randint(0, 99):02}"))


def mail_name(name):
    """
    >>> mail_name("Sanitär Köhler & Sohn")
    'sanitaer.koehler.sohn'
    """
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("&", ""), (".", "")):
        name = name.lower().replace(umlaut, plain)
    return ".".join(name.split())


def _shuffled(rng, counts):
    behaviours = [behaviour for behaviour, count in counts.items() for _i in range(count)]
    rng.shuffle(behaviours)
    return behaviours


def _tell_about_themselves(demo, interests):
    """How they became aware of us, interests, their own goal, the channel they want."""
    rng = demo.rng
    channels = [demo.channel(code) for code in ("phone", "phone", "email", "whatsapp", "letter")]
    for customer in demo.customers:
        vals = {}
        if rng.random() < 0.7:
            source = rng.choices(list(demo.sources.values()), weights=(9, 5, 3, 2, 2, 3, 2))[0]
            vals["werthaltigkeit_awareness_id"] = source.id
        if rng.random() < 0.4:
            vals["werthaltigkeit_channel_id"] = rng.choice(channels).id
        if rng.random() < 0.35:
            chosen = rng.sample(interests, rng.randint(1, 3))
            vals["werthaltigkeit_interest_ids"] = [Command.set([interest.id for interest in chosen])]
        if rng.random() < 0.25:
            vals["werthaltigkeit_goal"] = rng.choice(texts.GOALS)
        if vals:
            customer.partner.write(vals)


def _age(demo):
    """Contacts are as old as their first visit; those nobody saw for long were also not looked after."""
    for customer in demo.customers:
        demo.backdate(customer.partner | customer.contacts, demo.start)
