"""The workshop's concept: an analysis that was decided, a specification of the card, and a concept in its second version."""

from datetime import timedelta

from odoo import Command, fields

CONCEPT = "Kunden, die wiederkommen"
ANALYSIS = "Womit binden wir unsere Kunden?"
OPTIONS = (
    ("Bonusheft", "Jede Inspektion ein Stempel, der zehnte Ölwechsel geht aufs Haus"),
    ("Kundenkarte mit Punkten", "Punkte auf jeden Euro, Stufen mit Vorteilen"),
    ("Rundschreiben per E-Mail", "Vier Mal im Jahr ein Angebot an alle"),
)
CRITERIA = (
    ("Kunde versteht es sofort", "Ein Satz an der Theke reicht", 35, None),
    ("Bringt ihn in die Werkstatt zurück", "Er hat einen Grund, wiederzukommen", 30, None),
    ("Aufwand im Alltag", "Kostet niemanden mehr als eine Minute", 20, None),
    ("Datenschutz", "Geht ohne neue Einwilligung", 15, 4.0),
)
SCORES = {
    "leitung": ((9, 8, 8, 9), (6, 8, 5, 7), (7, 3, 6, 3)),
    "verkauf": ((10, 7, 7, 9), (5, 8, 4, 7), (8, 4, 7, 4)),
}
REASONS = {
    (0, 0): "Kennt jeder vom Bäcker.",
    (1, 2): "Wer bucht die Punkte, wenn die Theke voll ist?",
    (2, 3): "Werbung nur mit Einwilligung, und die haben wir von zwei Dritteln.",
}
REQUIREMENTS = (
    (
        "function",
        "must",
        "An der Theke ist auf einen Blick zu sehen, wie viele Stempel ein Kunde hat",
        "Ein neuer Kollege findet den Stand in fünf Sekunden.",
        "Das Heft liegt beim Kunden; wer es vergisst, bekommt keinen Stempel.",
        "Der Auftrag zeigt den Stand; der Stempel entsteht mit der Rechnung.",
    ),
    (
        "process",
        "must",
        "Ein verlorenes Heft wird ohne Verlust ersetzt",
        "Neues Heft in einer Minute, mit allen Stempeln.",
        "Der Meister entscheidet nach Gefühl.",
        "Die Stempel stehen im Punktekonto.",
    ),
    (
        "process",
        "should",
        "Der Kunde erfährt, welches Extra als Nächstes kommt",
        "Es steht auf jeder Rechnung.",
        "Niemand sagt es ihm.",
        "Die Rechnung nennt das nächste Extra.",
    ),
    (
        "data",
        "should",
        "Der Kilometerstand wird bei jedem Besuch festgehalten",
        "Bei neun von zehn Aufträgen des Monats steht er da.",
        "Er steht auf dem Papierauftrag.",
        "Er wird bei der Annahme eingegeben.",
    ),
    (
        "law",
        "must",
        "Wer der Auswertung widerspricht, sammelt trotzdem Stempel",
        "Ein Kunde mit Widerspruch erhält seinen zehnten Ölwechsel.",
        "",
        "",
    ),
    ("interface", "could", "Der Reifenhändler nebenan stempelt mit", "", "", ""),
)
CONSEQUENCE = "Briefe gehen nur noch im Oktober und im März hinaus."
SYSTEMS = """Odoo: Kunden, Aufträge, Rechnungen, Termine.
Teilekatalog des Großhändlers: Fahrgestellnummern, keine Kundendaten.
Papier: Auftragszettel mit Kilometerstand, Karteikasten mit Einlagerungen.
Telefonanlage: Anruferliste, wird nicht ausgewertet."""


def generate(env):
    """Generate analysis, specification and both versions once; return whether anything was done."""
    installed = dict(env["res.lang"].get_installed())
    lang = "de_DE" if "de_DE" in installed else "en_US"
    env = env(su=True, context=dict(env.context, tracking_disable=True, lang=lang))
    company = env.company.root_id
    if env["crm.concept"].search_count([("company_id", "=", company.id)], limit=1):
        return False
    for area in ("concept", "utility", "requirement"):
        env.ref("base.group_user").implied_ids |= env.ref(f"crm_controlling.group_controlling_{area}")
    users = {login: _user(env, login) for login in SCORES}
    people = env["res.users"].browse({user.id for user in users.values()})
    goals = env["crm.goal"].search([("company_id", "=", company.id), ("parent_id", "=", False)], limit=6)
    measures = env["crm.measure"].search([("company_id", "=", company.id)], limit=4)
    analysis = _analysis(env, company, users, people)
    specification = _specification(env, company, goals, measures, analysis)
    first = env["crm.concept"].create(
        {
            "name": CONCEPT,
            "company_id": company.id,
            "user_id": users["leitung"].id,
            "person_ids": [Command.set(people.ids)],
            "situation": "<p>Wer kommt, ist zufrieden. Aber fast jeder Zweite, der einmal da war, kommt kein zweites Mal, und keiner fragt warum.</p>",
            "systems": SYSTEMS,
            "crm_cost_year": 4800,
            "data_ids": [
                Command.create(
                    {
                        "name": "Kilometerstand",
                        "purpose": "rechtzeitig an Inspektion und Zahnriemen erinnern",
                        "origin": "Annahme",
                        "available": "part",
                    }
                ),
                Command.create(
                    {
                        "name": "Anlass des Besuchs",
                        "purpose": "wissen, ob ein Kunde wegen des Preises oder wegen uns kommt",
                        "origin": "Gespräch an der Theke",
                        "available": "no",
                    }
                ),
            ],
            "goals_text": "<p>Wir messen, ob Kunden wiederkommen, nicht, wie viele Briefe wir verschicken.</p>",
            "goal_ids": [Command.set(goals.ids)],
            "strategy_company": "Die Werkstatt im Ort, der man das Auto gibt, ohne zu fragen.",
            "strategy_marketing": "Empfehlung vor Anzeige: Jeder zufriedene Kunde kennt zwei, die eine Werkstatt suchen.",
            "strategy_sales": "Der Preis steht vor der Arbeit fest.",
            "strategy_service": "Wir rufen nach drei Tagen an und fragen, ob alles gut ist.",
            "strategy": "<p><strong>Stabile Beziehungen statt Aktionen.</strong> Wer zum zweiten Mal kommt, bleibt meist Jahre: Der zweite Besuch entscheidet.</p><ul><li>Neue Kunden: Anruf nach drei Tagen, Heft mit dem ersten Stempel</li><li>Stammkunden: Termin vor der Saison, kein Rabatt</li><li>Gefährdete: Der Meister ruft selbst an</li></ul>",
            "utility_ids": [Command.set(analysis.ids)],
            "measures_text": "<p>Erst das Bonusheft, dann der Brief: Ein Versprechen muss gehalten sein, bevor das nächste kommt.</p>",
            "measure_ids": [Command.set(measures.ids)],
            "specification_ids": [Command.set(specification.ids)],
            "controlling": "<p>Am ersten Montag im Monat, zwanzig Minuten: Ampeln ansehen, bei Rot eine Maßnahme beschließen. Verantwortlich ist, wer am Ziel steht.</p>",
        }
    )
    first.action_fill()
    _agree(first)
    first.action_freeze()
    moment = fields.Datetime.now() - timedelta(days=190)
    first._internal().write({"frozen_on": moment})
    second = env["crm.concept"].browse(first.action_new_version()["res_id"])
    second.action_fill()
    for lesson in second.lesson_ids[:1]:
        lesson.write({"consequence": CONSEQUENCE, "state": "taken"})
    _agree(second, chapters=("situation", "goals"))
    return True


def _user(env, login):
    return env["res.users"].search([("login", "=", login)], limit=1) or env.user


def _analysis(env, company, users, people):
    """Two people scored, the decision is taken."""
    analysis = env["crm.utility.analysis"].create(
        {
            "name": ANALYSIS,
            "question": "Eines können wir uns im nächsten Jahr leisten. Bis Monatsende soll feststehen, welches.",
            "company_id": company.id,
            "user_id": users["leitung"].id,
            "participant_ids": [Command.set(people.ids)],
            "option_ids": [
                Command.create({"name": name, "description": description, "sequence": number})
                for number, (name, description) in enumerate(OPTIONS)
            ],
            "criterion_ids": [
                Command.create(
                    {
                        "name": name,
                        "description": best,
                        "weight": weight,
                        "sequence": number,
                        "knockout": minimum is not None,
                        "minimum": minimum or 5.0,
                    }
                )
                for number, (name, best, weight, minimum) in enumerate(CRITERIA)
            ],
        }
    )
    options, criteria = analysis.option_ids.sorted("sequence"), analysis.criterion_ids.sorted("sequence")
    for login, table in SCORES.items():
        rows = analysis.score_ids.filtered(lambda row, user=users[login]: row.user_id == user)
        cells = {(row.option_id, row.criterion_id): row for row in rows}
        for i, option in enumerate(options):
            for j, criterion in enumerate(criteria):
                cells[option, criterion].with_user(users[login]).sudo().write(
                    {"answer": str(table[i][j]), "reason": REASONS.get((i, j)) or "So erleben wir es an der Theke."}
                )
    analysis.with_user(users["leitung"]).sudo().action_decide()
    return analysis


def _specification(env, company, goals, measures, analysis):
    specification = env["crm.specification"].create(
        {
            "name": "Bonusheft",
            "company_id": company.id,
            "purpose": "Was Odoo und wir können müssen, damit das Heft im Alltag läuft.",
            "out_of_scope": "Keine App, keine Plastikkarte.",
        }
    )
    states = ("agreed", "agreed", "open", "open", "met", "dropped")
    env["crm.requirement"].create(
        [
            {
                "specification_id": specification.id,
                "category_id": env.ref(f"crm_controlling.requirement_category_{category}").id,
                "priority": priority,
                "name": name,
                "acceptance": acceptance,
                "process_before": before,
                "process_after": after,
                "state": state,
                "goal_id": goals[:1].id if number < 3 else False,
                "measure_id": measures[:1].id if number < 2 else False,
                "criterion_id": analysis.criterion_ids[min(number, 3)].id if number < 5 else False,
            }
            for number, ((category, priority, name, acceptance, before, after), state) in enumerate(
                zip(REQUIREMENTS, states, strict=True)
            )
        ]
    )
    return specification


def _agree(concept, chapters=None):
    """All agree, or those asked so far; one says what is missing."""
    rows = concept.agreement_ids.filtered(lambda row: not chapters or row.chapter in chapters)
    for row in rows:
        row.with_user(row.user_id).sudo()._answer("agreed")
    open_rows = concept.agreement_ids.filtered(lambda row: row.state == "open" and row.chapter == "measures")
    for row in open_rows[-1:]:
        row.with_user(row.user_id).sudo().write({"comment": "Wer ruft nach drei Tagen an, wenn die Theke voll ist?"})
        row.with_user(row.user_id).sudo()._answer("objected")
