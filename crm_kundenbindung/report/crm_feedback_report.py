from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_feedback_answer import AUDIENCES, KINDS

MEASURED = [("smiley", "Smiley"), *KINDS]
ORIGINS = [
    ("asked", "Asked by Mail"),
    ("survey", "Survey"),
    ("logged", "Other Smileys of the History"),
    ("heard", "Heard by Employees"),
]


class CrmFeedbackReport(models.Model):
    """Every score and smiley that customers and employees gave, one row each.

    Shares are kept as 0 or 100 per row (−100, 0, 100 for the NPS), empty where a row says nothing about them: their mean over
    any group of rows is the share of that group, never a mean of means.
    """

    _name = "crm.feedback.report"
    _description = "Satisfaction"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "measure"

    date = fields.Datetime("Answered On", readonly=True)
    measure = fields.Selection(MEASURED, "What It Measures", readonly=True)
    origin = fields.Selection(ORIGINS, "Where From", readonly=True)
    audience = fields.Selection(AUDIENCES, "Answered By", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    touchpoint_id = fields.Many2one("crm.touchpoint", readonly=True)
    kind_id = fields.Many2one("crm.touchpoint.kind", "Asked About", readonly=True)
    channel_id = fields.Many2one("crm.touchpoint.channel", readonly=True)
    user_id = fields.Many2one("res.users", "Our Person", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    cause_id = fields.Many2one("crm.touchpoint.reason", readonly=True)
    request_id = fields.Many2one("crm.feedback.request", readonly=True)
    answer_id = fields.Many2one("crm.feedback.answer", readonly=True)
    delay = fields.Selection(
        [("day", "Same Day"), ("week", "Within a Week"), ("month", "Within a Month"), ("later", "Later")],
        "Answered After",
        readonly=True,
    )
    delay_days = fields.Float("Days Until the Answer", readonly=True, aggregator="avg", digits=(6, 1))
    score = fields.Float(readonly=True, aggregator="avg", digits=(4, 1))
    answers = fields.Integer("Number of Answers", readonly=True)
    satisfaction = fields.Selection(
        [("bad", "Unhappy"), ("neutral", "Neutral"), ("good", "Happy")], readonly=True, help="Of smileys."
    )
    nps = fields.Float("NPS", readonly=True, aggregator="avg", digits=(6, 1), help="Promoters − detractors.")
    happy = fields.Float("Happy (%)", readonly=True, aggregator="avg", digits=(6, 1), help="Share of happy smileys.")
    satisfied = fields.Float(
        "Satisfied (%)", readonly=True, aggregator="avg", digits=(6, 1), help="Share of CSAT scores 4 and 5."
    )

    _depends = {
        "crm.feedback.answer": ["kind", "score", "answered_on", "cause_id"],
        "crm.feedback.request": ["state", "satisfaction", "answered_on", "cause_id"],
        "crm.touchpoint": ["satisfaction", "date", "reason_id", "user_id", "team_id"],
    }

    @property
    def _table_query(self):
        """Answers to surveys; smileys of requests; smileys that people noted with a touchpoint nobody asked about."""
        return SQL(
            "%s UNION ALL %s UNION ALL %s", self._select_answers(), self._select_requests(), self._select_touchpoints()
        )

    def _select_answers(self):
        return SQL("""
            SELECT a.id::int8 * 3 AS id, a.answered_on AS date, a.kind AS measure, 'survey' AS origin, a.audience,
                   a.company_id, a.partner_id, a.commercial_partner_id, a.touchpoint_id, t.kind_id, a.channel_id,
                   t.user_id, t.team_id, a.cause_id, a.request_id, a.id AS answer_id,
                   CASE WHEN NOT a.has_delay THEN NULL WHEN a.delay_days < 1 THEN 'day' WHEN a.delay_days <= 7 THEN 'week'
                        WHEN a.delay_days <= 31 THEN 'month' ELSE 'later' END AS delay,
                   CASE WHEN a.has_delay THEN a.delay_days END AS delay_days, a.score, NULL AS satisfaction,
                   CASE WHEN a.kind = 'nps' THEN CASE WHEN a.score >= 9 THEN 100 WHEN a.score <= 6 THEN -100 ELSE 0 END END AS nps,
                   NULL::int AS happy, CASE WHEN a.kind = 'csat' THEN CASE WHEN a.score >= 4 THEN 100 ELSE 0 END END AS satisfied,
                   1 AS answers
              FROM crm_feedback_answer a LEFT JOIN crm_touchpoint t ON t.id = a.touchpoint_id
        """)

    def _select_requests(self):
        return SQL("""
            SELECT r.id::int8 * 3 + 1, r.answered_on, 'smiley', 'asked', 'customer', r.company_id, r.partner_id,
                   r.commercial_partner_id, r.touchpoint_id, r.kind_id, r.channel_id, t.user_id, t.team_id,
                   COALESCE(r.cause_id, t.reason_id), r.id, NULL::int,
                   CASE WHEN r.touchpoint_date IS NULL THEN NULL
                        WHEN r.answered_on < r.touchpoint_date + interval '1 day' THEN 'day'
                        WHEN r.answered_on <= r.touchpoint_date + interval '7 days' THEN 'week'
                        WHEN r.answered_on <= r.touchpoint_date + interval '31 days' THEN 'month' ELSE 'later' END,
                   GREATEST(0, EXTRACT(EPOCH FROM r.answered_on - r.touchpoint_date) / 86400), NULL::float8, r.satisfaction,
                   NULL::int, CASE WHEN r.satisfaction = 'good' THEN 100 ELSE 0 END, NULL::int, 1
              FROM crm_feedback_request r LEFT JOIN crm_touchpoint t ON t.id = r.touchpoint_id
             WHERE r.state = 'answered' AND r.means = 'smiley'
        """)

    def _select_touchpoints(self):
        return SQL("""
            SELECT t.id::int8 * 3 + 2, t.date, 'smiley', CASE WHEN k.code = 'heard' THEN 'heard' ELSE 'logged' END,
                   CASE WHEN k.code = 'heard' THEN 'employee' ELSE 'customer' END, t.company_id, t.partner_id,
                   t.commercial_partner_id, t.id, t.kind_id, t.channel_id, t.user_id, t.team_id, t.reason_id, NULL::int,
                   NULL::int, NULL, NULL::float8, NULL::float8, t.satisfaction, NULL::int,
                   CASE WHEN t.satisfaction = 'good' THEN 100 ELSE 0 END, NULL::int, 1
              FROM crm_touchpoint t JOIN crm_touchpoint_kind k ON k.id = t.kind_id
             WHERE t.satisfaction IS NOT NULL
               AND NOT EXISTS (SELECT FROM crm_feedback_request r WHERE r.touchpoint_id = t.id AND r.state = 'answered')
               AND COALESCE(t.res_model, '') <> 'crm.feedback.request'
        """)

    def action_open(self):
        """The request, touchpoint or customer behind a row."""
        self.ensure_one()
        record = self.request_id or self.touchpoint_id or self.commercial_partner_id or self.answer_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
