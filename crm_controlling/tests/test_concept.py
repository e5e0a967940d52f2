from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..drawing import bars, curve
from .concept import ConceptCase


@tagged("post_install", "-at_install")
class TestConcept(ConceptCase):
    """Five chapters, filled from data, agreed by people, frozen in versions."""

    def test_every_figure_opens_its_records(self):
        """The number shown is the number of records that open, where it counts records."""
        self.concept.with_user(self.boss).action_fill()
        figures = self._figures()
        self.assertEqual(figures["base", "buyers"]["value"], "2")
        opened = 0
        for (section, code), figure in figures.items():
            action = figure["action"]
            if not action:
                continue
            with self.subTest(section=section, code=code):
                records = self.env[action["res_model"]].with_user(self.boss).search(action["domain"])
                fact = self._fact(section, code)
                if fact["unit"] == "count" and code != "few":
                    self.assertEqual(len(records), fact["value"])
                opened += 1
        self.assertGreater(opened, 15)

    def _fact(self, section, code):
        part = next(part for part in self.concept.facts["sections"] if part["code"] == section)
        return next(fact for fact in part["facts"] if fact["code"] == code)

    def test_figures_are_those_of_their_screens(self):
        self.concept.action_fill()
        overview = self.env["crm.value.overview.engine"]._facts(self.company)
        self.assertEqual(self._fact("base", "once")["value"], overview["once"])
        concentration = self.env["crm.customer.value"].get_concentration()
        self.assertEqual(self._fact("concentration", "few")["value"], concentration["few"])
        values = self.env["crm.customer.value"].search([("company_id", "=", self.company.id)])
        self.assertAlmostEqual(self._fact("value", "revenue")["value"], sum(values.mapped("revenue")))
        figure = self.env["crm.customer.group.figure"].search(
            [
                ("company_id", "=", self.company.id),
                ("group_id", "=", False),
                ("span", "=", "year"),
                ("kpi_id.code", "=", "repurchase_rate"),
            ]
        )
        shown = next(
            fact
            for part in self.concept.facts["sections"]
            for fact in part["facts"]
            if fact.get("kpi") == figure.kpi_id.id
        )
        self.assertEqual(shown["value"], figure.value if figure.has_data else None)

    def test_nothing_known_is_said(self):
        company = self.env["res.company"].create({"name": "Empty"})
        self.env.user.company_ids += company
        concept = self.env["crm.concept"].create({"name": "Empty", "company_id": company.id})
        concept.action_fill()
        self.assertEqual(self._figures(concept)["base", "buyers"]["value"], "no data")
        self.assertIn("compute the customer values first", self._notes("base", concept))
        self.assertIn("cannot be said yet", self._notes("pays", concept))

    def _pays(self, **values):
        facts = {
            code: {"code": code, "value": values.get(code), "basis": values.get("basis", "db1")}
            for code in ("cost_given", "cost_service", "risk", "potential")
        }
        return " ".join(self.env["crm.concept.words"]._notes("pays", facts, lambda value: f"{value:.0f} €"))

    def test_whether_it_pays(self):
        found = self._pays(cost_given=1000, cost_service=500, risk=10000)
        self.assertIn("costs 1500 € a year", found)
        self.assertIn("more than 15 % of that is kept", found)
        self.assertIn("not measured yet", found)
        self.assertIn(
            "It pays: the measured retention potential is 4000 €, 2500 € more",
            self._pays(cost_given=1000, cost_service=500, risk=10000, potential=4000),
        )
        self.assertIn("does not pay", self._pays(cost_given=1000, cost_service=500, risk=10000, potential=800))
        self.assertIn("700 € less", self._pays(cost_given=1000, cost_service=500, risk=10000, potential=800))
        self.assertIn("cannot pay by keeping", self._pays(cost_given=1000, cost_service=500, risk=900))
        found = self._pays(cost_given=1000, risk=10000, potential=4000)
        self.assertIn("At least 1000 €", found)
        self.assertIn("3000 € of the measured potential are left", found)
        self.assertIn("nobody confirmed the contact rates", found)
        for values in ({"risk": 10}, {"cost_given": 10}, {"cost_given": 10, "risk": 100, "basis": "revenue"}, {}):
            self.assertIn("cannot be said yet", self._pays(**values), values)

    def test_agreement_is_everybodys_own_and_asked_again_after_a_change(self):
        rows = self.concept.agreement_ids
        self.assertEqual(len(rows), 10)
        own = rows.filtered(lambda row: row.user_id == self.colleague)
        goals = own.filtered(lambda row: row.chapter == "goals").with_user(self.colleague)
        goals.action_agree()
        self.assertEqual(self.concept.agreed_count, 1)
        situation = own.filtered(lambda row: row.chapter == "situation").with_user(self.colleague)
        with self.assertRaises(UserError):
            situation.action_object()
        situation.comment = "The winter is missing."
        situation.action_object()
        for call in (
            lambda: goals.with_user(self.boss).action_agree(),
            lambda: goals.write({"state": "objected"}),
            lambda: goals.with_user(self.boss).write({"comment": "He agrees."}),
            lambda: rows.with_user(self.boss).unlink(),
            lambda: goals.with_context(concept_token=True).write({"user_id": self.boss.id}),
        ):
            with self.assertRaises(AccessError):
                call()
        self.concept.with_user(self.boss).goals_text = "<p>Another reason</p>"
        self.assertEqual((goals.state, goals.changed), ("open", True))
        self.assertEqual(situation.state, "objected", "its chapter did not change")
        self.concept.person_ids = [Command.unlink(self.colleague.id)]
        left = self.concept.agreement_ids.filtered(lambda row: row.user_id == self.colleague)
        self.assertEqual(left, situation, "what was said stays")

    def test_frozen_version_never_changes(self):
        self.concept.action_fill()
        self.concept.action_freeze()
        page, snapshot = self.concept.page, self.concept.snapshot
        for vals in (
            {"name": "Other"},
            {"strategy": "<p>Other</p>"},
            {"goal_ids": [Command.clear()]},
            {"data_ids": [Command.clear()]},
            {"person_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError):
                self.concept.write(vals)
        for call in (
            self.concept.action_fill,
            self.concept.action_freeze,
            self.concept.unlink,
            lambda: self.concept.data_ids[:1].write({"name": "x"}),
            lambda: self.concept.agreement_ids[:1].with_user(self.boss).action_agree(),
            lambda: self.concept.write({"state": "draft"}),
            lambda: self.concept.with_context(concept_token=True).write({"facts": {}}),
        ):
            with self.assertRaises(UserError):
                call()
        self._order(self.customer, [(self.tyres, 50)], days_ago=1)
        self._compute_values()
        self.goal.write({"name": "Renamed", "target": 0.9})
        self.env.invalidate_all()
        self.assertEqual(self.concept.page, page)
        self.assertEqual(self.concept.snapshot, snapshot)
        goal = next(self.env["crm.concept.page"]._goals(self.concept))
        self.assertEqual((goal["name"], goal["target"]), ("Every second comes again", "50.0 %"))
        self.concept.active = False

    def test_new_version_copies_and_offers_lessons(self):
        with self.assertRaises(UserError):
            self.concept.action_new_version()
        self.concept.action_freeze()
        self.goal.lessons = "Letters work in autumn alone."
        action = self.concept.action_new_version()
        second = self.env["crm.concept"].browse(action["res_id"])
        self.assertEqual((second.version, second.previous_id, second.state), (2, self.concept, "draft"))
        self.assertEqual(second.name, self.concept.name)
        self.assertEqual(second.goal_ids, self.goal)
        self.assertEqual(second.strategy, self.concept.strategy)
        self.assertEqual(len(second.data_ids), len(self.concept.data_ids))
        self.assertFalse(second.facts)
        self.assertEqual(set(second.agreement_ids.mapped("state")), {"open"})
        self.assertEqual(second.version_count, 2)
        self.assertEqual(self.concept.action_new_version()["res_id"], second.id, "one version is in work at a time")
        lesson = second.lesson_ids
        self.assertEqual((lesson.goal_id, lesson.text), (self.goal, "Letters work in autumn alone."))
        with self.assertRaises(UserError):
            lesson.action_leave()
        lesson.action_take()
        self.assertEqual(lesson.action_open()["res_id"], self.goal.id)
        second.action_offer_lessons()
        self.assertEqual(len(second.lesson_ids), 1, "a lesson is offered once")
        second.action_freeze()
        third = self.env["crm.concept"].browse(second.action_new_version()["res_id"])
        self.assertEqual(third.version, 3)
        self.assertFalse(third.lesson_ids, "what the version before took up is not offered again")

    def test_every_reference_is_a_link(self):
        for record in (self.goal, self.measure, self.analysis, self.specification):
            self.assertEqual(record.concept_count, 1)
            action = record.action_view_concepts()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.concept)
        for name, expected in (
            ("goals", self.goal),
            ("measures", self.measure),
            ("utilities", self.analysis),
            ("requirements", self.specification.requirement_ids),
            ("agreements", self.concept.agreement_ids),
            ("versions", self.concept),
        ):
            action = getattr(self.concept, f"action_view_{name}")()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), expected)

    def test_data_that_exists_against_data_needed(self):
        self.concept.action_fill()
        rows = self.concept.data_ids
        self.assertEqual(rows.care_field_id, self.env["crm.data.care.field"].search([]))
        self.concept.action_fill()
        self.assertEqual(self.concept.data_ids, rows, "filling again adds nothing twice")
        self.concept.data_ids = [Command.create({"name": "Mileage", "purpose": "to remind in time", "available": "no"})]
        self.concept.action_fill()
        own = self.concept.data_ids - rows
        self.assertEqual((own.available, own.coverage_text), ("no", "not measured"))

    def test_names_in_every_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        stage = self.env["crm.retention.stage"].search([], limit=1)
        stage.with_context(lang="de_DE").name = "Ganz neu"
        self.env["crm.retention"].search([("company_id", "=", self.company.id)], limit=1).sudo()
        self.concept.action_fill()
        names = self.env["crm.concept.facts"]._names(stage)
        self.assertEqual(names["de_DE"], "Ganz neu")

    def test_charts_escape_and_say_what_they_show(self):
        svg = str(bars([("<script>alert(1)</script>", 5, "5"), ("B" * 60, 0, "0"), ("C", -3, "−3")], 'a "chart"'))
        self.assertNotIn("<script>", svg)
        self.assertIn('aria-label="a &#34;chart&#34;"', svg)
        self.assertIn('width="170.0"', svg)
        self.assertIn("…", svg)
        self.assertIn("<polyline", str(curve([(0, 0), (0.5, 0.9), (1, 1)], "x", "y", "z")))
        self.assertIn("<svg", str(bars([], "nothing")))

    def test_roles(self):
        concept = self.concept.with_user(self.colleague)
        self.assertTrue(concept.page is not None)
        for call in (concept.action_fill, concept.action_freeze, lambda: concept.write({"name": "x"})):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.env["crm.concept"].with_user(self.boss).create({"name": "x", "state": "frozen"})

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.env.user.company_ids += other
        foreign = self.env["crm.concept"].create({"name": "Foreign", "company_id": other.id})
        for model in ("crm.concept", "crm.concept.agreement", "crm.concept.data", "crm.concept.lesson"):
            self.assertNotIn(other, self.env[model].with_user(self.boss).search([]).company_id)
        with self.assertRaises(ValidationError):
            foreign.goal_ids = self.goal
        self.env.invalidate_all()
        foreign.with_context(allowed_company_ids=(self.company | other).ids).action_fill()
        self.assertEqual(self._figures(foreign)["base", "buyers"]["value"], "no data", "no figure of the other company")
        with self.assertRaises(AccessError):
            foreign.with_user(self.boss).action_fill()
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        with self.assertRaises(ValidationError):
            self.env["crm.concept"].create({"name": "x", "company_id": branch.id})
