from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged, users
from odoo.tools import mute_logger

from ..models.crm_value_assessment_score import TOKEN
from ..stats import assessment as statistics
from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestAssessmentStatistics(TransactionCase):
    """Mean over people, aspects by weight; what nobody answered is missing."""

    def test_people_count_the_same_however_many_aspects_they_answered(self):
        scores = [
            statistics.Score(1, person=1, value=8, weight=3),
            statistics.Score(1, person=1, value=4, weight=1),
            statistics.Score(1, person=2, value=3, weight=1),
        ]
        result = statistics.profile(scores)[1]
        self.assertAlmostEqual(result.mean, (7 + 3) / 2)
        self.assertEqual((result.low, result.high, result.people, result.spread), (3, 7, 2, 4))

    def test_not_answered_is_not_zero(self):
        results = statistics.profile([statistics.Score(1, 1, 0), statistics.Score(2, 1, 10)])
        self.assertEqual(results[1].mean, 0)
        self.assertNotIn(3, results)
        self.assertEqual(statistics.overall(results), 5)
        self.assertIsNone(statistics.overall({}))

    def test_bad_input_is_named(self):
        for value, weight, argument in (
            (11, 1, r"scores\[1\]"),
            (-1, 1, r"scores\[1\]"),
            (float("nan"), 1, r"scores\[1\]"),
            (5, 0, "weight of"),
            (5, float("nan"), "weight of"),
        ):
            with self.subTest(value=value, weight=weight), self.assertRaisesRegex(ValueError, argument):
                statistics.profile([statistics.Score(1, 1, 5), statistics.Score(1, 2, value, weight)])


@tagged("post_install", "-at_install")
class TestAssessment(WerthaltigkeitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "wert_assessor", groups="sales_team.group_sale_salesman")
        cls.questions = cls.env["crm.value.question"].search([])
        cls.campaign = cls.env["utm.campaign"].create({"title": "Spring Check"})
        cls.assessment = cls._assess(cls.user, cls.user | cls.colleague)

    @classmethod
    def _assess(cls, responsible, people, **vals):
        return (
            cls.env["crm.value.assessment"]
            .with_user(responsible)
            .create({"name": "Spring Check", "participant_ids": people.ids, **vals})
        )

    def _rows(self, user, assessment=None):
        """The rows of a person, as that person."""
        return (
            self.env["crm.value.assessment.score"]
            .with_user(user)
            .search([("assessment_id", "=", (assessment or self.assessment).id), ("user_id", "=", user.id)])
        )

    def _answer(self, user, scores, assessment=None, evidence="seen"):
        for row, score in zip(self._rows(user, assessment), scores, strict=False):
            if score is not None:
                row.write({"answer": str(score), "evidence": evidence})

    def _profile(self, user, assessment=None):
        self.env.invalidate_all()
        return (assessment or self.assessment).with_user(user).profile

    def test_shipped_questions_and_one_aspect(self):
        self.assertEqual(len(self.questions), 7)
        self.assertEqual(len(self.env["crm.value.aspect"].search([])), 1)
        self.assertTrue(all(question.question.endswith("?") for question in self.questions))

    def test_people_who_join_have_all_rows_at_once(self):
        self.assertEqual(len(self._rows(self.user)), 7)
        self.assertEqual(len(self._rows(self.colleague)), 7)
        self.assessment.with_user(self.manager).action_join()
        self.assessment.with_user(self.manager).action_join()
        self.assertEqual(len(self._rows(self.manager)), 7)

    def test_everybody_is_asked_the_same(self):
        """A question or aspect of later does not change what an assessment under way asks."""
        self._answer(self.user, [5])
        self.env["crm.value.aspect"].create({"name": "Environment", "weight": 2})
        self.questions[0].active = False
        self.assessment.with_user(self.manager).action_join()
        self.assertEqual(self._rows(self.manager).question_id, self.questions)
        later = self._assess(self.user, self.user)
        self.assertEqual(len(self._rows(self.user, later)), 6 * 2)

    def test_mean_spread_and_missing_evidence(self):
        self._answer(self.user, [8, 0, None])
        self._answer(self.colleague, [5, None, None], evidence="  ")
        rows = self._profile(self.user)["rows"]
        self.assertEqual([row["name"] for row in rows], self.questions.mapped("name"))
        first, second, third = rows[:3]
        self.assertEqual((first["mean"], first["low"], first["high"], first["people"]), (6.5, 5, 8, 2))
        self.assertEqual(first["without_evidence"], 1)
        self.assertEqual((second["mean"], second["people"]), (0, 1), "0 is an answer")
        self.assertIsNone(third["mean"], "not answered is not 0")
        self.assertEqual(self._profile(self.user)["overall"], (6.5 + 0) / 2)

    def test_answers_can_be_taken_back(self):
        self._answer(self.user, [8])
        self._rows(self.user)[0].answer = False
        self.assertIsNone(self._profile(self.user)["overall"])

    def test_pivot_does_not_count_missing_answers(self):
        self._answer(self.user, [10])
        scores = self.env["crm.value.assessment.score"]
        domain = [("assessment_id", "=", self.assessment.id)]
        [(mean,)] = scores._read_group(domain, [], ["score:avg"])
        self.assertEqual(mean, 10)
        unanswered = scores._read_group([*domain, ("answered", "=", False)], [], ["score:avg"])
        self.assertFalse(unanswered[0][0])

    def test_weight_of_aspects(self):
        second = self.env["crm.value.aspect"].create({"name": "Environment", "weight": 3})
        assessment = self._assess(self.user, self.user)
        rows = self._rows(self.user, assessment).filtered(lambda row: row.question_id == self.questions[0])
        for row in rows:
            row.answer = "8" if row.aspect_id == second else "4"
        self.assertEqual(self._profile(self.user, assessment)["overall"], 7)
        second.weight = 1
        self.assertEqual(self._profile(self.user, assessment)["overall"], 6, "a new weight counts while it is open")
        assessment.with_user(self.user).action_done()
        second.weight = 100
        self.assertEqual(self._profile(self.user, assessment)["overall"], 6, "and not any more when it is done")
        for weight in (0, -1, float("nan"), float("inf")):
            with self.subTest(weight=weight), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
                second.weight = weight
                second.flush_recordset()

    def test_own_scores_only_until_it_is_done(self):
        """Nobody follows the first: others' scores show to responsible and manager, to all when done."""
        self._answer(self.user, [9])
        self._answer(self.colleague, [1])
        seen = lambda user: self._profile(user)["rows"][0]["mean"]  # noqa: E731
        self.assertEqual(seen(self.colleague), 1)
        self.assertTrue(self._profile(self.colleague)["own_only"])
        self.assertEqual(seen(self.user), 5, "the responsible sees all")
        self.assertEqual(seen(self.manager), 5)
        self.assessment.with_user(self.user).action_done()
        self.assertEqual(seen(self.colleague), 5)
        self.assertFalse(self._profile(self.colleague)["own_only"])

    def test_everybody_scores_for_themselves(self):
        theirs = self._rows(self.colleague)[0]
        for other in (self.user, self.manager):
            with self.subTest(user=other.login), self.assertRaises(AccessError):
                theirs.with_user(other).answer = "10"
        own = self._rows(self.user)[0]
        for vals in (
            {"user_id": self.colleague.id},
            {"score": 5},
            {"weight": 9},
            {"state": "done"},
            {"answered": True},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                own.write(vals)
        with self.assertRaises(AccessError):
            own.with_context(assessment_token=True).write({"weight": 9})
        with self.assertRaises(AccessError):
            own.unlink()
        with self.assertRaises(AccessError):
            own.copy()
        with self.assertRaises(ValueError):
            own.answer = "11"
        self.assertFalse(repr(TOKEN) in str(self.env.context))

    def test_only_the_responsible_changes_an_assessment(self):
        with self.assertRaises(AccessError):
            self.assessment.with_user(self.colleague).name = "Mine"
        with self.assertRaises(AccessError):
            self.assessment.with_user(self.colleague).action_done()
        self.assessment.with_user(self.manager).name = "Corrected"

    def test_after_done_nothing_changes(self):
        self._answer(self.user, [7])
        self.assessment.with_user(self.user).action_done()
        self.assertEqual(self.assessment.result, 7)
        other = self._assess(self.user, self.user)
        for vals in (
            {"name": "x"},
            {"state": "draft"},
            {"state": "progress"},
            {"result": 10},
            {"participant_ids": [(5,)]},
            {"score_ids": [(5,)]},
            {"date": "2020-01-01"},
            {"previous_id": other.id},
            {"subject": "x"},
            {"record_ref": f"utm.campaign,{self.campaign.id}"},
        ):
            for user in (self.user, self.manager):
                with self.subTest(vals=vals, user=user.login), self.assertRaises(UserError):
                    self.assessment.with_user(user).write(vals)
        with self.assertRaises(UserError):
            self._rows(self.user)[0].answer = "1"
        with self.assertRaises(UserError):
            self.assessment.with_user(self.manager).unlink()
        with self.assertRaises(UserError):
            self.assessment.with_user(self.manager).action_join()
        with self.assertRaises(UserError):
            self.assessment.with_user(self.user).action_done()
        self.assessment.with_user(self.user).message_post(body="still to be discussed")

    def test_states_come_by_steps(self):
        for vals in ({"state": "done"}, {"state": "progress"}, {"result": 3}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.assessment.with_user(self.user).write(vals)
        for vals in ({"state": "done"}, {"result": 9}, {"score_ids": [(0, 0, {})]}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self._assess(self.user, self.user, **vals)
        with self.assertRaises(UserError):
            self.assessment.with_user(self.user).action_done()
        self._answer(self.colleague, [3])
        self.assertEqual(self.assessment.state, "progress", "the first score starts it")

    def test_people_who_scored_stay(self):
        self._answer(self.colleague, [4])
        with self.assertRaises(UserError) as caught:
            self.assessment.with_user(self.user).participant_ids = [(3, self.colleague.id)]
        self.assertIn(self.colleague.name, str(caught.exception))
        self.colleague.active = False
        self.env.invalidate_all()
        self.assessment.with_user(self.manager).action_join()
        self.assertIn(self.colleague, self.assessment.participant_ids, "also after leaving the company")
        self.colleague.active = True
        self._rows(self.colleague)[0].answer = False
        self.assessment.with_user(self.user).participant_ids = [(3, self.colleague.id)]
        self.assertFalse(self._rows(self.colleague))

    def test_invitation_ends_with_the_last_answer(self):
        self.assessment.with_user(self.user).action_start()
        self.assertEqual(self.assessment.state, "progress")
        activities = self.assessment.activity_ids
        self.assertEqual(activities.user_id, self.colleague, "who invites needs no invitation")
        self._answer(self.colleague, [5] * 6)
        self.assertTrue(self.assessment.activity_ids)
        self._answer(self.colleague, [5] * 7)
        self.assertFalse(self.assessment.activity_ids)

    def test_assess_again(self):
        self.assessment.with_user(self.user).next_date = fields.Date.today() + timedelta(days=30)
        self._answer(self.user, [4, 6])
        self.assessment.with_user(self.user).action_done()
        due = self.assessment.activity_ids
        self.assertEqual((due.user_id, due.date_deadline), (self.user, self.assessment.next_date))
        action = self.assessment.with_user(self.user).action_next()
        following = self.env["crm.value.assessment"].browse(action["res_id"])
        self.assertEqual(following.previous_id, self.assessment)
        self.assertEqual(following.state, "draft")
        self.assertEqual(following.participant_ids, self.user | self.colleague)
        self.assertFalse(self.assessment.activity_ids, "the reminder is settled")
        self.assertEqual(self.assessment.with_user(self.user).action_next()["res_id"], following.id, "not twice")
        self._answer(self.user, [7], following)
        profile = self._profile(self.user, following)
        self.assertEqual((profile["rows"][0]["mean"], profile["rows"][0]["previous"]), (7, 4))
        self.assertEqual((profile["rows"][1]["mean"], profile["rows"][1]["previous"]), (None, 6))
        self.assertEqual(profile["previous_overall"], 5)

    def test_next_is_later(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.assessment.next_date = self.assessment.date
            self.assessment.flush_recordset()

    @users("wert_user")
    def test_assess_a_record(self):
        """The button of another model: first a new one for this record, later the one there is."""
        action = self.campaign.with_env(self.env).action_werthaltigkeit_assess()
        with Form(self.env["crm.value.assessment"].with_context(**action["context"])) as form:
            self.assertEqual(form.name, "Spring Check")
        assessment = form.record
        self.assertEqual(assessment.record_ref, self.campaign)
        self.assertEqual(assessment.subject_name, "Spring Check")
        again = self.campaign.with_env(self.env).action_werthaltigkeit_assess()
        self.assertEqual(again["res_id"], assessment.id)
        self.assertEqual(assessment.action_open_record()["res_id"], self.campaign.id)

    def test_record_that_is_gone_or_closed(self):
        order = self._order(self.customer, [(self.tyres, 1)], user_id=self.manager.id)
        assessment = self._assess(self.manager, self.manager, record_ref=f"sale.order,{order.id}")
        self.assertEqual(assessment.subject_name, order.name)
        closed = assessment.with_user(self.user)
        self.assertFalse(closed.subject_name, "own documents only: the order of another is closed")
        closed.web_read({"record_ref": {"fields": {"display_name": {}}}, "subject_name": {}})
        missing = self._assess(self.user, self.user, res_model="gone.app", res_id=5, subject="A leaflet")
        self.assertEqual(missing.subject_name, "A leaflet")
        odd = self._assess(self.user, self.user, res_model="mail.thread", res_id=5)
        self.assertFalse(odd.subject_name)
        with self.assertRaises(UserError):
            odd.action_open_record()
        self.campaign.unlink()
        dangling = self._assess(self.user, self.user, res_model="utm.campaign", res_id=self.campaign.id)
        self.assertFalse(dangling.record_ref)

    def test_merged_records_keep_their_assessments(self):
        assessment = self._assess(self.user, self.user, res_model="res.partner", res_id=self.other.id)
        self._answer(self.user, [5], assessment)
        assessment.with_user(self.user).action_done()
        self.env["base.partner.merge.automatic.wizard"]._merge([self.customer.id, self.other.id], self.customer)
        self.env.invalidate_all()
        self.assertEqual(assessment.res_id, self.customer.id)

    def test_two_companies(self):
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["crm.value.assessment"].create({"name": "Foreign", "company_id": company.id})
        aspect = self.env["crm.value.aspect"].create({"name": "Theirs", "company_id": company.id})
        self.assertFalse(aspect in self._rows(self.user, self._assess(self.user, self.user)).aspect_id)
        for record in (foreign, foreign.score_ids, aspect):
            for user in (self.user, self.manager):
                with self.subTest(record=record, user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).check_access("read")
        with self.assertRaises(AccessError):
            foreign.with_user(self.user).get_sheet()

    def test_used_questions_and_aspects_are_archived(self):
        for record in (self.questions[0], self.env["crm.value.aspect"].search([])):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            self.questions[0].with_user(self.user).name = "Mine"

    def test_without_questions_it_says_what_to_do(self):
        self.questions.active = False
        with self.assertRaises(UserError) as caught:
            self._assess(self.user, self.user)
        self.assertIn("Configuration", str(caught.exception))

    def test_sheet(self):
        self._answer(self.colleague, [6])
        sheet = self.assessment.with_user(self.colleague).get_sheet()
        self.assertEqual(len(sheet["questions"]), 7)
        self.assertEqual(sheet["questions"][0]["rows"][0]["answer"], "6")
        self.assertTrue(sheet["editable"])
        self.assertFalse(self.assessment.with_user(self.manager).get_sheet()["questions"])

    def test_queries(self):
        """Opening the sheet and the result takes few queries, however many people score."""
        self._answer(self.user, [5] * 7)
        self._answer(self.colleague, [6] * 7)
        assessment = self.assessment.with_user(self.user)
        specification = {"name": {}, "profile": {}, "progress": {}, "joined": {}, "score_count": {}}
        assessment.web_read(specification)
        assessment.get_sheet()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            assessment.web_read(specification)
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            assessment.get_sheet()

    def test_switch(self):
        """Off on a fresh database; on for everybody with customer contact, and for nobody else."""
        switch = self.env.ref("crm_werthaltigkeit.group_werthaltigkeit_assessment")
        group = self.env.ref("crm_werthaltigkeit.group_werthaltigkeit_user")
        group._remove_group(switch)
        menu = self.env.ref("crm_werthaltigkeit.menu_value_assessment")
        self.assertNotIn(menu.id, self.env["ir.ui.menu"].with_user(self.manager)._visible_menu_ids())
        self.env["res.config.settings"].create({"group_werthaltigkeit_assessment": True}).execute()
        self.env.registry.clear_cache()
        self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(self.manager)._visible_menu_ids())
        self.assertTrue(self.user.has_group("crm_werthaltigkeit.group_werthaltigkeit_assessment"))
        self.assertNotIn(switch, self.env.ref("base.group_user").all_implied_ids)
