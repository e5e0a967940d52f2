import logging

from odoo import fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

EMPTY = {
    "forecast": 0.0,
    "forecast_known": False,
    "forecast_low": 0.0,
    "forecast_high": 0.0,
    "forecast_wide_low": 0.0,
    "forecast_wide_high": 0.0,
    "probability": 0.0,
    "fan": False,
}
DIGITS = 8  # what differs farther behind the point has not changed


class CrmGoalEngine(models.AbstractModel):
    """Judges goals by what was measured: light, forecast, stage; only goals that changed are written, through the ORM."""

    _inherit = "crm.goal.engine"

    def _judge(self, goals):
        series = self._series(goals)
        forecast = self._statistics()
        for goal in goals:
            rows = series.get(goal.id, [])
            vals = self._where_it_stands(goal, rows, forecast)
            changed = {name: value for name, value in vals.items() if self._differs(goal, name, value)}
            if changed:
                goal._internal().write(changed)
        goals._internal().write({"measured_on": fields.Datetime.now(), "measure_due": False})
        self._move(goals)

    def _differs(self, goal, name, value):
        if isinstance(value, float):
            return round(goal[name] - value, DIGITS) != 0
        return goal[name] != value

    def _statistics(self):
        """The statistics of forecasts, or None where the server lacks numpy or scipy: then nothing is forecast."""
        try:
            from ..stats import forecast  # noqa: PLC0415  optional libraries
        except ImportError:
            _logger.info("numpy or scipy is missing: goals are measured without forecasts")
            return None
        return forecast

    def _series(self, goals):
        """Return {goal id: [(last day, value or None, not a month's end, partial)]}: the newest of each period, by day."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (m.goal_id, m.date_end) m.goal_id, m.date_end, CASE WHEN m.has_data THEN m.value END,
                       m.running, m.partial
                  FROM crm_goal_measurement m JOIN crm_goal g ON g.id = m.goal_id
                 WHERE m.goal_id = ANY(%s) AND m.kpi_id = g.kpi_id AND m.group_id IS NOT DISTINCT FROM g.group_id
                   AND m.team_id IS NOT DISTINCT FROM g.team_id
                   AND (m.partial OR m.date_start = (m.date_end + 1 - g.window::int * interval '1 month')::date)
                 ORDER BY m.goal_id, m.date_end, m.partial, m.id DESC
                """,
                goals.ids,
            )
        )
        series = {}
        for goal, day, value, running, partial in rows:
            series.setdefault(goal, []).append((day, None if value is None else float(value), running, partial))
        return series

    # -- one goal ---------------------------------------------------------------------------------

    def _where_it_stands(self, goal, rows, forecast):
        """Return the values of the fields that measuring writes."""
        vals = dict(EMPTY, light="none", deviation=0.0, plan=0.0, yellow_count=0)
        whole = [row for row in rows if not row[3] and row[1] is not None]
        vals.update(self._baseline(goal, whole))
        inside = [row for row in whole if row[0] <= goal.end_date]
        last = inside[-1] if inside else None
        vals.update(
            actual=last[1] if last else 0.0,
            actual_known=bool(last),
            actual_on=last[0] if last else False,
            final=bool(last) and last[0] == goal.end_date,
        )
        if goal.state == "setting":
            vals["season"] = self._season(goal, whole, forecast) if goal.path == "seasonal" else goal.season
            return vals
        if last and last[0] >= goal.start_date:
            vals["light"] = goal._light_of(last[1], last[0])
            vals["plan"] = goal._plan_on(last[0])
            vals["deviation"] = -goal._behind(last[1], last[0])
        vals["yellow_count"] = self._yellow_in_a_row(goal, inside)
        if forecast and not vals["final"]:
            vals.update(self._outlook(goal, whole, forecast))
        if vals["light"] != goal.light:
            vals["light_since"] = goal.company_id._werthaltigkeit_today()
        return vals

    def _baseline(self, goal, rows):
        """The last value before the start, kept from the start on."""
        if goal.state != "setting" or goal.baseline_entered:
            return {}
        before = [row for row in rows if row[0] < goal.start_date]
        return {"baseline": before[-1][1], "baseline_on": before[-1][0]} if before else {"baseline_on": False}

    def _yellow_in_a_row(self, goal, rows):
        """How many month ends up to now the goal was off its plan, one after the other."""
        count = 0
        for day, value, running, _partial in reversed(rows):
            if day < goal.start_date or running and count:
                break
            if not running:
                if goal._light_of(value, day) == "green":
                    break
                count += 1
        return count

    def _months(self, rows):
        """Values of consecutive month ends, nan where there are none, and the last of these days."""
        ends = {day: value for day, value, running, _partial in rows if not running}
        if not ends:
            return [], None
        first, last = min(ends), max(ends)
        values, day = [], first
        while day <= last:
            values.append(ends.get(day, float("nan")))
            day = self._month_end(day, 1)
        return values, last

    def _month_end(self, day, months):
        """The end of a month so many months after the month of a day."""
        return fields.Date.end_of(fields.Date.add(day.replace(day=1), months=months), "month")

    def _season(self, goal, rows, forecast):
        """How far January to December lay off the trend before the goal started; None where two years are not there."""
        values, last = self._months([row for row in rows if row[0] < goal.start_date])
        if not forecast or not values or goal.window == "12":
            return False
        found = forecast.season(values)
        if not found.any():
            return False
        first = self._month_end(last, -len(values[-forecast.MOST :]) + 1).month
        return [round(float(found[(month - first) % 12]), DIGITS) for month in range(1, 13)]

    def _outlook(self, goal, rows, forecast):
        """Forecast to the end, as fields and as the fan that is drawn."""
        values, last = self._months(rows)
        if not values or last >= goal.end_date:
            return {}
        horizon = (goal.end_date.year - last.year) * 12 + goal.end_date.month - last.month
        lowest, highest = goal._limits(values)
        try:
            fan = forecast.forecast(values, max(horizon, 1), int(goal.window), lowest, highest)
        except forecast.TooLittleData:
            return {}
        bands = (fan.values, fan.low, fan.high, fan.wide_low, fan.wide_high)
        names = ("forecast", "forecast_low", "forecast_high", "forecast_wide_low", "forecast_wide_high")
        outlook = {name: float(band[-1]) for name, band in zip(names, bands, strict=True)}
        days = [self._month_end(last, n + 1) for n in range(len(fan.values))]
        keys = ("value", "low", "high", "wide_low", "wide_high")
        outlook["fan"] = [
            {"date": str(min(day, goal.end_date))} | {key: round(float(band[n]), DIGITS) for key, band in zip(keys, bands, strict=True)}
            for n, day in enumerate(days)
        ]  # fmt: skip
        chance = forecast.probability(fan, goal.target, goal.direction == "higher")
        return dict(outlook, forecast_known=True, probability=round(chance, 4))

    # -- stages -----------------------------------------------------------------------------------

    def _move(self, goals):
        """What ended is reached or missed; what needs a decision gets a review; what is on plan again is controlled."""
        for goal in goals.filtered(lambda g: g.state in ("control", "steering")):
            if goal.final:
                goal._finish()
            elif goal._needs_review():
                goal._ask_for_review()
            elif goal.state == "steering" and goal.light == "green" and not goal._open_reviews():
                goal.stage_id = goal._stage("control")
