from dateutil.relativedelta import relativedelta

from odoo.tests import HttpCase, tagged

from .common import GoalCase


@tagged("post_install", "-at_install")
class TestGoalTour(GoalCase, HttpCase):
    """The main paths in a browser: a goal that is off its plan, and a first goal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        (cls.goal_user | cls.goal_manager).lang = "en_US"
        cls._history(20, lambda n: 6 if n < 16 else 3)
        cls.values._rebuild(cls.company)

    def test_off_plan_to_decision(self):
        start = self.month - relativedelta(months=4)
        goal = self._goal(
            name="Tour Goal",
            start_date=start,
            end_date=start + relativedelta(months=12, days=-1),
            target=900.0,
            user_id=self.goal_user.id,
        )
        goal.action_start()
        self.start_tour("/odoo/goals", "crm_controlling_goal", login=self.goal_user.login)
        review = goal.review_ids
        self.assertEqual((review.decision, review.decided_by_id), ("accept", self.goal_user))

    def test_first_goal_from_a_template(self):
        self.start_tour(
            "/odoo/action-crm_controlling.crm_goal_template_action",
            "crm_controlling_goal_template",
            login=self.goal_manager.login,
        )
        goal = self.env["crm.goal"].search([("kpi_id.code", "=", "db1_per_customer")])
        self.assertEqual((goal.state, goal.user_id), ("steering", self.goal_manager))
