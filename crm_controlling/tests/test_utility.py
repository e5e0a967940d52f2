import numpy as np

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged


class UtilityCase(TransactionCase):
    """Three ways to keep customers, judged by three criteria, scored by two people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
        cls.company = cls.env.company
        cls.manager = new_test_user(cls.env, "utility_manager", groups="crm_controlling.group_controlling_manager")
        cls.user = new_test_user(cls.env, "utility_user", groups="crm_controlling.group_controlling_user")
        cls.analysis = cls._analysis()

    @classmethod
    def _analysis(cls, weights=(50, 30, 20), options=("Stamp card", "Points card", "Newsletter"), **vals):
        return cls.env["crm.utility.analysis"].create(
            {
                "name": "Which card?",
                "participant_ids": [Command.set((cls.manager | cls.user).ids)],
                "option_ids": [Command.create({"name": name, "sequence": i}) for i, name in enumerate(options)],
                "criterion_ids": [
                    Command.create({"name": f"Criterion {i}", "weight": weight, "sequence": i})
                    for i, weight in enumerate(weights)
                ],
                **vals,
            }
        )

    def _score(self, table, user=None, analysis=None):
        """Score as a person; `table` has a row per option, None leaves a cell open."""
        analysis = analysis or self.analysis
        for option, row in zip(analysis.option_ids, table, strict=True):
            for criterion, value in zip(analysis.criterion_ids, row, strict=True):
                score = analysis.score_ids.filtered(
                    lambda s, o=option, c=criterion: (
                        s.user_id == (user or self.user) and s.option_id == o and s.criterion_id == c
                    )
                )
                if value is not None:
                    score.with_user(user or self.user).answer = str(value)

    def _option(self, page, name):
        return next(option for option in page["options"] if option["name"] == name)


@tagged("post_install", "-at_install")
class TestUtilityAnalysis(UtilityCase):
    FIRST = ((8, 4, 6), (5, 9, 5), (8, 1, 9))
    SECOND = ((6, 4, 8), (5, 7, 5), (2, 1, 9))

    def test_rows_are_made_when_people_join(self):
        self.assertEqual(len(self.analysis.score_ids), 2 * 3 * 3)
        self.analysis.criterion_ids = [Command.create({"name": "Law"})]
        self.assertEqual(len(self.analysis.score_ids), 2 * 3 * 4)
        self._score([(1, None, None, None)] + [(None,) * 4] * 2)
        self.analysis.participant_ids = [Command.unlink(self.user.id), Command.unlink(self.manager.id)]
        self.assertEqual(self.analysis.score_ids.mapped("user_id"), self.user, "a given score stays")
        self.assertEqual(len(self.analysis.score_ids), 1)

    def test_result_equals_numpy(self):
        self._score(self.FIRST)
        self._score(self.SECOND, self.manager)
        page = self.analysis.result
        means = (np.array(self.FIRST) + np.array(self.SECOND)) / 2
        expected = np.average(means, axis=1, weights=(50, 30, 20))
        names = self.analysis.option_ids.mapped("name")
        for name, total, row in zip(names, expected, means, strict=True):
            option = self._option(page, name)
            self.assertAlmostEqual(option["total"], total)
            self.assertEqual([cell["mean"] for cell in option["cells"]], row.tolist())
        order = [names[i] for i in np.argsort(-expected)]
        self.assertEqual([option["name"] for option in page["options"]], order)
        self.assertEqual([option["rank"] for option in page["options"]], [1, 2, 3])
        cell = self._option(page, "Newsletter")["cells"][0]
        self.assertEqual((cell["low"], cell["high"], cell["people"]), (2, 8, 2))
        self.assertEqual(page["notes"], [])

    def test_stability_is_where_the_winner_changes(self):
        """Set the weight a little inside and outside of the interval: the first place follows."""
        self._score(self.FIRST)
        page = self.analysis.result
        self.assertEqual(page["options"][0]["name"], "Stamp card")
        low = page["stability"][0]["low"]
        self.assertEqual(page["stability"][0]["below"], "Points card")
        first, *others = self.analysis.criterion_ids
        for weight, winner in ((low + 0.002, "Stamp card"), (low - 0.002, "Points card")):
            first.weight = 100 * weight
            for other, weight_before in zip(others, (30, 20), strict=True):
                other.weight = 100 * (1 - weight) * weight_before / 50
            self.assertEqual(self.analysis.result["options"][0]["name"], winner, weight)

    def test_tie_is_said(self):
        self._score(((5, 5, 5), (5, 5, 5), (1, 1, 1)))
        page = self.analysis.result
        self.assertIn("tie", page["sentence"])
        self.assertEqual([option["rank"] for option in page["options"]], [1, 1, 3])
        self.assertEqual(page["stability"], [])
        with self.assertRaises(UserError):
            self.analysis.action_decide()

    def test_missing_score_is_said_and_is_not_zero(self):
        self._score(((8, None, 6), (5, 9, 5), (8, 1, 9)))
        page = self.analysis.result
        option = self._option(page, "Stamp card")
        self.assertFalse(option["rank"])
        self.assertFalse(option["total"])
        self.assertEqual((option["low"], option["high"]), (5.2, 8.2))
        self.assertIn("nobody scored Criterion 1", " ".join(page["notes"]))
        self.assertIn("not certain", " ".join(page["notes"]))
        self._score(((None, 4, None), (None,) * 3, (None,) * 3), self.manager)
        self.assertEqual(self._option(self.analysis.result, "Stamp card")["rank"], 1, "one person is enough")

    def test_knock_out(self):
        self._score(self.FIRST)
        self.analysis.criterion_ids[1].write({"knockout": True, "minimum": 5})
        page = self.analysis.result
        self.assertEqual(page["options"][0]["name"], "Points card")
        self.assertEqual(self._option(page, "Stamp card")["out"], ["Criterion 1"])
        self.assertIn("Stamp card is out", " ".join(page["notes"]))
        self.analysis.criterion_ids[1].minimum = 10
        self.assertIn("No option passes", self.analysis.words)

    def test_weights_that_do_not_add_up_are_said(self):
        self._score(self.FIRST)
        before = [option["total"] for option in self.analysis.result["options"]]
        for criterion in self.analysis.criterion_ids:
            criterion.weight /= 2
        page = self.analysis.result
        np.testing.assert_allclose([option["total"] for option in page["options"]], before)
        self.assertIn("add up to 50.0 %", page["notes"][0])
        self.analysis.criterion_ids.weight = 0
        self.assertIn("all criteria count the same", self.analysis.result["notes"][0])

    def test_nothing_there(self):
        self.assertEqual(self.analysis.words, "Nobody has scored yet.")
        self.assertIn("Name options", self._analysis(weights=(), name="Empty").words)

    def test_comparisons_find_weights(self):
        self.analysis.action_compare()
        self.analysis.action_compare()
        pairs = self.analysis.comparison_ids
        self.assertEqual(len(pairs), 3)
        with self.assertRaises(UserError):
            self.analysis.action_take_weights()
        for pair, preference in zip(pairs, ("first", "first_much", "first"), strict=True):
            pair.preference = preference
        self.analysis.action_take_weights()
        matrix = np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
        means = matrix.prod(axis=1) ** (1 / 3)
        weights = self.analysis.criterion_ids.mapped("weight")
        np.testing.assert_allclose(weights, 100 * means / means.sum(), atol=0.1)
        self.assertAlmostEqual(sum(weights), 100)
        self.assertIn("agree with each other", self.analysis.comparison_words)

    def test_contradiction_is_said(self):
        self.analysis.action_compare()
        for pair, preference in zip(self.analysis.comparison_ids, ("first", "second", "first"), strict=True):
            pair.preference = preference
        self.assertIn("contradict", self.analysis.comparison_words)
        self.assertIn("In a circle: Criterion 0 > Criterion 1 > Criterion 2", self.analysis.comparison_words)

    def test_comparing_across_analyses_is_refused(self):
        other = self._analysis(name="Other")
        with self.assertRaises(ValidationError):
            self.env["crm.utility.comparison"].create(
                {
                    "analysis_id": self.analysis.id,
                    "first_id": self.analysis.criterion_ids[0].id,
                    "second_id": other.criterion_ids[0].id,
                }
            )

    def test_everybody_scores_for_themselves(self):
        own = self.analysis.score_ids.filtered(lambda score: score.user_id == self.user)[0]
        foreign = self.analysis.score_ids.filtered(lambda score: score.user_id == self.manager)[0]
        own.with_user(self.user).write({"answer": "7", "reason": "Half of them ask for it."})
        for record, user, vals in (
            (foreign, self.user, {"answer": "1"}),
            (own, self.manager, {"answer": "1"}),
            (own, self.user, {"user_id": self.manager.id}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            own.with_user(self.manager).with_context(utility_token=1).unlink()
        with self.assertRaises(AccessError):
            self.analysis.with_user(self.user).write({"name": "Mine"})

    def test_sheet_holds_own_rows_only(self):
        self._score(self.FIRST)
        sheet = self.analysis.with_user(self.user).get_sheet()
        self.assertTrue(sheet["editable"])
        self.assertEqual([row["answer"] for row in sheet["criteria"][0]["rows"]], ["8", "5", "8"])
        sheet = self.analysis.with_user(self.manager).get_sheet()
        self.assertEqual({row["answer"] for criterion in sheet["criteria"] for row in criterion["rows"]}, {False})

    def test_decision_freezes_what_it_rests_on(self):
        self._score(self.FIRST)
        self.analysis.chosen_id = self.analysis.option_ids[1]
        with self.assertRaises(UserError):
            self.analysis.action_decide()
        self.analysis.decision = "The supplier of the first is insolvent."
        self.analysis.action_decide()
        self.assertEqual(self.analysis.decided_by_id, self.env.user)
        for change in (
            lambda: self.analysis.criterion_ids[0].write({"weight": 1}),
            lambda: self.analysis.option_ids[0].unlink(),
            lambda: self.env["crm.utility.option"].create({"analysis_id": self.analysis.id, "name": "Late"}),
            lambda: (
                self.analysis.score_ids.filtered(lambda s: s.user_id == self.user)[0]
                .with_user(self.user)
                .write({"answer": "1"})
            ),
            lambda: self.analysis.write({"decision": "Another reason"}),
            lambda: self.analysis.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        self.analysis.action_reopen()
        self.analysis.criterion_ids[0].weight = 1
        self.analysis.unlink()

    def test_winner_is_chosen_where_nobody_chose(self):
        self._score(self.FIRST)
        self.analysis.with_user(self.manager).action_decide()
        self.assertEqual(self.analysis.chosen_id.name, "Stamp card")

    def test_copy_has_new_rows_and_no_scores(self):
        self._score(self.FIRST)
        copied = self.analysis.copy()
        self.assertEqual(len(copied.score_ids), 18)
        self.assertFalse(copied.score_ids.filtered("answer"))

    def test_name_of_a_criterion_means_one(self):
        other = self._analysis(name="Which / card?")
        names = self.env["crm.utility.criterion"]
        for criterion in (self.analysis | other).criterion_ids:
            self.assertEqual(names.search([("display_name", "=", criterion.display_name)]), criterion)
        self.assertEqual(len(names.search([("display_name", "=", "Criterion 1")])), 2)

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        foreign = self._analysis(name="Foreign", company_id=other.id)
        for model in ("analysis", "option", "criterion", "comparison", "score"):
            found = self.env[f"crm.utility.{model}"].with_user(self.manager).search([])
            self.assertNotIn(other, found.company_id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).get_sheet()
