from odoo import api, fields, models
from odoo.tools import format_date

# probability of reaching the target, from which on it is told in these words
CHANCES = (0.9, 0.66, 0.33, 0.1)


class CrmGoal(models.Model):
    """A goal in words: values with the unit of its indicator, and where it will end."""

    _inherit = "crm.goal"

    baseline_text = fields.Char("Before", compute="_compute_texts")
    target_text = fields.Char("Aim", compute="_compute_texts")
    actual_text = fields.Char("Now", compute="_compute_texts")
    plan_text = fields.Char("Planned", compute="_compute_texts")
    forecast_text = fields.Char("Expected", compute="_compute_texts")
    situation_text = fields.Text("Where It Stands", compute="_compute_situation_text")
    outlook_text = fields.Text("Where It Will End", compute="_compute_outlook_text")
    chance_text = fields.Char("Chance", compute="_compute_outlook_text")

    @api.depends("baseline", "baseline_on", "baseline_entered", "target", "actual", "actual_known", "plan", "light", "forecast", "forecast_known", "kpi_id")  # fmt: skip
    @api.depends_context("lang")
    def _compute_texts(self):
        for goal in self:
            planned = goal.light != "none"
            goal.baseline_text = goal._figure(goal.baseline if goal.baseline_on or goal.baseline_entered else None)
            goal.target_text = goal._figure(goal.target)
            goal.actual_text = goal._figure(goal.actual if goal.actual_known else None)
            goal.plan_text = goal._figure(goal.plan) if planned else ""
            goal.forecast_text = goal._figure(goal.forecast) if goal.forecast_known else ""

    def _figure(self, value):
        """A value in words, in the unit of the indicator; None is "no data"."""
        self.ensure_one()
        if not self.kpi_id:
            return ""
        return self.kpi_id._format(value, self.company_id)

    def _difference(self, value):
        """A difference of two values in words: rates in percentage points, always with its sign."""
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        if self.unit == "rate":
            lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
            return self.env._("%s pp", sign + lang.format("%.2f", abs(100 * value)))
        return sign + self._figure(abs(value))

    def _limits(self, values):
        """Lowest and highest value that the indicator can have; sums of money and points may be negative."""
        lowest = float("-inf") if self.unit in ("amount", "score") else 0.0
        seen = [value for value in values if value == value]
        highest = 1.0 if self.unit == "rate" and max(seen, default=0) <= 1 else float("inf")
        return (min([lowest, *seen]) if lowest == 0 else lowest), highest

    @api.depends("light", "deviation", "actual", "actual_on", "plan", "state")
    @api.depends_context("lang")
    def _compute_situation_text(self):
        for goal in self:
            goal.situation_text = goal._situation()

    def _situation(self):
        _ = self.env._
        if not self.actual_known:
            return _(
                "Too little data: nothing was measured yet. A period that began before the first purchase does not count."
            )
        told = {"actual": self.actual_text, "date": format_date(self.env, self.actual_on)}
        if self.state == "setting":
            return _("%(actual)s as of %(date)s. Start the goal: from then on it is compared with its plan.", **told)
        if self.light == "none":
            return _("%(actual)s as of %(date)s. No period of the goal is over yet.", **told)
        told["plan"] = self.plan_text
        told["part"] = self.env["crm.kpi"].new({"unit": "rate"})._format(abs(self.deviation), self.company_id)
        if abs(self.deviation) < 0.0005:
            return _("%(actual)s as of %(date)s, as planned.", **told)
        if self.deviation < 0:
            return _("%(actual)s as of %(date)s; planned were %(plan)s. Behind by %(part)s.", **told)
        return _("%(actual)s as of %(date)s; planned were %(plan)s. Ahead by %(part)s.", **told)

    @api.depends("forecast", "forecast_known", "forecast_low", "forecast_high", "probability", "end_date", "target", "final", "state")  # fmt: skip
    @api.depends_context("lang")
    def _compute_outlook_text(self):
        for goal in self:
            goal.chance_text = goal._chance()
            goal.outlook_text = goal._outlook()

    def _chance(self):
        """The probability of reaching the target, in words."""
        if not self.forecast_known or self.state not in ("control", "steering"):
            return ""
        _ = self.env._
        words = (
            _("almost certainly reached (%s %%)"),
            _("probably reached (%s %%)"),
            _("open whether it is reached (%s %%)"),
            _("probably not reached (%s %%)"),
            _("almost certainly not reached (%s %%)"),
        )
        percent = min(max(round(100 * self.probability), 1), 99)
        return words[sum(self.probability < chance for chance in CHANCES)] % percent

    def _outlook(self):
        _ = self.env._
        if self.state not in ("control", "steering") or self.final:
            return ""
        if not self.forecast_known:
            return _("Too little data for a forecast: it takes six months with data.")
        told = {
            "date": format_date(self.env, self.end_date),
            "forecast": self.forecast_text,
            "low": self._figure(self.forecast_low),
            "high": self._figure(self.forecast_high),
            "wide_low": self._figure(self.forecast_wide_low),
            "wide_high": self._figure(self.forecast_wide_high),
        }
        return _(
            "If it goes on like this, %(forecast)s on %(date)s: in 80 of 100 cases between %(low)s and %(high)s, in 95 between %(wide_low)s and %(wide_high)s.",
            **told,
        )
