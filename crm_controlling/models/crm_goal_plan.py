from bisect import bisect_right
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models


class CrmGoal(models.Model):
    """The way from baseline to target: what is planned for a day."""

    _inherit = "crm.goal"

    step_count = fields.Integer("Equal Steps", default=4, help="So many steps of the same height and length; own steps go before.")  # fmt: skip
    step_ids = fields.One2many("crm.goal.step", "goal_id", "Own Steps", copy=True)
    season = fields.Json(
        readonly=True, copy=False, help="How far January to December lay off the trend before the start."
    )

    _steps_positive = models.Constraint("CHECK(step_count BETWEEN 1 AND 60)", "1 to 60 steps.")

    def _plan_on(self, day):
        """What is planned for a day of the goal; the day before the start it is the baseline."""
        self.ensure_one()
        eve = self.start_date - timedelta(days=1)
        part = min(max((day - eve).days / (self.end_date - eve).days, 0.0), 1.0)
        if self.path == "stepwise":
            return self._plan_in_steps(day, part)
        first, last, now = (self._season_of(moment) for moment in (eve, self.end_date, day))
        return now + (self.baseline - first) * (1 - part) + (self.target - last) * part

    def _plan_in_steps(self, day, part):
        if part >= 1:
            return self.target
        steps = self.step_ids.sorted("date")
        if steps:
            reached = bisect_right(steps.mapped("date"), day)
            return steps[reached - 1].value if reached else self.baseline
        return self.baseline + int(part * self.step_count + 1e-9) / self.step_count * (self.target - self.baseline)

    def _season_of(self, day):
        """How far the month of a day lies off the trend."""
        return self.season[day.month - 1] if self.path == "seasonal" and self.season else 0.0

    def _is_on_the_way(self, day):
        """Whether something is planned for a day: the goal was started, and the day lies in its time."""
        return self.state != "setting" and self.start_date <= day <= self.end_date

    def _behind(self, value, day):
        """How far a value lies behind the plan, as a part of it; negative where it is ahead."""
        plan = self._plan_on(day)
        scale = abs(plan) or abs(self.target) or abs(self.baseline) or 1.0
        return (plan - value if self.direction == "higher" else value - plan) / scale

    def _light_of(self, value, day):
        behind = self._behind(value, day)
        if behind > self.tolerance_red + 1e-9:
            return "red"
        return "yellow" if behind > self.tolerance_yellow + 1e-9 else "green"

    def _is_reached(self, value):
        return value >= self.target - 1e-9 if self.direction == "higher" else value <= self.target + 1e-9

    def _period(self, day):
        """The days that a value as of the end of `day` is measured over: first day, and the day after the last."""
        after = day + timedelta(days=1)
        return after - relativedelta(months=int(self.window)), after
