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

    def _course(self, measure, rows, treated, final, confidence):
        """Return {"dates", "treated", "treated_low", …} with a value per step; None without two arms, or for satisfaction."""
        if measure.target == "satisfaction" or treated.all() or not treated.any():
            return None
        from ..stats import course

        end = measure.date_end + timedelta(days=1)
        if not final:
            end = min(end, measure.company_id._werthaltigkeit_today())
        length = (end - measure.date_start).days
        days = -(-length // STEPS)
        steps = -(-length // days)
        events = self._events(measure, end)
        found = course.cumulated(
            events["position"].astype(int),
            events["day"].astype(int) // days,
            events["amount"],
            treated,
            steps,
            measure.target in PERCENT,
            confidence,
        )
        dates = [min(measure.date_start + timedelta(days=days * (n + 1) - 1), end - timedelta(days=1)) for n in range(steps)]
        names = ("treated", "treated_low", "treated_high", "control", "control_low", "control_high")
        return {
            "dates": [fields.Date.to_string(date) for date in dates],
            **{name: [round(float(value), 6) for value in getattr(found, name)] for name in names},
        }

    def _events(self, measure, end):
        """Return arrays position (of the participant, as `_outcomes` orders them), day (since the start) and amount."""
        lines = self.env["crm.value.lines"]
        if measure.target == "visits":
            day = lines._day(SQL("p.date"), measure.company_id)
            events = SQL(
                """
                SELECT DISTINCT p.commercial_partner_id AS customer, %(day)s AS day, 1 AS amount
                  FROM crm_touchpoint p JOIN crm_touchpoint_kind k ON k.id = p.kind_id AND k.code IN ('visit', 'meeting')
                 WHERE p.company_id = ANY(%(companies)s) AND p.date >= %(start)s::timestamp - interval '1 day'
                   AND p.date < %(end)s::timestamp + interval '1 day'
                """,
                day=day,
                companies=lines._branches(measure.company_id),
                start=measure.date_start,
                end=end,
            )
        else:
            amount = {"revenue": SQL("revenue"), "db2": SQL("revenue - cost")}.get(measure.target, SQL("orders"))
            events = SQL("SELECT customer, day, %s AS amount FROM crm_measure_line", amount)
        return self.env["crm.value.arrays"]._fetch(
            SQL(
                """
                SELECT w.position, (e.day - %(start)s) AS day, e.amount::float8 AS amount
                  FROM (%(events)s) e
                  JOIN (SELECT p.partner_id, row_number() OVER (ORDER BY p.id) - 1 AS position
                          FROM crm_measure_participant p
                          JOIN crm_measure_now n ON n.partner_id = p.partner_id
                         WHERE p.measure_id = %(measure)s AND p.arm IS NOT NULL) w ON w.partner_id = e.customer
                 WHERE e.day >= %(start)s AND e.day < %(end)s
                """,
                events=events,
                start=measure.date_start,
                end=end,
                measure=measure.id,
            ),
            ["position", "day", "amount"],
        )
