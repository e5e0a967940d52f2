from odoo import api, fields, models

# what a question measures: its name and the ends of its scale
MEASURES = {
    "csat": ("Satisfaction (CSAT)", 1, 5),
    "nps": ("Recommendation (NPS)", 0, 10),
    "ces": ("Effort (CES)", 1, 7),
    "price": ("Price and Performance", 1, 5),
    "trust": ("Trust", 1, 5),
}
KINDS = [(kind, measure[0]) for kind, measure in MEASURES.items()]
AUDIENCES = [("customer", "Customers"), ("employee", "Employees")]


class CrmFeedbackAnswer(models.Model):
    """One score of one answered survey question; written by `crm.feedback.answer.engine` alone.

    Scores of employees carry no person.
    """

    _name = "crm.feedback.answer"
    _description = "Answer to a Survey"
    _order = "answered_on desc, id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, "What It Measures", readonly=True, required=True, index=True)
    audience = fields.Selection(AUDIENCES, "Answered By", readonly=True, required=True, default="customer")
    score = fields.Float(readonly=True, required=True, aggregator="avg", digits=(4, 1))
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, ondelete="set null", index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    answered_on = fields.Datetime(readonly=True, required=True, index=True)
    request_id = fields.Many2one("crm.feedback.request", readonly=True, ondelete="set null", index="btree_not_null")
    touchpoint_id = fields.Many2one("crm.touchpoint", readonly=True, ondelete="set null", index="btree_not_null")
    channel_id = fields.Many2one("crm.touchpoint.channel", readonly=True, ondelete="set null")
    delay_days = fields.Integer(
        "Days Until the Answer", readonly=True, aggregator="avg", help="From the touchpoint asked about to the answer."
    )
    has_delay = fields.Boolean(readonly=True)
    cause_id = fields.Many2one("crm.touchpoint.reason", readonly=True, ondelete="set null")
    survey_id = fields.Many2one("survey.survey", readonly=True, ondelete="set null")
    question_id = fields.Many2one("survey.question", readonly=True, ondelete="set null")
    user_input_id = fields.Many2one(
        "survey.user_input", "Filled In Survey", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _once = models.UniqueIndex(
        "(user_input_id, question_id) WHERE user_input_id IS NOT NULL AND question_id IS NOT NULL"
    )

    @api.depends("kind", "score")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for answer in self:
            answer.display_name = f"{labels.get(answer.kind, '')}: {answer.score:g}"

    def action_open_request(self):
        """The request with the answer, else the customer."""
        self.ensure_one()
        record = self.request_id or self.commercial_partner_id
        return record.get_formview_action()
