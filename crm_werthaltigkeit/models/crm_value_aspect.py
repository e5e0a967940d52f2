from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmValueAspect(models.Model):
    """What value means to this company: each question of an assessment is asked for each aspect."""

    _name = "crm.value.aspect"
    _description = "Aspect of Value"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True, help="What belongs to this aspect, for those who score.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    weight = fields.Float(
        default=1.0, required=True, help="How much this aspect counts against the others; all 1: all count the same."
    )
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", ondelete="cascade", help="Empty: for all companies."
    )

    # NaN is greater than any number in PostgreSQL, hence both limits
    _weight_positive = models.Constraint(
        "CHECK(weight > 0 AND weight <= 1000)", "The weight of an aspect is greater than 0 and at most 1000."
    )

    def write(self, vals):
        """A new weight counts in all assessments that are not done; done ones stay as they were."""
        result = super().write(vals)
        if "weight" in vals:
            scores = self.env["crm.value.assessment.score"].sudo()
            for aspect in self:
                scores.search([("aspect_id", "=", aspect.id), ("state", "!=", "done")])._internal().write(
                    {"weight": aspect.weight}
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["crm.value.assessment.score"].sudo().search_count([("aspect_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("There are assessments of this aspect. Archive it instead."))
