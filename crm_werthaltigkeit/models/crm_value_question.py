from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmValueQuestion(models.Model):
    """A question of the value assessment; the seven that come with the app may be worded anew."""

    _name = "crm.value.question"
    _description = "Assessment Question"
    _order = "sequence, id"

    name = fields.Char("Short Name", required=True, translate=True, help="Stands at the axis of the radar chart.")
    question = fields.Text(required=True, translate=True)
    lowest = fields.Char("0 Means", translate=True)
    highest = fields.Char("10 Means", translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["crm.value.assessment.score"].sudo().search_count([("question_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("There are assessments with this question. Archive it instead."))
