from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

CHAPTERS = [
    ("situation", "Situation"),
    ("goals", "Goals"),
    ("strategy", "CRM Strategy"),
    ("measures", "Measures"),
    ("controlling", "Controlling"),
]
TOKEN = object()  # marks rows the concept itself makes; RPC cannot forge an object


class CrmConceptAgreement(models.Model):
    """Whether one person agrees with one chapter, said by that person alone; a changed chapter asks again."""

    _name = "crm.concept.agreement"
    _description = "Agreement With a Chapter"
    _order = "concept_id desc, user_id, position, id"
    _rec_name = "chapter"

    concept_id = fields.Many2one("crm.concept", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="concept_id.company_id", store=True)
    user_id = fields.Many2one("res.users", "Person", required=True, readonly=True, ondelete="restrict", index=True)
    chapter = fields.Selection(CHAPTERS, required=True, readonly=True)
    position = fields.Integer("Order of the Chapter", compute="_compute_position", store=True, aggregator=None)
    state = fields.Selection(
        [("open", "Asked"), ("agreed", "Agrees"), ("objected", "Objects")], default="open", required=True, readonly=True
    )
    changed = fields.Boolean(
        "Changed Since", readonly=True, help="The chapter was changed after the answer: asked again."
    )
    comment = fields.Char(help="What is missing, or what the person agrees to do.")
    answered_on = fields.Datetime(readonly=True)
    mine = fields.Boolean(compute="_compute_mine")

    _row_uniq = models.Constraint("UNIQUE(concept_id, user_id, chapter)", "A person is asked once about each chapter.")

    @api.depends("chapter")
    def _compute_position(self):
        order = [chapter for chapter, _label in CHAPTERS]
        for row in self:
            row.position = order.index(row.chapter) if row.chapter in order else 0

    @api.depends("user_id", "concept_id.state")
    @api.depends_context("uid")
    def _compute_mine(self):
        for row in self:
            row.mine = row.user_id == self.env.user and row.concept_id.state == "draft"

    def _internal(self):
        return self.with_context(concept_token=TOKEN)

    def _is_internal(self):
        return self.env.context.get("concept_token") is TOKEN

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and not self._is_internal():
            raise AccessError(self.env._("People are asked when they are named in the concept."))
        return super().create(vals_list)

    def write(self, vals):
        if self and not self._is_internal():
            if not vals.keys() <= {"comment"}:
                raise AccessError(self.env._("Of an answer only the comment is written by hand."))
            self._check_own()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_internal(self):
        if self and not self._is_internal():
            raise AccessError(self.env._("What people said about a concept stays."))

    def _check_own(self):
        if any(row.user_id != self.env.user for row in self.sudo()):
            raise AccessError(self.env._("Everybody answers for themselves."))
        self.concept_id._check_draft()

    def _answer(self, state):
        self.check_access("write")
        self._check_own()
        self._internal().write({"state": state, "changed": False, "answered_on": fields.Datetime.now()})

    def action_agree(self):
        self._answer("agreed")

    def action_object(self):
        if any(not (row.comment or "").strip() for row in self):
            raise UserError(self.env._("Say what is missing, in the comment."))
        self._answer("objected")

    def _ask_again(self, chapters):
        """The chapter changed: what people agreed with is not what stands there now."""
        rows = self.filtered(lambda row: row.chapter in chapters and row.state != "open")
        rows._internal().write({"state": "open", "changed": True})
