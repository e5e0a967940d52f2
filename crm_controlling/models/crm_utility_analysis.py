from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .crm_utility_score import TOKEN

USER_GROUP = "crm_controlling.group_controlling_user"
MANAGER_GROUP = "crm_controlling.group_controlling_manager"
# what a decision rests on; it stays as it was once it is taken
BASIS_FIELDS = {
    "participant_ids",
    "option_ids",
    "criterion_ids",
    "comparison_ids",
    "score_ids",
    "company_id",
    "chosen_id",
    "decision",
}


class CrmUtilityAnalysis(models.Model):
    """Options against weighted criteria, scored by several people: which is the best, and how firm is that.

    The result is computed from the scores whenever somebody looks (see `crm.utility.result`).
    """

    _name = "crm.utility.analysis"
    _description = "Utility Analysis"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.root.company.mixin"]
    _order = "state, id desc"

    name = fields.Char("Title", required=True, tracking=True)
    active = fields.Boolean(default=True)
    question = fields.Text("What Is to Be Decided")
    state = fields.Selection(
        [("open", "Being scored"), ("decided", "Decided")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
    )
    participant_ids = fields.Many2many(
        "res.users",
        string="Scored By",
        default=lambda self: self.env.user,
        context={"active_test": False},
        domain=lambda self: [("share", "=", False), ("all_group_ids", "in", self.env.ref(USER_GROUP).id)],
        help="Each scores on their own; the mean per option and criterion counts.",
    )
    option_ids = fields.One2many("crm.utility.option", "analysis_id", "Options", copy=True)
    criterion_ids = fields.One2many("crm.utility.criterion", "analysis_id", "Criteria", copy=True)
    comparison_ids = fields.One2many("crm.utility.comparison", "analysis_id", "Comparisons")
    score_ids = fields.One2many("crm.utility.score", "analysis_id", "Scores", readonly=True)
    option_count = fields.Integer("Number of Options", compute="_compute_counts")
    score_count = fields.Integer("Scores Given", compute="_compute_counts")
    weight_sum = fields.Float("Sum of Weights", compute="_compute_weight_sum", digits=(6, 1))
    joined = fields.Boolean("I Score", compute="_compute_joined")
    result = fields.Json("Ranks and Scores", compute="_compute_result")
    words = fields.Char("Result", compute="_compute_result")
    comparison_words = fields.Text("How Well the Comparisons Agree", compute="_compute_comparison_words")
    chosen_id = fields.Many2one(
        "crm.utility.option",
        "Decided For",
        copy=False,
        ondelete="restrict",
        domain="[('analysis_id', '=', id)]",
        index="btree_not_null",
        tracking=True,
    )
    decision = fields.Text("Why This Option", copy=False, help="Needed where another option than the first is chosen.")
    decided_on = fields.Date(readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")

    @api.depends("option_ids", "score_ids.answer")
    def _compute_counts(self):
        for analysis in self:
            analysis.option_count = len(analysis.option_ids)
            analysis.score_count = len(analysis.score_ids.filtered("answer"))

    @api.depends("criterion_ids.weight")
    def _compute_weight_sum(self):
        for analysis in self:
            analysis.weight_sum = sum(analysis.criterion_ids.mapped("weight"))

    @api.depends("participant_ids")
    @api.depends_context("uid")
    def _compute_joined(self):
        for analysis in self:
            analysis.joined = self.env.user in analysis.participant_ids

    @api.depends(
        "score_ids.answer", "criterion_ids.weight", "criterion_ids.knockout", "criterion_ids.minimum", "option_ids.name"
    )
    @api.depends_context("lang")
    def _compute_result(self):
        for analysis in self:
            analysis.result = self.env["crm.utility.result"]._page(analysis)
            analysis.words = analysis.result["sentence"]

    @api.depends("comparison_ids.preference", "criterion_ids")
    @api.depends_context("lang")
    def _compute_comparison_words(self):
        for analysis in self:
            analysis.comparison_words = analysis.comparison_ids._words() if analysis.comparison_ids else False

    # -- the rows people fill in --------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        analyses = super().create(vals_list)
        analyses._sync_scores()
        return analyses

    def write(self, vals):
        if BASIS_FIELDS & vals.keys():
            self._check_open()
        result = super().write(vals)
        if BASIS_FIELDS & vals.keys():
            self._sync_scores()
        return result

    def _check_open(self):
        if any(analysis.state == "decided" for analysis in self.sudo()):
            raise UserError(
                self.env._("The decision is taken: options, criteria, weights and scores stay as they are.")
            )

    def _sync_scores(self):
        """Give each participant a row per option and criterion; who scored and left keeps their scores."""
        for analysis in self.sudo():
            rows = analysis.score_ids
            there = {(row.user_id, row.option_id, row.criterion_id) for row in rows}
            wanted = {
                (user, option, criterion)
                for user in analysis.participant_ids
                for option in analysis.option_ids
                for criterion in analysis.criterion_ids
            }
            rows.filtered(
                lambda row, users=analysis.participant_ids: row.user_id not in users and not row.answer
            )._internal().unlink()
            rows._internal().create(
                [
                    {
                        "analysis_id": analysis.id,
                        "user_id": user.id,
                        "option_id": option.id,
                        "criterion_id": criterion.id,
                    }
                    for user, option, criterion in sorted(wanted - there, key=lambda key: tuple(r.id for r in key))
                ]
            )

    @api.readonly
    def get_sheet(self):
        """Return the criteria with one row per option of the person who asks, to be scored.

        :return: {"editable", "criteria": [{"id", "name", "description", "weight", "minimum" or False,
            "rows": [{"id", "option", "description", "answer", "reason"}]}]}
        """
        self.ensure_one()
        self.check_access("read")
        rows = self.score_ids.filtered(lambda row: row.user_id == self.env.user)
        shares = self.env["crm.utility.result"]._shares(self)
        return {
            "editable": self.state == "open" and self.env.user in self.participant_ids,
            "criteria": [
                {
                    "id": criterion.id,
                    "name": criterion.name,
                    "description": criterion.description or "",
                    "share": shares[criterion],
                    "minimum": criterion.minimum if criterion.knockout else False,
                    "rows": [
                        {
                            "id": row.id,
                            "option": row.option_id.name,
                            "description": row.option_id.description or "",
                            "answer": row.answer,
                            "reason": row.reason or "",
                        }
                        for row in rows.filtered(lambda row, criterion=criterion: row.criterion_id == criterion).sorted(
                            lambda row: (row.option_id.sequence, row.option_id.id)
                        )
                    ],
                }
                for criterion in self.criterion_ids
            ],
        }

    # -- steps --------------------------------------------------------------------------------------

    def action_compare(self):
        """Make the pairs of criteria that are not there yet, to be compared."""
        self.check_access("write")
        self._check_open()
        for analysis in self:
            ids = analysis.criterion_ids.sorted(lambda c: (c.sequence, c.id)).ids
            there = {frozenset((c.first_id.id, c.second_id.id)) for c in analysis.comparison_ids}
            analysis.comparison_ids = [
                Command.create({"first_id": first, "second_id": second})
                for position, first in enumerate(ids)
                for second in ids[position + 1 :]
                if {first, second} not in there
            ]

    def action_take_weights(self):
        """Write the weights that the comparisons say."""
        self.check_access("write")
        self._check_open()
        for analysis in self:
            analysis.comparison_ids._take_weights()

    def action_decide(self):
        """Fix the decision: the chosen option, or the winner if nobody chose; another than the winner needs a reason."""
        self.check_access("write")
        for analysis in self:
            winners = analysis.result["winners"]
            if not analysis.chosen_id and len(winners) == 1:
                analysis.chosen_id = winners[0]
            if not analysis.chosen_id:
                raise UserError(self.env._("Choose the option you decide for: the result alone names no single one."))
            if analysis.chosen_id.analysis_id != analysis:
                raise UserError(self.env._("The chosen option belongs to another analysis."))
            if (analysis.chosen_id.id not in winners or len(winners) > 1) and not (analysis.decision or "").strip():
                raise UserError(self.env._("Say why you decide for an option that is not the only first."))
            analysis.write(
                {
                    "state": "decided",
                    "decided_on": analysis.company_id._werthaltigkeit_today(),
                    "decided_by_id": self.env.uid,
                }
            )

    def action_reopen(self):
        self.check_access("write")
        self.write({"state": "open", "decided_on": False, "decided_by_id": False})

    def action_open_scores(self):
        """Open the scores behind the result."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scores"),
            "res_model": "crm.utility.score",
            "views": [(False, "list"), (False, "pivot")],
            "domain": [("analysis_id", "=", self.id)],
            "context": {"search_default_answered": 1},
        }

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", analysis.name))
            for analysis, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(analysis.state == "decided" for analysis in self.sudo()):
            raise UserError(self.env._("A decision that was taken is archived, not deleted."))
        self.sudo().score_ids.with_context(utility_token=TOKEN).unlink()
