from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import GoalCase


@tagged("post_install", "-at_install")
class TestGoalReview(GoalCase):
    """A goal off its plan leads to a decision, and what was decided is followed."""

    def _red(self, **vals):
        """A goal that started four months ago and fell since: 6 customers a month before, 3 since."""
        self.stock = self._history(16, lambda n: 6 if n < 12 else 3)
        start = self.month - relativedelta(months=4)
        goal = self._goal(
            start_date=start,
            end_date=start + relativedelta(months=12, days=-1),
            target=900.0,
            user_id=self.goal_user.id,
            **vals,
        )
        goal.action_start()
        return goal

    def test_red_asks_the_owner(self):
        goal = self._red()
        self.assertEqual((goal.light, goal.state), ("red", "steering"))
        review = goal.review_ids
        self.assertEqual(len(review), 1)
        self.assertEqual((review.cause, review.state, review.user_id), ("red", "open", self.goal_user))
        self.assertEqual(review.activity_ids.user_id, self.goal_user)
        self.assertIn("Behind by", review.situation)
        self.env["crm.goal.engine"]._measure(goal)
        self.assertEqual(goal.review_ids, review, "one review at a time")

    def test_yellow_twice_in_a_row(self):
        self._history(16, lambda n: 5)
        start = self.month - relativedelta(months=4)
        vals = {"start_date": start, "end_date": start + relativedelta(months=12, days=-1), "target": 550.0}
        goal = self._goal(**vals, tolerance_yellow=0.01, tolerance_red=0.5)
        goal.action_start()
        self.assertEqual((goal.light, goal.yellow_count), ("yellow", 3))
        self.assertEqual(goal.review_ids.cause, "yellow")
        late = self._goal(
            **dict(vals, start_date=self.month - relativedelta(months=1)), tolerance_yellow=0.001, tolerance_red=0.5
        )
        late.action_start()
        self.assertEqual((late.light, late.yellow_count), ("yellow", 1))
        self.assertFalse(late.review_ids, "once is no pattern")

    # -- analysis ---------------------------------------------------------------------------------

    def test_contributions_of_a_sum(self):
        goal = self._red()
        lines = goal.review_ids.line_ids
        customers = lines.filtered(lambda line: line.dimension == "customer" and line.partner_id)
        self.assertEqual({line.partner_id for line in customers}, set(self.stock[3:]))
        for line in customers:
            self.assertAlmostEqual(line.contribution, -100.0, 2)
            self.assertTrue(line.worse)
            self.assertAlmostEqual(line.share, 1 / 3, 6)
        for dimension in ("customer", "value_class", "stage"):
            own = lines.filtered(lambda line, d=dimension: line.dimension == d)
            self.assertAlmostEqual(sum(own.mapped("contribution")), -300.0, 2)
        self.assertIn("$", customers[0].contribution_text)
        self.assertEqual(customers[0].action_view_customers()["res_id"], customers[0].partner_id.id)

    def test_contributions_of_a_rate_add_up(self):
        """Rates: parts add up to the change; a part as good as all contributes nothing by being big."""
        old, fresh = self._partners(8, "Old"), self._partners(20, "Fresh")
        before, now = self.month - relativedelta(months=2), self.month - relativedelta(months=1)
        rows = [(p, self.month - relativedelta(months=9), 50) for p in old]
        rows += [(p, before + timedelta(days=2), 50) for p in (*old, *fresh[:4])]
        rows += [(p, now + timedelta(days=2), 50) for p in (*old[:4], *fresh[4:])]
        self._sell(rows)
        group = self.env["crm.customer.group"].create(
            {"name": "Fresh Ones", "kind": "picked", "partner_ids": [(6, 0, fresh.ids)]}
        )
        goal = self._goal(
            kpi_id=self.kpis["repurchase_rate"].id,
            start_date=now,
            end_date=self.month + relativedelta(months=6),
            target=0.9,
        )
        goal.action_start()
        review = goal.review_ids
        self.assertAlmostEqual(review.base_value, 8 / 12, 4)
        self.assertAlmostEqual(review.now_value, 4 / 20, 4)
        change = 4 / 20 - 8 / 12
        for dimension in ("customer", "value_class", "stage"):
            own = review.line_ids.filtered(lambda line, d=dimension: line.dimension == d)
            self.assertAlmostEqual(sum(own.mapped("contribution")), change, 5)
        mean = (4 / 20 + 8 / 12) / 2
        line = review.line_ids.filtered(lambda line: line.group_id == group)
        self.assertAlmostEqual(line.contribution, (0 - mean * 16) / 20 - (0 - mean * 4) / 12, 5)
        self.assertEqual((line.base_denominator, line.now_denominator), (4, 16))
        self.assertTrue(line.worse)
        self.assertIn("pp", line.contribution_text)
        self.assertEqual(line.action_view_customers()["res_model"], "crm.customer.group.member")

    def test_who_objected_to_profiling_is_not_named(self):
        self.env["crm.consent"].search([]).unlink()
        stock = self._partners(6, "Early")
        self.env["crm.consent"].create(
            {"partner_id": stock[5].id, "purpose": "profiling", "state": "withdrawn", "date": "2020-01-01 10:00:00"}
        )
        first = self.month - relativedelta(months=16)
        self._sell(
            [(stock[i], first + relativedelta(months=n), 100.0) for n in range(16) for i in range(6 if n < 12 else 3)]
        )
        start = self.month - relativedelta(months=4)
        goal = self._goal(start_date=start, end_date=start + relativedelta(months=12, days=-1), target=900.0)
        goal.action_start()
        customers = goal.review_ids.line_ids.filtered(lambda line: line.dimension == "customer")
        self.assertEqual({*customers.partner_id}, {*stock[3:5]})
        self.assertAlmostEqual(customers.filtered("rest").contribution, -100.0, 2)
        self.assertAlmostEqual(sum(customers.mapped("contribution")), -300.0, 2)

    # -- decisions --------------------------------------------------------------------------------

    def test_accept_needs_a_reason_and_keeps_quiet(self):
        goal = self._red()
        review = goal.review_ids.with_user(self.goal_user)
        with self.assertRaisesRegex(UserError, "reason"):
            review.action_accept()
        with self.assertRaises(AccessError):
            review.write({"state": "decided"})
        review.reason = "The building site in front of the door is gone in May."
        review.action_accept()
        self.assertEqual((review.state, review.decision, review.decided_by_id), ("decided", "accept", self.goal_user))
        self.assertFalse(review.activity_ids)
        with self.assertRaises(UserError):
            review.reason = "Something else"
        with self.assertRaises(UserError):
            review.action_accept()
        self.env["crm.goal.engine"]._measure(goal)
        self.assertEqual(goal.review_ids, review, "nobody is asked again for a while")
        with freeze_time(self.today + relativedelta(months=4)):
            self.env["crm.goal.engine"]._measure(goal)
            self.assertEqual(len(goal.review_ids), 2)

    def test_only_the_owner_or_a_manager_decides(self):
        goal = self._red()
        goal.user_id = self.goal_manager
        review = goal.review_ids
        self.assertEqual(review.user_id, self.goal_user)
        stranger = self.goal_user.copy({"login": "stranger"})
        with self.assertRaises(AccessError):
            review.with_user(stranger).reason = "I think so"
        review.with_user(self.goal_manager).reason = "Agreed in the meeting"
        review.with_user(self.goal_manager).action_accept()

    def test_change_of_the_goal_closes_the_review(self):
        goal = self._red()
        review = goal.review_ids.with_user(self.goal_manager)
        action = review.action_change_goal()
        change = Form(self.env["crm.goal.change"].with_user(self.goal_manager).with_context(**action["context"]))
        change.target = 610.0
        change.reason = "One mechanic less"
        change.save().action_apply()
        self.assertEqual((review.state, review.decision, review.reason), ("decided", "change", "One mechanic less"))
        self.assertEqual((goal.target, goal.version_ids.target), (610.0, 900.0))

    def test_back_to_control_when_green_again(self):
        goal = self._red()
        goal.review_ids.reason = "It will come back"
        goal.review_ids.action_accept()
        self._sell([(p, self._end(1), 300.0) for p in self.stock])
        self.env["crm.goal.engine"]._measure(goal)
        self.assertEqual((goal.light, goal.state), ("green", "control"))

    def test_reviews_stay(self):
        review = self._red().review_ids
        for user in (self.goal_user, self.goal_manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                review.with_user(user).unlink()
            with self.assertRaises(AccessError):
                review.with_user(user).create([{"goal_id": review.goal_id.id}])
            with self.assertRaises(AccessError):
                review.line_ids[:1].with_user(user).write({"contribution": 0})

    # -- measure and its effect -------------------------------------------------------------------

    def _measure_for(self, review, group):
        instrument = self.env.ref("crm_kundenbindung.measure_instrument_direct")
        review.reason = "A letter with a voucher"
        action = (
            review.with_context(goal_review_id=review.id)
            and instrument.with_user(self.goal_manager).with_context(goal_review_id=review.id).action_goal_measure()
        )
        form = Form(self.env["crm.measure"].with_user(self.goal_manager).with_context(**action["context"]))
        form.group_id = group
        form.control_share = 0.4
        return form.save().sudo()

    def test_measure_carries_the_goal_and_its_effect_is_shown(self):
        """Red → review → measure with a control group → outcome → effect on the goal's own indicator."""
        buyers = self._partners(60, "Buyer")
        self._sell(
            [
                (p, self.month - relativedelta(months=15 - n % 9) + timedelta(days=n % 20), 80)
                for n, p in enumerate(buyers)
            ]
        )
        group = self.env["crm.customer.group"].create(
            {"name": "Once", "kind": "picked", "partner_ids": [(6, 0, buyers.ids)]}
        )
        start = self.month - relativedelta(months=1)
        goal = self._goal(
            name="Come again",
            kind="retention",
            kpi_id=self.kpis["second_purchase"].id,
            window="3",
            start_date=start,
            end_date=start + relativedelta(months=12, days=-1),
            baseline=0.1,
            target=0.4,
        )
        goal.action_start()
        review = goal.review_ids
        self.assertEqual(goal.light, "red")
        measure = self._measure_for(review, group)
        self.assertEqual((measure.goal_id, measure.goal_review_id, review.measure_ids), (goal, review, measure))
        self.assertEqual((review.state, review.decision), ("decided", "measure"))
        self.assertEqual(measure.goal, "A letter with a voucher")
        self.assertEqual(goal.measure_count, 1)
        measure.write({"date_start": self.today, "date_end": self.today + timedelta(days=40)})
        self.company.kundenbindung_measure_minimum = 0
        measure.with_user(self.goal_manager).action_approve()
        measure.action_start()
        self.env["crm.goal.engine"]._measure(goal)
        self.assertEqual(len(goal.review_ids), 1, "a measure runs: nobody is asked meanwhile")
        treated = measure.participant_ids.filtered(lambda p: p.arm == "treated").partner_id
        control = measure.participant_ids.filtered(lambda p: p.arm == "control").partner_id
        self.assertGreater(len(control), 15)
        day = self.today + timedelta(days=10)
        came = treated[: round(0.6 * len(treated))] | control[:2]
        self._sell([(p, day, 90.0) for p in came])
        with freeze_time(self.today + timedelta(days=45)):
            measure.action_evaluate()
            effect = goal.effect_ids
            self.assertEqual(effect.measure_id, measure)
            self.assertEqual(effect.verdict, "works")
            recent = [p for p in buyers if self._single_lately(p)]
            for arm, value, count in (
                (treated, effect.treated_value, effect.treated_count),
                (control, effect.control_value, effect.control_count),
            ):
                counted = [p for p in arm if p in recent]
                self.assertEqual(count, len(counted))
                self.assertAlmostEqual(value, len([p for p in counted if p in came]) / len(counted), 4)
            self.assertTrue(effect.bounded and 0 < effect.low < effect.difference < effect.high)
            self.assertAlmostEqual(effect.share, effect.treated_count / len(recent), 6)
            self.assertAlmostEqual(effect.moved, effect.difference * effect.share, 3)
            self.assertIn("Repurchase Rate of One-Time Buyers", effect.words)
            with self.assertRaises(AccessError):
                effect.with_user(self.goal_manager).write({"moved": 1})

    def _single_lately(self, partner):
        """Whether the only purchase before today lay within a year."""
        [order] = partner.sale_order_ids.filtered(lambda o: o.date_order.date() < self.today)
        return order.date_order.date() >= self.today - relativedelta(months=12)

    def test_proposals_are_ranked_by_what_was_proved(self):
        goal = self._red()
        review = goal.review_ids
        library, group = (
            self.env["crm.measure.library"],
            self.env["crm.customer.group"].create({"name": "All", "domain": "[]"}),
        )
        self.assertFalse(review.library_ids)
        self.assertTrue(review.instrument_ids)
        names = ("direct", "outbound", "survey", "web")
        instruments = [self.env.ref(f"crm_kundenbindung.measure_instrument_{name}") for name in names]
        rows = library.create(
            [
                {
                    "company_id": self.company.id,
                    "instrument_id": instrument.id,
                    "group_id": group.id,
                    "target": target,
                    "effect": effect,
                    "low": low,
                    "high": effect + 9,
                    "proved": low > 0,
                }
                for instrument, (target, effect, low) in zip(
                    instruments, (("revenue", 5, -2), ("revenue", 3, 1), ("revenue", -4, -9), ("repurchase", 0.2, 0.1)), strict=True
                )
            ]
        )  # fmt: skip
        review.invalidate_recordset()
        self.assertEqual(review.library_ids.ids, [rows[1].id, rows[0].id], "harm and other indicators are no proposal")
        self.assertNotIn(instruments[0], review.instrument_ids)
