"""Value assessments of the demo workshop: a campaign twice, a stamp card under way, an idea in words."""

from datetime import timedelta

from odoo import Command

# Question (xml id), scores of Sabine, Miriam and Tobias a year ago and now, and Sabine's evidence now.
SPRING_CHECK = (
    ("requirements", (5, 6, 6), (7, 8, 7), "Prüfliste mit 24 Punkten, die Kunden unterschreiben sie"),
    ("sender", (4, 4, 6), (8, 7, 8), "Aufkleber mit unserem Namen und nächstem Termin im Motorraum"),
    ("promises", (6, 7, 3), (8, 8, 5), "Tobias: drei Kunden warteten länger als die versprochene Stunde"),
    ("desirability", (5, 5, 6), (7, 6, 7), "62 Buchungen, im Vorjahr 41"),
    ("uniqueness", (2, 3, 2), (3, 4, 2), "Zwei Mitbewerber bieten dasselbe zum selben Preis"),
    ("preference", (5, None, 6), (6, 7, 6), "Jeder Fünfte lässt gleich etwas machen"),
    ("willingness", (4, 5, 5), (5, 6, 6), ""),
)
STAMP_CARD = (("requirements", 7), ("sender", 9), ("desirability", 8), ("uniqueness", 6))


def create_assessments(demo):
    """Switch the area on and assess: what became better within a year, and what is still under way."""
    group = demo.env.ref("crm_werthaltigkeit.group_werthaltigkeit_user")
    group._apply_group(demo.env.ref("crm_werthaltigkeit.group_werthaltigkeit_assessment"))
    campaign = demo.env["utm.campaign"].search([("name", "=like", "Frühjahrscheck%")], order="id desc", limit=1)
    people = [demo.users[key] for key in ("sabine", "miriam", "tobias")]
    year_ago = demo.today - timedelta(days=370)
    first = _assessment(
        demo, people, name="Frühjahrscheck", res_model="utm.campaign", res_id=campaign.id, date=year_ago
    )
    first.purpose = "Machen wir die Aktion im nächsten Jahr wieder, und was ändern wir?"
    _score(first, people, [(code, before, "") for code, before, _now, _evidence in SPRING_CHECK])
    first.action_done()
    second = first.copy({"previous_id": first.id, "date": demo.today - timedelta(days=6)})
    second.next_date = demo.today + timedelta(days=180)
    _score(second, people, [(code, now, evidence) for code, _before, now, evidence in SPRING_CHECK])
    second.action_done()
    card = _assessment(
        demo,
        [demo.users["sabine"], demo.users["jonas"], demo.users["miriam"]],
        name="Bonusheft für Stammkunden",
        subject="Papierheft: jede zehnte Wäsche frei",
        purpose="Einführen oder lassen?",
        date=demo.today - timedelta(days=2),
    )
    _score(card, [demo.users["sabine"]], [(code, (score,), "") for code, score in STAMP_CARD])
    card.with_user(demo.users["sabine"]).action_start()
    _assessment(
        demo,
        [demo.users["sabine"]],
        name="Hol- und Bringdienst",
        subject="Fahrzeug abholen und zurückbringen",
        date=demo.today,
    )


def _assessment(demo, people, **vals):
    vals.update(
        user_id=demo.users["sabine"].id,
        company_id=demo.company.id,
        participant_ids=[Command.set([user.id for user in people])],
    )
    return demo.add("crm.value.assessment", [vals])


def _score(assessment, people, rows):
    """Let each person answer; None is not answered. The evidence is that of the first."""
    for code, scores, evidence in rows:
        question = assessment.env.ref(f"crm_werthaltigkeit.value_question_{code}")
        for person, user in enumerate(people):
            row = assessment.score_ids.filtered_domain([("question_id", "=", question.id), ("user_id", "=", user.id)])
            if scores[person] is not None:
                text = evidence if not person else ""
                row.with_user(user).write({"answer": str(scores[person]), "evidence": text})
