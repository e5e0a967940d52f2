from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

ANSWERS = [(str(score), str(score)) for score in range(11)]
OWN_FIELDS = {"answer", "reason"}  # what people say; everything else of a row is made with it
TOKEN = object()  # marks rows the analysis itself makes; RPC cannot forge an object


class CrmUtilityScore(models.Model):
    """How well one option meets one criterion, as one person sees it, and why. Empty is "not scored", not 0."""

    _name = "crm.utility.score"
    _description = "Score of a Utility Analysis"
    _order = "analysis_id desc, criterion_sequence, criterion_id, option_sequence, option_id, user_id, id"
    _rec_name = "option_id"

    analysis_id = fields.Many2one("crm.utility.analysis", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="analysis_id.company_id", store=True)
    option_id = fields.Many2one("crm.utility.option", required=True, readonly=True, ondelete="cascade", index=True)
    option_sequence = fields.Integer("Order of the Option", related="option_id.sequence", store=True, aggregator=None)
    criterion_id = fields.Many2one(
        "crm.utility.criterion", required=True, readonly=True, ondelete="cascade", index=True,
        context={"utility_criterion_short": True},
    )  # fmt: skip
    criterion_sequence = fields.Integer(
        "Order of the Criterion", related="criterion_id.sequence", store=True, aggregator=None
    )
    user_id = fields.Many2one("res.users", "Person", required=True, readonly=True, ondelete="restrict", index=True)
    answer = fields.Selection(ANSWERS, help="0 to 10; empty: not scored.")
    reason = fields.Char(help="What speaks for this score.")
    answered = fields.Boolean(compute="_compute_score", store=True)
    score = fields.Integer(
        compute="_compute_score", store=True, aggregator="avg", help="0 to 10; only given scores count."
    )

    _row_uniq = models.Constraint(
        "UNIQUE(option_id, criterion_id, user_id)", "A person scores each option and criterion once."
    )

    @api.depends("answer")
    def _compute_score(self):
        for row in self:
            row.answered = bool(row.answer)
            row.score = int(row.answer or 0)

    def _read_group_select(self, aggregate_spec, query):
        """The mean of scores is the mean of what was given: a missing score is not 0."""
        if aggregate_spec == "score:avg":
            return SQL(
                "AVG(%s) FILTER (WHERE %s)",
                self._field_to_sql(self._table, "score", query),
                self._field_to_sql(self._table, "answered", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def _internal(self):
        return self.with_context(utility_token=TOKEN)

    def _is_internal(self):
        return self.env.context.get("utility_token") is TOKEN

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and not self._is_internal():
            raise AccessError(self.env._("The rows of a person are made when the person joins the analysis."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_internal() and self:
            if not vals.keys() <= OWN_FIELDS:
                raise AccessError(self.env._("Of a score only the number and its reason can be changed."))
            if any(row.user_id != self.env.user for row in self.sudo()):
                raise AccessError(self.env._("Everybody scores for themselves: these are the scores of somebody else."))
            self.analysis_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_internal(self):
        if self and not self._is_internal():
            raise AccessError(self.env._("Scores stay as long as their analysis; take a number back instead."))
