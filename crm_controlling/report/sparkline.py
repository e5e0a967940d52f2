"""A small chart as paths of an SVG: drawn alike on the screen and on paper. Knows no Odoo."""

from datetime import date

WIDTH, HEIGHT, EDGE = 200.0, 56.0, 3.0


def sparkline(points, plan, fan):
    """Return {"width", "height", "line", "plan", "wide", "narrow", "outlook", "x", "y"} or None without a value.

    :param points: measured values, [{"date": "2026-01-31", "value": 0.3}] in order
    :param plan: planned values, of the same form
    :param fan: forecast steps, also with "low", "high" (80 %), "wide_low" and "wide_high" (95 %)
    """
    points = [(_day(step), step["value"]) for step in points if step.get("value") is not None]
    if not points:
        return None
    plan = [(_day(step), step["value"]) for step in plan if step.get("value") is not None]
    fan = [step for step in fan if step.get("value") is not None]
    days = [day for day, _value in (*points, *plan)] + [_day(step) for step in fan]
    values = [value for _day, value in (*points, *plan)]
    values += [step[name] for step in fan for name in ("value", "low", "high", "wide_low", "wide_high") if name in step]
    place = _scale(min(days), max(days), min(values), max(values))
    last = points[-1]
    x, y = place(*last)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "line": _path([place(*point) for point in points]),
        "plan": _path([place(*point) for point in plan]),
        "wide": _band(fan, "wide_low", "wide_high", last, place),
        "narrow": _band(fan, "low", "high", last, place),
        "outlook": _path([place(*last), *(place(_day(step), step["value"]) for step in fan)]) if fan else "",
        "x": round(x, 1),
        "y": round(y, 1),
    }


def _day(step):
    return date.fromisoformat(step["date"]).toordinal()


def _scale(first, last, low, high):
    """Return the function from day and value to a place; higher values are higher up."""
    span, rise = (last - first) or 1, high - low

    def place(day, value):
        part = (value - low) / rise if rise else 0.5
        return EDGE + (WIDTH - 2 * EDGE) * (day - first) / span, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * part

    return place


def _path(places, close=False):
    if len(places) < 2:
        return ""
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places) + (" Z" if close else "")


def _band(fan, low, high, last, place):
    """A forecast's interval as an area that opens from the last measured value."""
    steps = [step for step in fan if low in step and high in step]
    if not steps:
        return ""
    there = [place(_day(step), step[high]) for step in steps]
    back = [place(_day(step), step[low]) for step in reversed(steps)]
    return _path([place(*last), *there, *back], close=True)
