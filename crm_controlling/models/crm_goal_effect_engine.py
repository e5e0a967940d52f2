from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_kundenbindung.stats.proportions import newcombe

from .crm_goal import TOKEN


class CrmMeasureEngine(models.AbstractModel):
    """An evaluated measure that carries a goal shows its effect on the goal's own indicator as well."""

    _inherit = "crm.measure.engine"

    def _evaluate(self, measure):
        result = super()._evaluate(measure)
        if measure.sudo().goal_id and not measure.standing:  # a rule has no period of its own to measure the goal in
            self._write_goal_effect(measure.sudo(), result)
        return result

    def _write_goal_effect(self, measure, result):
        """Measure the goal's indicator of both arms from the start of the measure until its end, or until today."""
        goal, company = measure.goal_id, measure.company_id
        end = min(measure.date_end, company._werthaltigkeit_today()) + timedelta(days=1)
        period = (measure.date_start, end)
        engine = self.env["crm.kpi.engine"].sudo().with_context(kpi_codes=(goal.kpi_id.code,))
        treated, control = (
            engine._measure(company, goal.kpi_id, [period], self._arm(measure, arm))[goal.kpi_id, period]
            for arm in ("treated", "control")
        )
        vals = {
            "goal_id": goal.id,
            "company_id": company.id,
            "measure_id": measure.id,
            "result_id": result.id,
            "kpi_id": goal.kpi_id.id,
            "date_start": measure.date_start,
            "date_end": end - timedelta(days=1),
            "treated_count": treated[3],
            "control_count": control[3],
        }
        if treated[0] is not None and control[0] is not None:
            everybody = engine._measure(
                company, goal.kpi_id, [period], self.env["crm.goal.review.engine"]._customers(goal)
            )
            vals.update(self._compared(treated, control, everybody[goal.kpi_id, period]))
        self.env["crm.goal.effect"].sudo().with_context(goal_token=TOKEN).create([vals])

    def _arm(self, measure, arm):
        """Condition: the customer is a participant of one arm."""
        return lambda column: SQL(
            "%s IN (SELECT partner_id FROM crm_measure_participant WHERE measure_id = %s AND arm = %s AND partner_id IS NOT NULL)",
            column,
            measure.id,
            arm,
        )

    def _compared(self, treated, control, everybody):
        """Return the difference of an indicator between two arms; rates of customers with Newcombe's interval.

        Each is (value, above the line, below the line, customers). Sums are compared per customer counted.
        """
        values = [arm[0] if arm[2] is not None else arm[0] / arm[3] if arm[3] else 0.0 for arm in (treated, control)]
        difference = values[0] - values[1]
        vals = {
            "has_data": True,
            "treated_value": values[0],
            "control_value": values[1],
            "difference": difference,
        }
        (x1, n1), (x0, n0) = treated[1:3], control[1:3]
        if n1 and n0 and all(0 <= x <= n and float(n).is_integer() for x, n in ((x1, n1), (x0, n0))):
            vals["low"], vals["high"] = newcombe(x1, n1, x0, n0)
            vals["bounded"] = True
        if n1 and everybody[2]:
            vals["share"] = min(n1 / everybody[2], 1.0)
            vals["moved"] = difference * vals["share"]
        elif n1 is None:
            vals["share"], vals["moved"] = 1.0, difference * treated[3]
        return vals
