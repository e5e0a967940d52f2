from datetime import timedelta

from odoo import api, fields, models


class CrmGoal(models.Model):
    """What is drawn of a goal: measured values, the plan, and the forecast as a fan."""

    _inherit = "crm.goal"

    fan = fields.Json("Forecast Fan", readonly=True, copy=False)
    chart = fields.Json(compute="_compute_chart")

    @api.depends("fan", "plan", "actual", "actual_on", "baseline", "target", "start_date", "end_date", "path", "step_ids", "kpi_id", "measured_on")  # fmt: skip
    @api.depends_context("lang")
    def _compute_chart(self):
        stored = self.filtered(lambda goal: isinstance(goal.id, int))
        charts = stored._charts()
        for goal in self:
            goal.chart = charts.get(goal.id, False)

    def _charts(self, months=36, texts=True):
        """Return {goal id: {points, plan, fan, target, higher, format}}, with one query for all goals.

        :param months: how many months of the past are drawn
        :param texts: whether each value is told in words as well
        """
        series = self.env["crm.goal.engine"].sudo()._series(self)
        return {goal.id: goal._chart(series.get(goal.id, []), months, texts) for goal in self}

    def _chart(self, rows, months, texts):
        last = rows[-1][0] if rows else self.start_date
        since = fields.Date.subtract(last, months=months)
        words = (lambda value: {"text": self._figure(value)}) if texts else lambda value: {}
        points = [
            {"date": str(day), "value": value, **words(value)}
            for day, value, _running, partial in rows
            if value is not None and not partial and since <= day
        ]
        plan = []
        if self.state != "setting" or self.target:
            plan = [
                {"date": str(day), "value": self._plan_on(day), **words(self._plan_on(day))}
                for day in self._plan_days()
            ]
        return {
            "points": points,
            "plan": plan,
            "fan": [dict(step, **words(step["value"])) for step in self.fan or []],
            "unit": self.unit,
            "light": self.light,
        }

    def _plan_days(self):
        """Days that the plan is drawn through: its corners, or each month's end."""
        eve = self.start_date - timedelta(days=1)
        if self.path == "linear":
            return [eve, self.end_date]
        days, day = {eve, self.end_date}, self.start_date
        while day < self.end_date:
            days.add(min(fields.Date.end_of(day, "month"), self.end_date))
            day = fields.Date.add(day.replace(day=1), months=1)
        if self.path == "stepwise":
            length = (self.end_date - eve).days
            steps = self.step_ids.mapped("date") or [
                eve + timedelta(days=-(-length * n // self.step_count)) for n in range(1, self.step_count)
            ]
            days |= {
                moment
                for step in steps
                for moment in (step - timedelta(days=1), step)
                if eve <= moment <= self.end_date
            }
        return sorted(days)
