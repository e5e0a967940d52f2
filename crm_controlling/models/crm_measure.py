from odoo import api, fields, models

USER_GROUP = "crm_controlling.group_controlling_user"


class CrmMeasure(models.Model):
    """A measure may serve a goal; made from a review it is the decision that was taken there."""

    _inherit = "crm.measure"

    goal_id = fields.Many2one(
        "crm.goal",
        "Serves the Goal",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        groups=USER_GROUP,  # fmt: skip
    )
    goal_review_id = fields.Many2one(
        "crm.goal.review",
        "Decided In",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,  # fmt: skip
    )
    goal_effect_ids = fields.One2many(
        "crm.goal.effect", "measure_id", "Effect on the Goal", readonly=True, groups=USER_GROUP
    )

    @api.model_create_multi
    def create(self, vals_list):
        measures = super().create(vals_list)
        for measure in measures:
            review = measure.sudo().goal_review_id.with_env(self.env)
            if review and review.state == "open":
                review._decide("measure", review.reason or measure.goal or measure.name)
        return measures

    def action_view_goal(self):
        self.ensure_one()
        return self.goal_id.get_formview_action()
