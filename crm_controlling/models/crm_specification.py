from odoo import api, fields, models


class CrmSpecification(models.Model):
    """What a system, a supplier or the own house has to deliver, as numbered requirements."""

    _name = "crm.specification"
    _description = "Requirement Specification"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.root.company.mixin"]
    _order = "id desc"

    name = fields.Char("Title", required=True, tracking=True)
    active = fields.Boolean(default=True)
    purpose = fields.Text(help="What it is for, and who works with it.")
    out_of_scope = fields.Text("Not Part of It", help="What nobody may expect; saves a quarrel later.")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
    )
    partner_id = fields.Many2one("res.partner", "Supplier", index="btree_not_null", ondelete="set null")
    last_number = fields.Integer(readonly=True, copy=False, help="Numbers are given once and never again.")
    requirement_ids = fields.One2many("crm.requirement", "specification_id", "Requirements")
    requirement_count = fields.Integer("Number of Requirements", compute="_compute_counts")
    met_count = fields.Integer("Accepted Requirements", compute="_compute_counts")
    untraced_count = fields.Integer("Requirements Without a Reason", compute="_compute_counts")

    @api.depends("requirement_ids.state", "requirement_ids.traced")
    def _compute_counts(self):
        counts = self.env["crm.requirement"]._read_group(
            [("specification_id", "in", self.ids), ("state", "!=", "dropped")],
            ["specification_id", "state", "traced"],
            ["__count"],
        )
        for specification in self:
            own = [row for row in counts if row[0] == specification]
            specification.requirement_count = sum(count for _spec, _state, _traced, count in own)
            specification.met_count = sum(count for _spec, state, _traced, count in own if state == "met")
            specification.untraced_count = sum(count for _spec, _state, traced, count in own if not traced)

    @api.private
    def next_numbers(self, taken):
        """Give numbers after the last one ever given; whoever comes at the same time waits.

        :param taken: number of each new requirement, 0 where it wants the next
        :return: a number for each
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["last_number"], flush=False)
        last, numbers = self.last_number, []
        for number in taken:
            number = number or max(last, *numbers, 0, *taken) + 1
            numbers.append(number)
        self.sudo().last_number = max(last, *numbers)
        return numbers

    def action_view_requirements(self):
        self.ensure_one()
        return dict(
            self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_requirement_action"),
            name=self.name,
            display_name=self.name,
            domain=[("specification_id", "=", self.id)],
            context={"default_specification_id": self.id},
        )

    def action_view_untraced(self):
        """Open the requirements of which nobody said what they are good for."""
        action = self.action_view_requirements()
        return dict(action, domain=[*action["domain"], ("traced", "=", False), ("state", "!=", "dropped")])

    def action_print(self):
        return self.env.ref("crm_controlling.action_report_specification").report_action(self)

    def _chapters(self):
        """Return [(category, its requirements)] in the order of the PDF; the dropped ones are left out."""
        self.ensure_one()
        wanted = self.requirement_ids.filtered(lambda requirement: requirement.state != "dropped")
        return [
            (category, requirements.sorted("number"))
            for category, requirements in sorted(
                wanted.grouped("category_id").items(), key=lambda item: (not item[0], item[0].sequence, item[0].id)
            )
        ]

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", specification.name))
            for specification, vals in zip(self, super().copy_data(default), strict=True)
        ]
