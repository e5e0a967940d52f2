from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .crm_measure_engine import Window
from .crm_measure_standing import FEWEST_CONTROL

CONFIDENCE = 0.95


class Entered(NamedTuple):
    """Who is compared next: entered from `since` to `until`, compared from `ready` on (both None: too few left out yet)."""

    since: date
    until: date | None
    ready: date | None
    control: int


class CrmMeasureEngine(models.AbstractModel):
    """Compares the customers whom a standing rule treated with those it leaves out for good.

    Each half-year stands for itself: its customers are watched over the same number of days from the day after they
    entered, and compared once, when the last of them has been. So each customer counts once and nobody looks twice: the
    interval needs no stricter bounds, and a rule that stops working shows. A half-year with too few left out waits for
    the next; how many there are, not what they did, decides it.
    """

    _inherit = "crm.measure.engine"

    @api.model
    def _cron_evaluate(self):
        result = super()._cron_evaluate()
        for measure in self.env["crm.measure"].search([("state", "=", "running"), ("standing", "=", True)]):
            if not measure.standing_due:
                self.env["crm.measure.treatment.engine"]._refresh_costs(measure)
            while measure.standing_due and self._guarded(measure, partial(self._evaluate, measure)):
                pass
            self.env["ir.cron"]._commit_progress(1)
        return result

    def _evaluate(self, measure):
        return self._evaluate_entered(measure) if measure.standing else super()._evaluate(measure)

    def _evaluate_entered(self, measure):
        """Write a result of those who entered in the next half-year that is over."""
        uplift = self._statistics()
        measure.lock_for_update()
        measure.invalidate_recordset(["standing_due", "standing_text"])
        if not measure.standing_due:
            raise UserError(measure.standing_text or self.env._("The rule does not run."))
        entered = self._entered(measure)
        day = timedelta(days=1)
        window = Window(entered.since + day, entered.until + day, measure.standing_days)
        result = self._compare(
            measure, uplift, window, CONFIDENCE, final=True, entered_from=entered.since, entered_until=entered.until
        )
        self.env["crm.measure.library.engine"]._refresh(measure.company_id)
        measure.invalidate_recordset(["standing_due", "standing_text"])
        if result.verdict == "harms" and measure.user_id:
            measure.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=measure.user_id.id,
                summary=measure.with_context(lang=measure.user_id.lang).env._("This standing rule does harm: drop it?"),
            )
        return result

    def _entered(self, measure):
        """Return whom to compare next."""
        last = measure.result_ids[:1].entered_until
        since = last + timedelta(days=1) if last else measure.date_start
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT make_date(extract(year FROM d.day)::int, h.month, CASE h.month WHEN 6 THEN 30 ELSE 31 END) AS until,
                       count(*) FILTER (WHERE d.arm = 'control'), count(*) FILTER (WHERE d.arm = 'treated')
                  FROM (SELECT p.arm, %(day)s AS day FROM crm_measure_participant p
                         WHERE p.measure_id = %(measure)s AND p.arm IS NOT NULL AND p.partner_id IS NOT NULL) d
                 CROSS JOIN LATERAL (SELECT CASE WHEN extract(month FROM d.day) <= 6 THEN 6 ELSE 12 END AS month) h
                 WHERE d.day >= %(since)s GROUP BY 1 ORDER BY 1
                """,
                day=self._entry_day(measure),
                measure=measure.id,
                since=since,
            )
        )
        control = treated = 0
        for until, left_out, reached in rows:
            control, treated = control + left_out, treated + reached
            if control >= FEWEST_CONTROL and treated >= FEWEST_CONTROL:
                return Entered(since, until, until + timedelta(days=measure.standing_days + 1), control)
        return Entered(since, None, None, control)

    def _entry_day(self, measure):
        return self.env["crm.value.lines"]._day(SQL("p.create_date"), measure.company_id)

    def _participants(self, measure, window):
        """Of a standing rule those who entered the day before theirs begins: what made them enter does not count."""
        if not measure.standing:
            return super()._participants(measure, window)
        day = self._entry_day(measure)
        return SQL(
            """
            SELECT p.partner_id, %(day)s + 1 AS start FROM crm_measure_participant p
             WHERE p.measure_id = %(measure)s AND p.arm IS NOT NULL AND p.partner_id IS NOT NULL
               AND %(day)s + 1 BETWEEN %(first)s AND %(last)s
            """,
            day=day,
            measure=measure.id,
            first=window.first,
            last=window.last,
        )

    def _cost(self, measure):
        """Of a standing rule the part of its cost that falls to the customers reached among those compared."""
        cost = super()._cost(measure)
        if not measure.standing:
            return cost
        [[reached]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM crm_measure_participant p JOIN crm_measure_now n ON n.partner_id = p.partner_id
                 WHERE p.measure_id = %s AND p.treated_on IS NOT NULL
                """,
                measure.id,
            )
        )
        return measure.currency_id.round(cost * reached / measure.reached_count) if measure.reached_count else cost
