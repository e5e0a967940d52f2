from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from .crm_measure_terms import PERCENT, TARGETS, TOKEN, VERDICTS


class CrmMeasureResult(models.Model):
    """What an evaluation of a measure found; a row is never changed, a later evaluation is a new one."""

    _name = "crm.measure.result"
    _description = "Result of a Measure"
    _order = "id desc"
    _rec_name = "measure_id"

    measure_id = fields.Many2one("crm.measure", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    instrument_id = fields.Many2one("crm.measure.instrument", required=True, readonly=True, ondelete="restrict", index=True)  # fmt: skip
    group_id = fields.Many2one("crm.customer.group", required=True, readonly=True, ondelete="restrict", index=True)
    target = fields.Selection(TARGETS, "Indicator", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    entered_from = fields.Date(readonly=True, help="Of a standing rule: whoever entered from this day on is compared.")
    entered_until = fields.Date(readonly=True)
    final = fields.Boolean(readonly=True, help="After the end of the measure; otherwise an interim look.")
    method = fields.Selection(
        [
            ("newcombe", "Rates (Newcombe)"),
            ("welch", "Means (Welch)"),
            ("ancova", "Means adjusted for the time before (HC3)"),
            ("before_after", "Before and after"),
        ],
        required=True,
        readonly=True,
    )
    confidence = fields.Float(readonly=True, aggregator=None)
    treated_count = fields.Integer("Treated", readonly=True)
    control_count = fields.Integer("Control", readonly=True)
    treated_value = fields.Float("Value of Treated", readonly=True, aggregator=None)
    control_value = fields.Float("Value of Control", readonly=True, aggregator=None, help="Without a control group: before.")  # fmt: skip
    treated_low = fields.Float("Treated From", readonly=True, aggregator=None)
    treated_high = fields.Float("Treated To", readonly=True, aggregator=None)
    control_low = fields.Float("Control From", readonly=True, aggregator=None)
    control_high = fields.Float("Control To", readonly=True, aggregator=None)
    course = fields.Json("Course of Both Arms", readonly=True, help="How the outcome added up, with intervals.")
    difference = fields.Float(readonly=True, aggregator=None)
    bounded = fields.Boolean("Has an Interval", readonly=True)
    low = fields.Float("From", readonly=True, aggregator=None)
    high = fields.Float("To", readonly=True, aggregator=None)
    error = fields.Float("Standard Error", readonly=True, aggregator=None)
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    cost = fields.Monetary(readonly=True)
    margin_known = fields.Boolean("CM II Known", readonly=True)
    margin = fields.Monetary("Additional CM II", readonly=True, help="Of all treated customers together.")
    margin_low = fields.Monetary("Additional CM II From", readonly=True)
    margin_high = fields.Monetary("Additional CM II To", readonly=True)
    gain = fields.Monetary("Return", readonly=True, help="Additional CM II less the cost of the measure.")
    needed_count = fields.Integer(
        readonly=True, aggregator=None, help="Customers per arm to prove the effect hoped for."
    )
    words = fields.Text("In Words", compute="_compute_words")
    page = fields.Json("Result Page", compute="_compute_words", help="What the screen shows of the result.")

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get("measure_token") is not TOKEN:
            raise AccessError(self.env._("Results are written by the evaluation alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("A result cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_result(self):
        raise AccessError(self.env._("A result cannot be deleted."))

    # -- in words ---------------------------------------------------------------------------------

    @api.depends("measure_id", "verdict")
    @api.depends_context("lang")
    def _compute_words(self):
        for result in self:
            sentences, entered = result._sentences(), result._entered_words()
            result.words = " ".join(entered + sentences)
            drawn = result.bounded and result.method != "before_after"  # the difference is drawn, not told again
            result.page = result._page(entered + (sentences[:1] + sentences[2:] if drawn else sentences))

    def _entered_words(self):
        """Of a standing rule: who is compared."""
        if not self.entered_from:
            return []
        return [
            self.env._(
                "Who entered from %(since)s to %(until)s, each over %(days)s days.",
                since=format_date(self.env, self.entered_from),
                until=format_date(self.env, self.entered_until),
                days=self.measure_id.standing_days,
            )
        ]

    def _figure(self, value, difference=False):
        return self.measure_id._figure_of(self.target, value, difference)

    def _sentences(self):
        """Tell what was found, in the words of somebody who never heard of intervals."""
        _ = self.env._
        if self.method == "before_after":
            return [
                _(
                    "Before: %(before)s, now: %(now)s. There is no control group, so this is no proof: it might have happened anyway.",
                    before=self._figure(self.control_value),
                    now=self._figure(self.treated_value),
                )
            ]
        if self.target in PERCENT:
            told = [
                _(
                    "%(hits)s of %(count)s came again; without the measure it would have been %(anyway)s.",
                    hits=round(self.treated_value * self.treated_count),
                    count=self.treated_count,
                    anyway=round((self.treated_value - self.difference) * self.treated_count),
                )
            ]
        else:
            told = [
                _(
                    "%(treated)s per treated customer, %(control)s in the control group.",
                    treated=self._figure(self.treated_value),
                    control=self._figure(self.control_value),
                )
            ]
        if not self.bounded:
            return [*told, _("Nothing varies between the customers: nothing can be said.")]
        interval = {
            "difference": self._figure(self.difference, True),
            "low": self._figure(self.low, True),
            "high": self._figure(self.high, True),
        }
        told.append(_("Difference %(difference)s, between %(low)s and %(high)s.", **interval))
        if self.verdict == "open":
            told.append(_("Not demonstrable with this number of customers."))
            if self.needed_count:
                told.append(_("To prove the effect hoped for you would need about %s per arm.", self.needed_count))
        elif self.verdict == "works" and self.target in PERCENT:
            told.append(
                _(
                    "%(count)s additional customers, between %(low)s and %(high)s, at %(each)s for each.",
                    count=f"+{round(self.difference * self.treated_count)}",
                    low=f"{round(self.low * self.treated_count):+}",
                    high=f"{round(self.high * self.treated_count):+}",
                    each=self.currency_id.format(self.cost / (self.difference * self.treated_count)),
                )
            )
        if not self.final:
            told.append(_("An interim look, with stricter bounds; the measure goes on."))
        return told

    def _money_words(self):
        cost = self.env._("Cost %s", self.currency_id.format(self.cost))
        if not self.margin_known:
            return [cost, self.env._("additional CM II not known: too few costs or no control group")]
        amounts = {
            "amount": self.currency_id.format(self.margin),
            "low": self.currency_id.format(self.margin_low),
            "high": self.currency_id.format(self.margin_high),
        }
        return [
            cost,
            self.env._("additional CM II %(amount)s, between %(low)s and %(high)s", **amounts),
            self.env._("return %s", self.currency_id.format(self.gain)),
        ]

    def _page(self, sentences):
        """What the screen shows: both arms and their difference with intervals, the sentences, cost and return."""
        labels = dict(self._fields["verdict"]._description_selection(self.env))
        before = self.method == "before_after"
        names = (self.env._("now"), self.env._("before")) if before else (self.env._("treated"), self.env._("control"))
        arms = [
            self._arm(names[0], "treated", self.treated_count, self.treated_value, self.treated_low, self.treated_high),
            self._arm(
                names[1],
                "control",
                self.treated_count if before else self.control_count,
                self.control_value,
                self.control_low,
                self.control_high,
            ),
        ]
        difference = {
            "text": self._figure(self.difference, True),
            "bounded": self.bounded,
            "value": self.difference,
            "low": self.low,
            "high": self.high,
            "interval": self._interval(self.low, self.high, True) if self.bounded else "",
        }
        return {
            "measure_id": self.measure_id.id,
            "verdict": self.verdict,
            "label": labels[self.verdict],
            "date": format_date(self.env, self.date),
            "arms": arms,
            "difference": difference,
            "sentences": sentences,
            "money": self._money_words(),
            "confidence": self.confidence,
        }

    def _arm(self, name, code, count, value, low, high):
        """A row of the page; bounds that are both 0 were not computed."""
        told = self.env._("%s came again", round(value * count)) if self.target in PERCENT else ""
        return {
            "name": name,
            "code": code,
            "count": count,
            "told": told,
            "text": self._figure(value),
            "value": value,
            "low": low,
            "high": high,
            "bounded": bool(low or high),
            "interval": self._interval(low, high) if low or high else "",
        }

    def _interval(self, low, high, difference=False):
        return f"[{self.measure_id._number_of(self.target, low, difference)} … {self._figure(high, difference)}]"

    def action_view_measure(self):
        self.ensure_one()
        return self.measure_id.get_formview_action()
