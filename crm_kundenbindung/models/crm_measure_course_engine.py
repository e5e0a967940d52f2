from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .crm_measure_terms import PERCENT

STEPS = 40  # points of the chart at most


class CrmMeasureEngine(models.AbstractModel):
    """What the page of a result draws: the intervals of each arm, and how the outcome added up over time."""

    _inherit = "crm.measure.engine"

    def _arm_vals(self, measure, rows, treated, known, confidence):
        """The interval of each arm on its own; the difference has one of its own, which is what counts."""
        from ..stats import course

        interval = course.rate_interval if measure.target in PERCENT else course.mean_interval
        vals = {}
        for name, values in (("treated", rows["value"][known & treated]), ("control", rows["value"][known & ~treated])):
            if len(values):
                vals[f"{name}_low"], vals[f"{name}_high"] = interval(values, confidence)
        return vals

    def _course(self, measure, window, treated, confidence):
        """Return {"dates" or "days", "treated", "treated_low", …} with a value per step; None without two arms.

        Where each customer has days of their own, they are counted from the first. Of satisfaction, which adds up to
        nothing, the values are means of those who showed it so far, None before two of an arm did.
        """
        if treated.all() or not treated.any():
            return None
        from ..stats import course

        days = -(-window.length // STEPS)
        steps = -(-window.length // days)
        events = self._events(measure, window)
        found = course.cumulated(
            events["position"].astype(int),
            events["day"].astype(int) // days,
            events["amount"],
            treated,
            steps,
            measure.target in PERCENT,
            confidence,
            mean=measure.target == "satisfaction",
        )
        passed = [min(days * (n + 1), window.length) for n in range(steps)]
        names = ("treated", "treated_low", "treated_high", "control", "control_low", "control_high")
        if measure.standing:
            axis = {"days": passed}
        else:
            axis = {"dates": [fields.Date.to_string(window.first + timedelta(days=day - 1)) for day in passed]}
        return axis | {
            name: [None if value != value else round(float(value), 6) for value in getattr(found, name)]
            for name in names
        }

    def _events(self, measure, window):
        """Return arrays position (of the participant, as `_outcomes` orders them), day (since the start) and amount."""
        if measure.target == "visits":
            events = self._touchpoint_events(
                measure, window, SQL("DISTINCT"), SQL("1"), SQL("k.code IN ('visit', 'meeting')")
            )
        elif measure.target == "satisfaction":
            shown = SQL("CASE p.satisfaction WHEN 'good' THEN 100 WHEN 'neutral' THEN 50 ELSE 0 END")
            events = self._touchpoint_events(measure, window, SQL(), shown, SQL("p.satisfaction IS NOT NULL"))
        else:
            amount = {"revenue": SQL("revenue"), "db2": SQL("revenue - cost")}.get(measure.target, SQL("orders"))
            events = SQL("SELECT customer, day, %s AS amount FROM crm_measure_line", amount)
        return self.env["crm.value.arrays"]._fetch(
            SQL(
                """
                SELECT w.position, (e.day - w.start) AS day, e.amount::float8 AS amount
                  FROM (%(events)s) e
                  JOIN (SELECT p.partner_id, n.start, row_number() OVER (ORDER BY p.id) - 1 AS position
                          FROM crm_measure_participant p
                          JOIN crm_measure_now n ON n.partner_id = p.partner_id
                         WHERE p.measure_id = %(measure)s AND p.arm IS NOT NULL) w ON w.partner_id = e.customer
                 WHERE e.day >= w.start AND e.day < w.start + %(length)s
                """,
                events=events,
                length=window.length,
                measure=measure.id,
            ),
            ["position", "day", "amount"],
        )

    def _touchpoint_events(self, measure, window, distinct, amount, condition):
        """Select customer, day and an amount of each touchpoint that meets a condition."""
        lines = self.env["crm.value.lines"]
        return SQL(
            """
            SELECT %(distinct)s p.commercial_partner_id AS customer, %(day)s AS day, %(amount)s AS amount
              FROM crm_touchpoint p JOIN crm_touchpoint_kind k ON k.id = p.kind_id
             WHERE p.company_id = ANY(%(companies)s) AND %(condition)s
               AND p.date >= %(first)s::timestamp - interval '1 day' AND p.date < %(end)s::timestamp + interval '1 day'
            """,
            distinct=distinct,
            day=lines._day(SQL("p.date"), measure.company_id),
            amount=amount,
            condition=condition,
            companies=lines._branches(measure.company_id),
            first=window.first,
            end=window.end,
        )
