from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmComplaintCause(models.Model):
    """What customers complain about, on two levels: the field (goods) and the cause in it (defect)."""

    _name = "crm.complaint.cause"
    _description = "Cause of Complaints"
    _order = "parent_sequence, parent_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    parent_id = fields.Many2one(
        "crm.complaint.cause",
        "Field",
        ondelete="restrict",
        index="btree_not_null",
        domain=[("parent_id", "=", False)],
        help="The field this cause belongs to. Empty: it is a field itself.",
    )
    child_ids = fields.One2many("crm.complaint.cause", "parent_id", "Causes")
    sequence = fields.Integer(default=10)
    parent_sequence = fields.Integer(compute="_compute_parent_sequence", store=True)
    active = fields.Boolean(default=True)

    @api.depends("sequence", "parent_id.sequence")
    def _compute_parent_sequence(self):
        for cause in self:
            cause.parent_sequence = (cause.parent_id or cause).sequence

    @api.depends("name", "parent_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cause in self:
            cause.display_name = " / ".join(filter(None, (cause.parent_id.name, cause.name)))

    @api.constrains("parent_id")
    def _check_two_levels(self):
        for cause in self:
            if cause.parent_id.parent_id or (cause.parent_id and cause.child_ids):
                raise ValidationError(
                    self.env._("Causes have two levels: “%s” would begin a third one.", cause.display_name)
                )
