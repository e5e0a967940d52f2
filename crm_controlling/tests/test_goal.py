from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.crm_goal import TOKEN
from .common import GoalCase


@tagged("post_install", "-at_install")
class TestGoal(GoalCase):
    """Goals are set, measured for the past at once, started, changed, ended."""

    def test_new_goal_shows_its_past(self):
        self._history(30, lambda n: 5 + n % 3)
        goal = self._goal()
        values = self._values(goal)
        self.assertEqual(len(values), 30, "months before the first purchase do not count")
        for n in range(30):
            self.assertAlmostEqual(values[self._end(30 - n)], 100.0 * (5 + n % 3), 2)
        self.assertFalse(goal.measure_due)
        self.assertEqual(goal.baseline_on, self._end(1))
        self.assertAlmostEqual(goal.baseline, values[self._end(1)], 2)
        self.assertEqual(goal.light, "none", "nothing is planned before it starts")
        self.assertIn("Start the goal", goal.situation_text)

    def test_a_year_with_some_months_of_data_does_not_count(self):
        """Otherwise every young company would seem to grow."""
        self._history(15, lambda n: 4)
        goal = self._goal(window="12", target=9000.0)
        self.assertEqual(set(self._values(goal)), {self._end(n) for n in (1, 2, 3, 4)})
        for value in self._values(goal).values():
            self.assertAlmostEqual(value, 12 * 400.0, 2)

    def test_rates_come_from_numerator_and_denominator(self):
        regulars, others = self._partners(4, "Regular"), self._partners(12, "Once")
        first = self.month - relativedelta(months=14)
        self._sell(
            [(p, first + timedelta(days=3), 50) for p in regulars]
            + [(p, self.month - relativedelta(months=m) + timedelta(days=9), 50) for p in regulars for m in (1, 2)]
            + [(p, self.month - relativedelta(months=1) + timedelta(days=4), 50) for p in others[:6]]
            + [(p, self.month - relativedelta(months=2) + timedelta(days=4), 50) for p in others[6:8]]
        )
        goal = self._goal(kpi_id=self.kpis["repurchase_rate"].id, target=0.9)
        values = self._values(goal)
        self.assertAlmostEqual(values[self._end(1)], 4 / 10, 6)
        self.assertAlmostEqual(values[self._end(2)], 4 / 6, 6)
        [(value,)] = self.env["crm.goal.measurement"]._read_group(
            [("goal_id", "=", goal.id), ("running", "=", False), ("date_end", "in", [self._end(1), self._end(2)])],
            [],
            ["value:avg"],
        )
        self.assertAlmostEqual(value, 8 / 16, 6, "never the mean of rates")
        self.assertIn("%", goal.actual_text)

    def test_second_purchase_of_those_who_had_one(self):
        """Measured for who was a one-time buyer when the period began."""
        again, away, old = self._partners(2, "Again"), self._partners(3, "Away"), self._partners(5, "Long ago")
        self._sell(
            [(p, self.month - relativedelta(months=5), 50) for p in again | away]
            + [(p, self.month - relativedelta(months=20), 50) for p in old]
            + [(p, self.month - relativedelta(months=1) + timedelta(days=3), 50) for p in again]
        )
        goal = self._goal(kpi_id=self.kpis["second_purchase"].id, target=0.5)
        row = self._rows(goal).filtered(lambda r: r.date_end == self._end(1))
        self.assertEqual((row.numerator, row.denominator), (2, 5))

    def test_group_and_team(self):
        stock = self._history(8, lambda n: 6)
        team = self.env["crm.team"].create({"name": "South"})
        self.values._rebuild()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_customer_value SET team_id = %s WHERE partner_id = ANY(%s)", [team.id, stock[1:4].ids]
        )
        group = self.env["crm.customer.group"].create(
            {"name": "Picked", "kind": "picked", "partner_ids": [(6, 0, stock[:2].ids)]}
        )
        goals = {
            "all": self._goal(),
            "group": self._goal(group_id=group.id),
            "team": self._goal(team_id=team.id),
            "both": self._goal(group_id=group.id, team_id=team.id),
        }
        for name, count in (("all", 6), ("group", 2), ("team", 3), ("both", 1)):
            with self.subTest(name=name):
                self.assertAlmostEqual(self._values(goals[name])[self._end(2)], 100.0 * count, 2)

    def test_figures_of_groups_are_taken(self):
        """What the night computed for groups is not computed again: no reading of lines for it."""
        self._history(20, lambda n: 4)
        goal = self._goal(window="12", target=9000.0)
        self.env["crm.customer.group.figure.engine"]._compute(self.company.root_id)
        figure = self.env["crm.customer.group.figure"].search(
            [("kpi_id", "=", goal.kpi_id.id), ("group_id", "=", False), ("span", "=", "year"), ("company_id", "=", self.company.id)]
        )  # fmt: skip
        self.assertEqual(figure.date_end, self.today)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_customer_group_figure SET numerator = 4711, value = 4711 WHERE id = %s", [figure.id]
        )
        self.env["crm.goal.engine"]._measure(goal)
        self.assertEqual(goal.actual_on, self.today)
        self.assertAlmostEqual(goal.actual, 4711, 2)

    def test_a_correction_is_a_new_measurement(self):
        stock = self._history(12, lambda n: 5)
        goal = self._goal()
        before = self._rows(goal, latest=False)
        self._sell([(stock[0], self._end(2), 1000.0)])
        self.env["crm.goal.engine"]._measure(goal)
        after = self._rows(goal, latest=False)
        self.assertEqual(len(after - before), 1)
        self.assertTrue((after - before).correction)
        self.assertAlmostEqual(self._values(goal)[self._end(2)], 1500.0, 2)
        self.assertTrue(before.exists() == before, "what was measured stays")
        old = before.filtered(lambda row: row.date_end == self._end(2) and not row.running)
        self.assertAlmostEqual(old.value, 500.0, 2)
        self.assertFalse(old.latest)
        self.env["crm.goal.engine"]._measure(goal)
        self.assertEqual(self._rows(goal, latest=False), after, "measured again, nothing changes")

    def test_append_only_for_every_role(self):
        self._history(4, lambda n: 2)
        goal = self._goal()
        row = self._rows(goal)[:1]
        self.assertTrue(row)
        for user in (self.goal_user, self.goal_manager, self.env.ref("base.user_admin")):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    row.with_user(user).write({"value": 1})
                with self.assertRaises(AccessError):
                    row.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    row.with_user(user).with_context(goal_token="x").create([{"goal_id": goal.id}])
        with self.assertRaises(AccessError):
            goal.with_user(self.goal_manager).write({"light": "green"})

    # -- start, plan, light -----------------------------------------------------------------------

    def _started(self, months=4, **vals):
        """A goal that started some months ago."""
        start = self.month - relativedelta(months=months)
        goal = self._goal(start_date=start, end_date=start + relativedelta(months=12, days=-1), **vals)
        goal.action_start()
        return goal

    def test_lights_by_direction(self):
        """5 customers a month at the start; the plan leads evenly to 10 or to 2 within a year."""
        for count, target, light in ((9, 1000, "green"), (6, 1000, "yellow"), (5, 1000, "red")):
            with self.subTest(count=count, target=target):
                self.env["sale.order"].search([]).action_cancel()
                self._history(16, lambda n, c=count: c if n >= 12 else 5)
                goal = self._started(target=target, tolerance_yellow=0.05, tolerance_red=0.15)
                self.assertAlmostEqual(goal.baseline, 500, 2)
                self.assertEqual(goal.actual_on, self._end(1))
                self.assertAlmostEqual(goal.plan, 500 + 500 * self._part(goal), 4)
                self.assertEqual(goal.light, light)
                self.assertEqual(goal.deviation < 0, light != "green")
        self.env["sale.order"].search([]).action_cancel()
        cost = self.kpis["revenue"]
        cost.direction = "lower"
        self._history(16, lambda n: 5)
        goal = self._started(target=200, tolerance_yellow=0.05, tolerance_red=0.15)
        self.assertEqual(goal.light, "red", "lower is better: not falling is behind")

    def _part(self, goal):
        eve = goal.start_date - timedelta(days=1)
        return (goal.actual_on - eve) / (goal.end_date - eve)

    def test_paths(self):
        goal = self._goal(baseline=100.0, target=200.0, path="stepwise", step_count=4)
        eve = goal.start_date - timedelta(days=1)
        length = (goal.end_date - eve).days
        plans = [goal._plan_on(eve + timedelta(days=round(length * part))) for part in (0, 0.2, 0.3, 0.6, 0.8, 1)]
        self.assertEqual(plans, [100, 100, 125, 150, 175, 200])
        goal.step_ids = [(0, 0, {"date": eve + timedelta(days=100), "value": 180.0})]
        self.assertEqual([goal._plan_on(eve + timedelta(days=n)) for n in (99, 100, length)], [100, 180, 200])
        goal.path = "linear"
        self.assertAlmostEqual(goal._plan_on(eve + timedelta(days=length // 2)), 150, delta=0.5)

    def test_seasonal_path_follows_the_past(self):
        self._history(36, lambda n: 4 + 6 * ((n + 1) % 12 == 0))
        goal = self._goal(path="seasonal", target=1200.0)
        goal.action_start()
        self.assertTrue(goal.season)
        peak = self._end(1).month  # the month that sold most in each of the past years
        self.assertEqual(max(range(12), key=lambda m: goal.season[m]) + 1, peak)
        self.assertAlmostEqual(goal._plan_on(goal.end_date), 1200.0, 6)
        self.assertAlmostEqual(goal._plan_on(goal.start_date - timedelta(days=1)), goal.baseline, 6)
        middle = goal._plan_on(goal.start_date + relativedelta(months=6, days=-1))
        self.assertLess(middle, 0.7 * goal.baseline, "in the quiet months less is planned")

    def test_start_asks_for_what_is_missing(self):
        goal = self._goal()
        with self.assertRaisesRegex(UserError, "no data from before"):
            goal.action_start()
        self._history(6, lambda n: 5)
        goal.action_measure()
        goal.target = 100.0
        with self.assertRaisesRegex(UserError, "Higher is better"):
            goal.action_start()
        goal.target = 900.0
        goal.action_start()
        self.assertEqual(goal.state, "control")
        with self.assertRaisesRegex(UserError, "started already"):
            goal.action_start()

    def test_dragging_a_card_starts_the_goal(self):
        goal = self._goal()
        with self.assertRaises(UserError):
            goal.stage_id = goal._stage("control")
        goal.write({"baseline": 500.0, "baseline_entered": True})
        goal.stage_id = goal._stage("control")
        self.assertEqual(goal.baseline, 500.0)

    def test_changes_keep_former_versions(self):
        self._history(16, lambda n: 5)
        goal = self._started(target=1000.0)
        self.assertFalse(goal.version_ids, "what was entered before the start is no change")
        goal.name = "Renamed"
        self.assertFalse(goal.version_ids)
        change = Form(self.env["crm.goal.change"].with_user(self.goal_manager).with_context(default_goal_id=goal.id))
        change.target = 700.0
        change.reason = "A competitor opened next door"
        change.save().action_apply()
        self.assertEqual(goal.target, 700.0)
        self.assertEqual(goal.version_ids.target, 1000.0)
        self.assertEqual(goal.version_ids.reason, "A competitor opened next door")
        self.assertEqual(goal.version_ids.changed_by_id, self.goal_manager)
        self.assertIn("competitor", goal.message_ids[0].body)
        with self.assertRaises(AccessError):
            goal.version_ids.with_user(self.goal_manager).write({"target": 1})
        goal.user_id = self.goal_user
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            goal.with_user(self.goal_user).write({"target": 600.0})
        goal.with_user(self.goal_user).lessons = "Ask earlier."

    def test_end_of_a_goal(self):
        """Measured up to its last day it is reached or missed, and lessons are asked for."""
        for target, state in ((600.0, "reached"), (1000.0, "missed")):
            with self.subTest(target=target):
                self.env["sale.order"].search([]).action_cancel()
                self._history(18, lambda n: 7 if n >= 12 else 5)
                start = self.month - relativedelta(months=6)
                goal = self._goal(start_date=start, end_date=self._end(1), target=target, user_id=self.goal_user.id)
                goal.action_start()
                self.assertEqual(goal.state, state)
                self.assertTrue(goal.final)
                self.assertIn(self.goal_user, goal.activity_ids.user_id)
                with self.assertRaises(UserError):
                    goal.unlink()

    # -- forecast ---------------------------------------------------------------------------------

    def test_forecast_and_its_words(self):
        self._history(28, lambda n: 5 + n // 4)
        goal = self._started(target=1150.0)
        self.assertTrue(goal.forecast_known)
        self.assertTrue(
            goal.forecast_wide_low < goal.forecast_low < goal.forecast < goal.forecast_high < goal.forecast_wide_high
        )
        self.assertEqual(len(goal.fan), 8)
        self.assertEqual(goal.fan[-1]["date"], str(goal.end_date))
        self.assertIn("80 of 100", goal.outlook_text)
        easy = self._started(target=goal.baseline + 10)
        hard = self._started(target=10 * goal.baseline)
        self.assertGreater(easy.probability, 0.9)
        self.assertIn("almost certainly reached", easy.chance_text)
        self.assertIn("almost certainly not", hard.chance_text)

    def test_too_little_data_is_said(self):
        self._history(4, lambda n: 5)
        goal = self._started(months=2, target=1000.0)
        self.assertFalse(goal.forecast_known)
        self.assertIn("Too little data for a forecast", goal.outlook_text)
        self.assertFalse(goal.chance_text)

    def test_chart(self):
        self._history(28, lambda n: 5)
        goal = self._started(target=1000.0)
        chart = goal.chart
        self.assertEqual(len(chart["points"]), 28)
        self.assertEqual([step["value"] for step in chart["plan"]], [500.0, 1000.0])
        self.assertEqual(chart["fan"][-1]["date"], chart["plan"][-1]["date"])
        goals = goal | self._started(target=800.0) | self._started(target=900.0)
        self.env.invalidate_all()
        goals.mapped("name")
        with self.assertQueryCount(6):
            goals._charts()

    # -- templates, assessments, companies --------------------------------------------------------

    def test_template(self):
        self._history(20, lambda n: 5)
        template = self.env.ref("crm_controlling.goal_template_margin")
        goal = self.env["crm.goal"].browse(template.with_user(self.goal_manager).action_create_goal()["res_id"])
        self.assertEqual(goal.kpi_id.code, "db1_per_customer")
        self.assertGreater(goal.target, goal.baseline)
        self.assertEqual(goal.user_id, self.goal_manager)
        for other in self.env["crm.goal.template"].search([]):
            self.assertTrue(other.kpi_id, other.name)

    def test_goal_from_assessment(self):
        assessment = self.env["crm.value.assessment"].create({"name": "Spring Check", "purpose": "Is it worth it?"})
        action = assessment.with_user(self.goal_manager).action_create_goal()
        form = Form(self.env["crm.goal"].with_user(self.goal_manager).with_context(**action["context"]))
        form.kpi_id = self.kpis["revenue"]
        goal = form.save()
        self.assertEqual((goal.name, goal.assessment_id), ("Spring Check", assessment))
        self.assertEqual(assessment.goal_count, 1)

    def test_two_companies_and_a_branch(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids |= other | branch
        here, there = self._partners(2, "Here"), self._partners(1, "There")
        day = self.month - relativedelta(months=1) + timedelta(days=4)
        self._sell([(p, day, 100.0) for p in here])
        self._sell([(here[0], day, 10.0)], branch)
        self._sell([(there, day, 1000.0)], other)
        goal, foreign = self._goal(), self._goal(company_id=other.id)
        self.assertAlmostEqual(self._values(goal)[self._end(1)], 210.0, 2, "the branch belongs to it")
        self.assertAlmostEqual(self._values(foreign)[self._end(1)], 1000.0, 2)
        manager = self.goal_manager.with_company(self.company)
        for model in ("crm.goal", "crm.goal.measurement"):
            seen = self.env[model].with_user(manager).search([]).company_id
            self.assertNotIn(other, seen)
        with self.assertRaises(ValidationError):
            self._goal(company_id=branch.id)
        with self.assertRaises(ValidationError):
            self._goal(company_id=other.id, parent_id=goal.id)

    def test_automation_reacts_to_a_light(self):
        self._history(16, lambda n: 5)
        model = self.env["ir.model"]._get("crm.goal")
        self.env["base.automation"].create(
            {
                "name": "Flag red goals",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [(6, 0, self.env["ir.model.fields"]._get("crm.goal", "light").ids)],
                "filter_domain": "[('light', '=', 'red')]",
                "action_server_ids": [
                    (0, 0, {"name": "Say so", "model_id": model.id, "state": "code", "code": "record.write({'lessons': 'turned red'})"})
                ],
            }
        )  # fmt: skip
        goal = self._started(target=3000.0)
        self.assertEqual(goal.light, "red")
        self.assertEqual(goal.lessons, "turned red")

    def test_measured_in_batches_by_the_crons(self):
        self._history(16, lambda n: 5)
        goal = self._started(target=1000.0)
        self._sell([(self.customer, self._end(1), 400.0)])
        with self.enter_registry_test_mode():
            self.env.ref("crm_controlling.ir_cron_goal_measure").method_direct_trigger()
        self.assertAlmostEqual(goal.actual, 900.0, 2)

    def test_parts_tell_how_far_they_got(self):
        """Weighted, each between 0 and 1, whichever direction is better; what was not measured is said."""
        whole = self._goal(name="Whole")
        self.assertEqual((whole.parts_text, whole.parts_known), ("", False))
        internal = self.env["crm.goal"].with_context(goal_token=TOKEN)
        control = self.env["crm.goal"]._stage("control").id
        known = {"parent_id": whole.id, "kpi_id": self.kpis["revenue"].id, "stage_id": control, "measure_due": False}
        known |= {"start_date": self.month, "end_date": self.month + relativedelta(months=6), "actual_known": True}
        known |= {"baseline_entered": True}
        half, beyond, back, down, unmeasured, unweighted = internal.create(
            [
                {**known, "name": "Half", "weight": 3, "baseline": 100, "target": 200, "actual": 150},
                {**known, "name": "Beyond", "weight": 1, "baseline": 100, "target": 200, "actual": 900},
                {**known, "name": "Back", "weight": 1, "baseline": 100, "target": 200, "actual": 20},
                {**known, "name": "Down", "weight": 1, "baseline": 0.4, "target": 0.2, "actual": 0.25,
                 "kpi_id": self.kpis["churn"].id},
                {**known, "name": "None", "weight": 5, "baseline": 100, "target": 200, "actual_known": False},
                {**known, "name": "Light", "weight": 0, "baseline": 100, "target": 200, "actual": 200},
            ]
        )  # fmt: skip
        parts = half | beyond | back | down
        for goal, degree in zip(parts, (0.5, 1.0, 0.0, 0.75), strict=True):
            self.assertAlmostEqual(goal.degree, degree, msg=goal.name)
        self.assertFalse(unmeasured.degree_known)
        self.assertEqual(unmeasured.degree_text, "")
        self.assertAlmostEqual(whole.parts_degree, (3 * 0.5 + 1.0 + 0.0 + 0.75) / 6)
        text = whole.parts_text.replace("\xa0", " ")
        self.assertEqual(text, "Parts: 54 % of the way; 2 of 6 without measurement or weight")
        (unmeasured | unweighted).active = False
        self.env.invalidate_all()
        self.assertEqual(whole.parts_text.replace("\xa0", " "), "Parts: 54 % of the way")
        parts._internal().write({"actual_known": False})
        self.assertEqual((whole.parts_known, whole.parts_text), (False, "Parts: nothing measured yet in any of 4"))
        half.with_context(goal_token=TOKEN).write(
            {"actual_known": True, "stage_id": self.env["crm.goal"]._stage("setting").id}
        )
        self.assertFalse(half.degree_known, "a goal that was not started is on no way yet")
