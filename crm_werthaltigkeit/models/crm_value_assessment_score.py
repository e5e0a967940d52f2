from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

ANSWERS = [(str(score), str(score)) for score in range(11)]
# what people say; everything else of a row is made with it
OWN_FIELDS = {"answer", "evidence"}


class CrmValueAssessmentScore(models.Model):
    """What one person says to one question about one aspect, and what speaks for it.

    The rows of a person are made when the person joins: an empty answer is "not answered", not 0.
    """

    _name = "crm.value.assessment.score"
    _description = "Score of a Value Assessment"
    _order = "assessment_id desc, question_sequence, question_id, aspect_sequence, aspect_id, user_id, id"
    _rec_name = "question_id"

    assessment_id = fields.Many2one(
        "crm.value.assessment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    question_id = fields.Many2one("crm.value.question", required=True, readonly=True, index=True, ondelete="restrict")
    question_sequence = fields.Integer(
        "Order of the Question", related="question_id.sequence", store=True, aggregator=None
    )
    aspect_id = fields.Many2one("crm.value.aspect", required=True, readonly=True, index=True, ondelete="restrict")
    aspect_sequence = fields.Integer("Order of the Aspect", related="aspect_id.sequence", store=True, aggregator=None)
    weight = fields.Float(readonly=True, default=1.0, required=True, aggregator=None, help="Weight of the aspect.")
    user_id = fields.Many2one("res.users", "Person", required=True, readonly=True, index=True, ondelete="restrict")
    answer = fields.Selection(ANSWERS, help="0 to 10; empty: not answered.")
    evidence = fields.Char(help="What speaks for this score: a figure, a case, what a customer said.")
    answered = fields.Boolean(compute="_compute_score", store=True)
    score = fields.Integer(
        compute="_compute_score", store=True, aggregator="avg", help="0 to 10; only answered rows count in means."
    )
    without_evidence = fields.Boolean(compute="_compute_without_evidence", store=True)
    state = fields.Selection(related="assessment_id.state", string="State of the Assessment", store=True)
    date = fields.Date(related="assessment_id.date", store=True)
    company_id = fields.Many2one(related="assessment_id.company_id", store=True)

    _row_uniq = models.Constraint(
        "UNIQUE(assessment_id, user_id, question_id, aspect_id)",
        "A person scores each question and aspect of an assessment once.",
    )

    @api.depends("answer")
    def _compute_score(self):
        for row in self:
            row.answered = bool(row.answer)
            row.score = int(row.answer or 0)

    @api.depends("answer", "evidence")
    def _compute_without_evidence(self):
        for row in self:
            row.without_evidence = bool(row.answer) and not (row.evidence or "").strip()

    @api.depends("question_id", "aspect_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.question_id.name} · {row.aspect_id.name}"

    def _read_group_select(self, aggregate_spec, query):
        """The mean of scores is the mean of what was answered: a missing answer is not 0."""
        if aggregate_spec == "score:avg":
            return SQL(
                "AVG(%s) FILTER (WHERE %s)",
                self._field_to_sql(self._table, "score", query),
                self._field_to_sql(self._table, "answered", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    # -- who may change what --------------------------------------------------------------------

    def _internal(self):
        """Mark a change that the assessment itself makes; RPC cannot forge the object in the context."""
        return self.with_context(assessment_token=TOKEN)

    def _is_internal(self):
        return self.env.context.get("assessment_token") is TOKEN

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_internal():
            raise AccessError(self.env._("The rows of a person are made when the person joins the assessment."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_internal():
            if not vals.keys() <= OWN_FIELDS:
                raise AccessError(self.env._("Of a score only the answer and its evidence can be changed."))
            if any(row.user_id != self.env.user for row in self.sudo()):
                raise AccessError(self.env._("Everybody scores for themselves: these are the scores of somebody else."))
            self.assessment_id._check_open()
        result = super().write(vals)
        if "answer" in vals:
            self.assessment_id._begin()
            self.assessment_id._settle_invitations()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_internal(self):
        if not self._is_internal():
            raise AccessError(self.env._("Scores stay as long as their assessment; take an answer back instead."))


TOKEN = object()
