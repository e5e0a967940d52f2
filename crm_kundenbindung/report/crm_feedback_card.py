from odoo import api, fields, models
from odoo.tools import SQL

from ..stats import nps
from .crm_feedback_report import MEASURED

ORDER = ("nps", "csat", "smiley", "ces", "price", "trust")


class CrmFeedbackCard(models.Model):
    """What customers say on one card per measure: the figure of the last 12 months, its interval, and how many answered.

    Counts come from the report's rows; the intervals from `stats.nps`. With fewer answers than the company asks for there
    is no figure.
    """

    _name = "crm.feedback.card"
    _description = "Satisfaction at a Glance"
    _auto = False
    _order = "company_id, sequence"
    _rec_name = "measure"

    measure = fields.Selection(MEASURED, "What It Measures", readonly=True)
    sequence = fields.Integer(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    answers = fields.Integer("Number of Answers", readonly=True)
    high_count = fields.Integer("Promoters or Happy", readonly=True)
    low_count = fields.Integer("Detractors or Unhappy", readonly=True)
    middle_count = fields.Integer("In Between", compute="_compute_figure")
    score_sum = fields.Float(readonly=True)
    answers_before = fields.Integer("Answers a Year Earlier", readonly=True)
    high_before = fields.Integer("Promoters a Year Earlier", readonly=True)
    low_before = fields.Integer("Detractors a Year Earlier", readonly=True)
    sum_before = fields.Float("Scores a Year Earlier", readonly=True)
    enough = fields.Boolean(compute="_compute_figure")
    value = fields.Float(compute="_compute_figure", digits=(6, 1))
    low = fields.Float("Lower Bound", compute="_compute_figure", digits=(6, 1))
    high = fields.Float("Upper Bound", compute="_compute_figure", digits=(6, 1))
    figure = fields.Char(compute="_compute_figure")
    interval = fields.Char("95 % Interval", compute="_compute_figure")
    parts = fields.Char(compute="_compute_figure")
    before = fields.Char("A Year Earlier", compute="_compute_figure")
    minimum = fields.Integer("Answers Needed", compute="_compute_figure")

    _depends = {
        "crm.feedback.answer": ["kind", "score", "answered_on"],
        "crm.feedback.request": ["state", "satisfaction", "answered_on"],
        "crm.touchpoint": ["satisfaction", "date"],
    }

    @property
    def _table_query(self):
        """One row per root company and measure; customers' words only."""
        rows = self.env["crm.feedback.report"]._table_query
        now = fields.Datetime.now()
        this, before = (
            SQL("r.date > %s::timestamp - interval '12 months'", now),
            SQL("r.date <= %s::timestamp - interval '12 months'", now),
        )
        high = SQL(
            "CASE r.measure WHEN 'smiley' THEN r.satisfaction = 'good' WHEN 'nps' THEN r.score >= 9"
            " WHEN 'ces' THEN r.score >= 5 ELSE r.score >= 4 END"
        )
        low = SQL(
            "CASE r.measure WHEN 'smiley' THEN r.satisfaction = 'bad' WHEN 'nps' THEN r.score <= 6"
            " WHEN 'ces' THEN r.score <= 3 ELSE r.score <= 2 END"
        )
        return SQL(
            """
            SELECT root.id * 10 + array_position(%(order)s::varchar[], m.measure) AS id, m.measure, root.id AS company_id,
                   array_position(%(order)s::varchar[], m.measure) AS sequence,
                   count(r.id) FILTER (WHERE %(this)s) AS answers, count(r.id) FILTER (WHERE %(this)s AND %(high)s) AS high_count,
                   count(r.id) FILTER (WHERE %(this)s AND %(low)s) AS low_count,
                   COALESCE(sum(r.score) FILTER (WHERE %(this)s), 0) AS score_sum,
                   count(r.id) FILTER (WHERE %(before)s) AS answers_before,
                   count(r.id) FILTER (WHERE %(before)s AND %(high)s) AS high_before,
                   count(r.id) FILTER (WHERE %(before)s AND %(low)s) AS low_before,
                   COALESCE(sum(r.score) FILTER (WHERE %(before)s), 0) AS sum_before
              FROM res_company root
              JOIN res_company branch ON branch.parent_path LIKE root.parent_path || '%%'
        CROSS JOIN (SELECT unnest(%(order)s::varchar[]) AS measure) m
         LEFT JOIN (%(rows)s) r ON r.company_id = branch.id AND r.measure = m.measure AND r.audience = 'customer'
               AND r.date > %(now)s::timestamp - interval '24 months'
             WHERE root.parent_id IS NULL
             GROUP BY root.id, m.measure
            """,
            order=list(ORDER),
            this=this,
            before=before,
            high=high,
            low=low,
            rows=rows,
            now=now,
        )

    @api.depends("answers", "high_count", "low_count", "score_sum")
    @api.depends_context("lang")
    def _compute_figure(self):
        for card in self:
            card.minimum = card.company_id.sudo().kundenbindung_feedback_minimum
            estimate, mean = card._estimate(card.answers, card.high_count, card.low_count, card.score_sum)
            earlier = card._estimate(card.answers_before, card.high_before, card.low_before, card.sum_before)
            card.enough = card.answers >= card.minimum
            card.value, card.low, card.high = (estimate.value, estimate.low, estimate.high) if estimate else (0, 0, 0)
            card.middle_count = card.answers - card.high_count - card.low_count
            card.figure = card._worded(estimate, mean) if card.enough else self.env._("too few answers")
            card.interval = (
                self.env._("between %(low)s and %(high)s", low=card._bound(card.low), high=card._bound(card.high))
                if card.enough
                else self.env._("%s answers are needed", card.minimum)
            )
            card.before = (
                self.env._(
                    "%(figure)s a year earlier (%(count)s answers)",
                    figure=card._worded(*earlier),
                    count=card.answers_before,
                )
                if card.answers_before >= card.minimum
                else False
            )
            names = card._part_names()
            counts = (card.high_count, card.middle_count, card.low_count)
            card.parts = " · ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True))

    def _estimate(self, answers, high, low, score_sum):
        """Return (estimate, mean score): the net share for the NPS, else the share of the upper scores."""
        if self.measure == "nps":
            return nps.net_promoter_score(high, low, answers), None
        mean = score_sum / answers if answers and self.measure == "ces" else None
        return nps.share(high, answers), mean

    def _worded(self, estimate, mean):
        text = self._bound(estimate.value)
        if mean is not None:
            text = self.env._("%(share)s (mean %(mean)s of 7)", share=text, mean=self._number(mean, 1))
        return text

    def _bound(self, value):
        return f"{self._number(value, 0, signed=True)}" if self.measure == "nps" else f"{self._number(value, 0)} %"

    def _number(self, value, digits, signed=False):
        text = self.env["ir.qweb.field.float"].value_to_html(abs(value), {"precision": digits})
        sign = "−" if value < 0 and float(f"{abs(value):.{digits}f}") else "+" if signed and value >= 0.5 else ""
        return f"{sign}{text}"

    def _part_names(self):
        _ = self.env._
        if self.measure == "nps":
            return _("promoters"), _("passives"), _("detractors")
        if self.measure == "ces":
            return _("easy"), _("neither"), _("hard")
        return _("satisfied"), _("in between"), _("dissatisfied")

    def action_open_answers(self):
        """The answers behind the card, of the last 12 months."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_feedback_report_action")
        labels = dict(self._fields["measure"]._description_selection(self.env))
        return dict(
            action,
            views=[(False, "list"), (False, "graph"), (False, "pivot")],
            domain=[
                ("measure", "=", self.measure),
                ("audience", "=", "customer"),
                ("company_id", "child_of", self.company_id.id),
                ("date", ">", "now -12m"),
            ],
            context={},
            display_name=labels[self.measure],
        )
