from odoo import api, fields, models

DIMENSIONS = [
    ("customer", "Customers"),
    ("group", "Customer Groups"),
    ("value_class", "Value Classes"),
    ("stage", "Life Cycle"),
]


class CrmGoalReviewLine(models.Model):
    """What a customer, group, class or stage contributed to the change of a goal's indicator.

    With N and D above and below the line, V = ΣN/ΣD and V̄ the mean of both periods, a part i contributes
    (N₁ᵢ − V̄ D₁ᵢ)/ΣD₁ − (N₀ᵢ − V̄ D₀ᵢ)/ΣD₀; sums contribute N₁ᵢ − N₀ᵢ. The parts of a dimension add up to V₁ − V₀,
    but for groups, to which a customer may belong several times.
    """

    _name = "crm.goal.review.line"
    _description = "Contribution to a Deviation"
    _order = "dimension, sequence, id"
    _log_access = False

    review_id = fields.Many2one("crm.goal.review", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    dimension = fields.Selection(DIMENSIONS, "Seen By", required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    group_id = fields.Many2one("crm.customer.group", readonly=True, ondelete="cascade", index="btree_not_null")
    value_class = fields.Char(readonly=True)
    stage_id = fields.Many2one("crm.retention.stage", readonly=True, ondelete="set null")
    rest = fields.Boolean("All Others", readonly=True)
    base_numerator = fields.Float("Above the Line Before", readonly=True, aggregator=None)
    base_denominator = fields.Float("Below the Line Before", readonly=True, aggregator=None)
    now_numerator = fields.Float("Above the Line Now", readonly=True, aggregator=None)
    now_denominator = fields.Float("Below the Line Now", readonly=True, aggregator=None)
    is_ratio = fields.Boolean("Is Divided", readonly=True)
    contribution = fields.Float(readonly=True, digits=(16, 6), aggregator=None)
    share = fields.Float("Part of the Change", readonly=True, aggregator=None)
    worse = fields.Boolean("For the Worse", readonly=True)
    name = fields.Char("Who", compute="_compute_texts")
    base_text = fields.Char("Before", compute="_compute_texts")
    now_text = fields.Char("Now", compute="_compute_texts")
    contribution_text = fields.Char("Contribution in Words", compute="_compute_texts")

    @api.depends("dimension", "partner_id", "group_id", "value_class", "stage_id", "rest", "contribution")
    @api.depends_context("lang")
    def _compute_texts(self):
        for line in self:
            goal = line.review_id.goal_id
            line.name = line._who()
            line.base_text = goal._figure(line._value(line.base_numerator, line.base_denominator))
            line.now_text = goal._figure(line._value(line.now_numerator, line.now_denominator))
            line.contribution_text = goal._difference(line.contribution)

    def _who(self):
        if self.rest:
            return self.env._("all others")
        if self.dimension == "value_class":
            return self.env._("class %s", self.value_class) if self.value_class else self.env._("without a class")
        if self.dimension == "stage":
            return self.stage_id.name or self.env._("without a stage")
        return self.partner_id.display_name or self.group_id.name or self.env._("unknown customers")

    def _value(self, above, below):
        if not self.is_ratio:
            return above
        return above / below if below else None

    def action_view_customers(self):
        """Open whom the contribution came from."""
        self.ensure_one()
        if self.dimension == "customer" and self.partner_id:
            return self.partner_id.get_formview_action()
        if self.dimension == "group":
            return self.group_id.action_view_members()
        domain = [("company_id", "=", self.company_id.id)]
        group = self.review_id.goal_id.group_id
        if group:
            domain.append(("partner_id", "any", [("kundenbindung_member_ids", "any", [("group_id", "=", group.id)])]))
        if self.dimension == "stage":
            return {
                "type": "ir.actions.act_window",
                "name": self.name,
                "res_model": "crm.retention",
                "views": [(False, "list"), (False, "form")],
                "domain": [*domain, ("stage_id", "=", self.stage_id.id)],
            }
        if self.dimension == "value_class":
            domain.append(("value_class", "=", self.value_class))
        return self.env["crm.customer.value"]._action_open(self.name, "crm.customer.value", domain)
