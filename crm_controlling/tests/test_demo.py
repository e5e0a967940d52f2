from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from ..demo import workshop_goals
from .common import GoalCase


@tagged("post_install", "-at_install")
class TestDemo(GoalCase):
    def test_goals_of_the_workshop(self):
        """Each light has its goal, whatever the generated orders say."""
        stock = self._partners(30)
        first = self.month - relativedelta(months=36)
        self._sell(
            [
                (stock[i], first + relativedelta(months=n), 100.0 + n)
                for n in range(36)
                for i in range(30)
                if (n == i or n == i + 3 and i % 6 == 1 if i % 2 else (i * 7 + n * 5) % (4 + i % 5) == 0 and n >= i)
            ]
        )
        self.assertTrue(workshop_goals.generate(self.env))
        self.assertFalse(workshop_goals.generate(self.env))
        goals = self.env["crm.goal"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(goals), len(workshop_goals.GOALS))
        lights = set(goals.filtered(lambda goal: goal.state in ("control", "steering")).mapped("light"))
        self.assertTrue({"green", "red"} <= lights, lights)
        self.assertTrue(goals.review_ids.filtered(lambda review: review.state == "open"))
        self.assertTrue(goals.filtered(lambda goal: goal.state == "setting"))
