from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from .crm_measure import TARGETS, TOKEN, VERDICTS
from .crm_measure_step import PERCENT

ICONS = {"works": "fa-check-circle text-success", "harms": "fa-times-circle text-danger"}


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
    page = fields.Html(compute="_compute_words", sanitize=False)

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
            sentences = result._sentences()
            result.words = " ".join(sentences)
            result.page = result._page(sentences)

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
        """The page of a result: both arms as bars, the sentences, cost and return."""
        labels = dict(self._fields["verdict"]._description_selection(self.env))
        before = self.method == "before_after"
        names = (self.env._("now"), self.env._("before")) if before else (self.env._("treated"), self.env._("control"))
        top = max(self.treated_value, self.control_value, 0) or 1
        row = Markup(
            "<tr><td class='text-nowrap'>%s</td><td class='text-end text-nowrap'>%s</td><td class='w-50'>"
            "<div class='progress' role='img' aria-label='%s'><div class='progress-bar %s' style='width: %d%%'></div></div></td></tr>"
        )
        arms = (
            (names[0], self.treated_count, self.treated_value, "bg-primary"),
            (names[1], self.treated_count if before else self.control_count, self.control_value, "bg-secondary"),
        )
        rows = Markup().join(
            row % (f"{name} {count}", self._figure(value), self._figure(value), colour, max(0, 100 * value / top))
            for name, count, value, colour in arms
        )
        return Markup(
            "<p class='fs-5 mb-1'><i class='fa %s me-1' aria-hidden='true'></i><strong>%s</strong>"
            " <span class='text-muted'>%s</span></p><table class='table table-sm mb-2'><tbody>%s</tbody></table>%s<p class='text-muted mb-0'>%s</p>"
        ) % (
            ICONS.get(self.verdict, "fa-question-circle text-muted"),
            labels[self.verdict],
            format_date(self.env, self.date),
            rows,
            Markup().join(Markup("<p class='mb-1'>%s</p>") % sentence for sentence in sentences),
            " · ".join(self._money_words()),
        )

    def action_view_measure(self):
        self.ensure_one()
        return self.measure_id.get_formview_action()
