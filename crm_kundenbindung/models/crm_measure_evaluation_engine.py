import logging
from datetime import timedelta
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .crm_measure_engine import SHARE_KNOWN, Window
from .crm_measure_terms import PERCENT, TOKEN

_logger = logging.getLogger(__name__)


class CrmMeasureEngine(models.AbstractModel):
    """Evaluates measures: what each participant did, compared between the arms."""

    _inherit = "crm.measure.engine"

    @api.model
    def _cron_evaluate(self):
        """Each night: evaluate what ended; one measure that fails holds up no other."""
        for measure in self.env["crm.measure"].search([("state", "=", "running"), ("date_end", "!=", False)]):
            if measure.company_id._werthaltigkeit_today() > measure.date_end:
                self._guarded(measure, partial(self._evaluate, measure))
            else:
                self.env["crm.measure.treatment.engine"]._refresh_costs(measure)
            self.env["ir.cron"]._commit_progress(1)

    def _guarded(self, measure, work):
        """Do the work of a night for one measure; where it fails, say so to whoever reads the log; the next night tries again."""
        reason = self.env["crm.batch"]._try(measure, work)
        if reason:
            _logger.warning("%s is not evaluated: %s", measure, reason)
        return not reason

    def _evaluate(self, measure):
        """Write outcomes and a result; after the end the measure is evaluated, before it goes on."""
        uplift = self._statistics()
        measure.lock_for_update()
        final, confidence = self._look(measure, uplift)
        end = measure.date_end + timedelta(days=1)
        if not final:
            end = min(end, measure.company_id._werthaltigkeit_today())
        window = Window(measure.date_start, measure.date_start, (end - measure.date_start).days)
        result = self._compare(measure, uplift, window, confidence, final=final)
        if final:
            measure._internal().write({"state": "evaluated"})
            self.env["crm.measure.library.engine"]._refresh(measure.company_id)
        return result

    def _compare(self, measure, uplift, window, confidence, **extra):
        """Write outcomes and a result of the participants whose days count in this window."""
        treatment = self.env["crm.measure.treatment.engine"]
        treatment._responses(measure)
        treatment._refresh_costs(measure)
        self._write_outcomes(measure, window)
        rows = self._outcomes(measure)
        treated, known = rows["treated"] == 1, rows["value"] == rows["value"]
        effect = None
        if not measure.control_count:
            method = "before_after"
        elif measure.target in PERCENT:
            method, counted = "newcombe", rows["value"]
            effect = uplift.difference_of_rates(
                int(counted[treated].sum()), int(treated.sum()), int(counted[~treated].sum()), int((~treated).sum()), confidence
            )  # fmt: skip
        else:
            method, effect = self._difference(uplift, rows["value"], rows["before"], treated, known, confidence)
        cost = self._cost(measure)
        vals = self._result_vals(measure, rows, treated, known, effect, cost)
        vals.update(self._arm_vals(measure, rows, treated, known, confidence))
        vals["course"] = self._course(measure, window, treated, confidence)
        vals.update(self._margin_vals(uplift, measure, rows, treated, confidence, cost))
        vals.update(date=measure.company_id._werthaltigkeit_today(), method=method, confidence=confidence, **extra)
        if method == "before_after":
            vals["verdict"] = "no_proof"
        if vals["verdict"] == "open" and measure.wanted_effect:
            vals["needed_count"] = self._needed(uplift, measure, rows, treated, known)
        return self.env["crm.measure.result"].with_context(measure_token=TOKEN).create(vals)

    def _look(self, measure, uplift):
        """Return whether this is the evaluation after the end, and the confidence of its interval."""
        today = measure.company_id._werthaltigkeit_today()
        levels = uplift.obrien_fleming(measure.looks)
        if today > measure.date_end:
            return True, levels[-1]
        done = len(measure.result_ids)
        length = (measure.date_end - measure.date_start).days + 1
        due = measure.date_start + timedelta(days=-(-length * (done + 1) // measure.looks))
        if done + 1 >= measure.looks or today < due:
            raise UserError(
                self.env._(
                    "“%(measure)s” ends on %(date)s. Looking again and again until something shows finds effects where there are none: evaluate it after the end, or at the looks agreed on beforehand.",
                    measure=measure.name,
                    date=format_date(self.env, measure.date_end),
                )
            )
        return False, levels[done]

    # -- outcomes ---------------------------------------------------------------------------------

    def _participants(self, measure, window):
        """Select who is compared, and the first day that counts of each."""
        return SQL(
            """
            SELECT partner_id, %s::date AS start FROM crm_measure_participant
             WHERE measure_id = %s AND arm IS NOT NULL AND partner_id IS NOT NULL
            """,
            window.first,
            measure.id,
        )

    def _cost(self, measure):
        """What the customers compared cost."""
        return measure.cost_actual

    def _write_outcomes(self, measure, window):
        """Write what each participant did, from start to end and in a period of the same length before."""
        self.env.flush_all()
        self._forget_objectors(measure)
        self._collect(measure, window, self._participants(measure, window), before=True)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_measure_participant p
                   SET outcome_known = n.value IS NOT NULL, outcome = n.value, outcome_before = b.value,
                       margin = n.margin, margin_before = b.margin
                  FROM crm_measure_now n JOIN crm_measure_then b ON b.partner_id = n.partner_id
                 WHERE p.measure_id = %s AND p.partner_id = n.partner_id
                """,
                measure.id,
            )
        )
        self.env["crm.measure.participant"].invalidate_model(flush=False)

    def _outcomes(self, measure):
        """Return the outcomes of the participants as arrays; not known is nan."""
        return self.env["crm.value.arrays"]._fetch(
            SQL(
                """
                SELECT (p.arm = 'treated')::int AS treated, n.value, b.value AS before, n.margin, b.margin AS margin_before,
                       n.sold, n.known
                  FROM crm_measure_participant p
                  JOIN crm_measure_now n ON n.partner_id = p.partner_id
                  JOIN crm_measure_then b ON b.partner_id = p.partner_id
                 WHERE p.measure_id = %s AND p.arm IS NOT NULL ORDER BY p.id
                """,
                measure.id,
            ),
            ["treated", "value", "before", "margin", "margin_before", "sold", "known"],
        )

    # -- comparison -------------------------------------------------------------------------------

    def _difference(self, uplift, value, before, treated, known, confidence):
        """Return (method, effect) of amounts; adjusted for the time before where it is known of everybody."""
        if min((known & treated).sum(), (known & ~treated).sum()) < 2:
            return "welch", None
        if (before[known] == before[known]).all():
            effect = uplift.adjusted_difference(value[known], treated[known], before[known], confidence=confidence)
            return "ancova", effect
        return "welch", uplift.difference_of_means(
            value[known & treated], value[known & ~treated], confidence=confidence
        )

    def _result_vals(self, measure, rows, treated, known, effect, cost):
        value, before = rows["value"], rows["before"]
        mean = lambda values: float(values.mean()) if len(values) else 0.0  # noqa: E731
        control = value[known & ~treated] if measure.control_count else before[treated & (before == before)]
        vals = {
            "measure_id": measure.id,
            "company_id": measure.company_id.id,
            "instrument_id": measure.instrument_id.id,
            "group_id": measure.group_id.id,
            "target": measure.target,
            "treated_count": int((known & treated).sum()),
            "control_count": int((known & ~treated).sum()),
            "treated_value": mean(value[known & treated]),
            "control_value": mean(control),
            "verdict": "open",
            "cost": cost,
        }
        vals["difference"] = vals["treated_value"] - vals["control_value"]
        if effect:
            vals.update(bounded=True, difference=effect.value, low=effect.low, high=effect.high, error=effect.error)
            if effect.significant:
                vals["verdict"] = "works" if effect.value > 0 else "harms"
        return vals

    def _margin_vals(self, uplift, measure, rows, treated, confidence, cost):
        """What the measure brought beyond what would have come anyway, of all treated customers, less its cost."""
        sold = rows["sold"].sum()
        if not measure.control_count or not sold or rows["known"].sum() < SHARE_KNOWN * sold:
            return {}
        everybody = treated == treated
        _method, effect = self._difference(
            uplift, rows["margin"], rows["margin_before"], treated, everybody, confidence
        )
        if not effect:
            return {}
        count = int(treated.sum())
        return {
            "margin_known": True,
            "margin": effect.value * count,
            "margin_low": effect.low * count,
            "margin_high": effect.high * count,
            "gain": effect.value * count - cost,
        }

    def _needed(self, uplift, measure, rows, treated, known):
        """Customers per arm it takes to prove the effect hoped for, from what was seen."""
        values = rows["value"][known & ~treated]
        difference = measure.wanted_effect / (100 if measure.target in PERCENT else 1)
        if not len(values):
            return 0
        if measure.target in PERCENT:
            deviation = uplift.rate_deviation(min(max(float(values.mean()) + difference / 2, 0), 1))
        else:
            deviation = float(rows["value"][known].std())
        return uplift.needed(deviation, difference)[0] if deviation else 0
