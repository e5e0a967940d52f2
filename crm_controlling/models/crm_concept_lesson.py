from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmConceptLesson(models.Model):
    """What was learned from a goal or a measure, offered to the next version of the concept."""

    _name = "crm.concept.lesson"
    _description = "Lesson for a CRM Concept"
    _order = "concept_id desc, state, id"
    _rec_name = "text"

    concept_id = fields.Many2one("crm.concept", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="concept_id.company_id", store=True)
    goal_id = fields.Many2one("crm.goal", readonly=True, ondelete="restrict", index="btree_not_null")
    measure_id = fields.Many2one("crm.measure", readonly=True, ondelete="restrict", index="btree_not_null")
    text = fields.Text("Lesson", required=True)
    state = fields.Selection(
        [("offered", "Offered"), ("taken", "Taken up"), ("left", "Left out")], default="offered", required=True
    )
    consequence = fields.Char(help="What follows from it, or why it is left out.")

    _goal_uniq = models.UniqueIndex("(concept_id, goal_id) WHERE goal_id IS NOT NULL")
    _measure_uniq = models.UniqueIndex("(concept_id, measure_id) WHERE measure_id IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        lessons = super().create(vals_list)
        lessons.concept_id._check_draft()
        return lessons

    def write(self, vals):
        self.concept_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.concept_id._check_draft()

    def _offer(self, concept):
        """Add what goals and measures taught that is not there yet; what was offered before stays as people left it."""
        goals = self.env["crm.goal"].search([("company_id", "=", concept.company_id.id), ("lessons", "!=", False)])
        measures = self.env["crm.measure"].search(
            [("company_id", "=", concept.company_id.id), ("state", "in", ("evaluated", "adopted", "dropped"))]
        )
        known = concept.previous_id.lesson_ids | concept.lesson_ids
        for goal in goals - known.goal_id:
            self.create({"concept_id": concept.id, "goal_id": goal.id, "text": goal.lessons})
        for measure in measures - known.measure_id:
            text = self._measure_words(measure)
            if text:
                self.create({"concept_id": concept.id, "measure_id": measure.id, "text": text})

    def _measure_words(self, measure):
        """What came out, in the words of the result; what people noted as lesson comes first."""
        noted = measure.lessons if "lessons" in measure._fields else False
        return "\n".join(filter(None, (noted, measure.result_id.words)))

    def action_take(self):
        self.write({"state": "taken"})

    def action_leave(self):
        if any(not (lesson.consequence or "").strip() for lesson in self):
            raise UserError(self.env._("Say why the lesson is left out."))
        self.write({"state": "left"})

    def action_open(self):
        self.ensure_one()
        return (self.goal_id or self.measure_id).get_formview_action()
