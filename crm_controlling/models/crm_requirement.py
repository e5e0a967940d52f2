from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

PRIORITIES = [("must", "Must"), ("should", "Should"), ("could", "Could"), ("wont", "Not this time")]
STATES = [("open", "Proposed"), ("agreed", "Agreed"), ("met", "Accepted"), ("dropped", "Dropped")]
HIGHEST = 99_999


class CrmRequirement(models.Model):
    """One thing that has to be delivered: how important, how it is accepted, and what it is good for.

    Its number is given once, by the specification or by the first import, and never changes.
    """

    _name = "crm.requirement"
    _description = "Requirement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "specification_id desc, number, id"

    specification_id = fields.Many2one("crm.specification", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="specification_id.company_id", store=True, index=True)
    number = fields.Integer(copy=False, aggregator=None, help="Empty: the next one. It never changes.")
    code = fields.Char("No.", compute="_compute_code", store=True)
    name = fields.Char("Requirement", required=True, tracking=True)
    description = fields.Text("What Exactly")
    category_id = fields.Many2one("crm.requirement.category", "Chapter", ondelete="restrict", index="btree_not_null")
    priority = fields.Selection(PRIORITIES, default="should", required=True, tracking=True)
    state = fields.Selection(
        STATES, "Status", default="open", required=True, copy=False, tracking=True, group_expand=True, index=True
    )
    acceptance = fields.Text("Accepted When", help="What is tried, and what must come out, so that nobody can argue.")
    process_before = fields.Text("Process Today")
    process_after = fields.Text("Process Afterwards")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
    )
    goal_id = fields.Many2one(
        "crm.goal",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="The goal it serves.",
    )
    measure_id = fields.Many2one(
        "crm.measure",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="The measure that needs it.",
    )
    criterion_id = fields.Many2one(
        "crm.utility.criterion",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="The criterion of a utility analysis it comes from.",
    )
    traced = fields.Boolean("Has a Reason", compute="_compute_traced", store=True)

    _number_uniq = models.Constraint(
        "UNIQUE(specification_id, number)", "This specification has a requirement of this number already."
    )

    @api.depends("number")
    def _compute_code(self):
        for requirement in self:
            requirement.code = f"R-{requirement.number:03d}" if requirement.number else False

    @api.depends("goal_id", "measure_id", "criterion_id")
    def _compute_traced(self):
        for requirement in self:
            requirement.traced = bool(requirement.goal_id or requirement.measure_id or requirement.criterion_id)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for requirement in self:
            requirement.display_name = " ".join(filter(None, (requirement.code, requirement.name)))

    @api.constrains("company_id", "goal_id", "measure_id", "criterion_id")
    def _check_company_of_reasons(self):
        for requirement in self:
            reasons = (requirement.goal_id, requirement.measure_id, requirement.criterion_id)
            if any(reason and reason.sudo().company_id != requirement.company_id for reason in reasons):
                raise ValidationError(
                    self.env._("Goal, measure and criterion belong to the company of the requirement.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        wanted = {}
        for vals in vals_list:
            vals["number"] = self._valid_number(vals.get("number"))
            if not vals.get("priority"):  # an empty cell of a spreadsheet
                vals.pop("priority", None)
            specification = vals.get("specification_id") or self.env.context.get("default_specification_id")
            wanted.setdefault(specification, []).append(vals)
        for specification_id, own in wanted.items():
            if specification_id:
                specification = self.env["crm.specification"].browse(specification_id)
                specification.check_access("read")
                numbers = specification.sudo().next_numbers([vals["number"] for vals in own])
                self._check_free(specification, [vals["number"] for vals in own if vals["number"]])
                for vals, number in zip(own, numbers, strict=True):
                    vals["number"] = number
        return super().create(vals_list)

    def _valid_number(self, number):
        """A number to be given, 0 for the next one.

        :raise ValidationError: on anything else than a whole number from 1 to 99,999
        """
        if not number:
            return 0
        if not isinstance(number, int) or not 0 < number <= HIGHEST:
            raise ValidationError(self.env._("The number of a requirement is a whole number from 1 to %s.", HIGHEST))
        return number

    def _check_free(self, specification, numbers):
        """:raise ValidationError: where one of the numbers is given already, or twice"""
        taken = (
            self.sudo()
            .search([("specification_id", "=", specification.id), ("number", "in", numbers)])
            .mapped("number")
        )
        twice = sorted({*taken, *(number for number in numbers if numbers.count(number) > 1)})
        if twice:
            raise ValidationError(
                self.env._("This specification has the number %s already.", ", ".join(map(str, twice)))
            )

    def write(self, vals):
        if "number" in vals and any(requirement.number != vals["number"] for requirement in self):
            raise UserError(self.env._("The number of a requirement never changes: others refer to it."))
        if "specification_id" in vals and any(r.specification_id.id != vals["specification_id"] for r in self):
            raise UserError(self.env._("A requirement stays in its specification; copy it to the other one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if any(requirement.state in ("agreed", "met") for requirement in self):
            raise UserError(self.env._("What was agreed is dropped, not deleted."))

    # -- spreadsheets -----------------------------------------------------------------------------

    @api.model
    def load(self, fields, data):
        """Import rows; without an id the number says which requirement of its specification a row changes.

        What Odoo's import does with bad rows stays: each is named, and none of the file is written.
        """
        if "number" in fields and not {"id", ".id"} & set(fields):
            found = self._find_by_number(fields, data)
            if any(found):
                fields = [*fields, ".id"]
                data = [[*row, requirement_id or ""] for row, requirement_id in zip(data, found, strict=True)]
        return super().load(fields, data)

    def _find_by_number(self, fields, data):
        """Return for each row the id of the requirement it is about, None where it is a new one."""
        keys = [self._key_of_row(dict(zip(fields, row, strict=False))) for row in data]
        specifications = {specification for specification, number in keys if specification and number}
        there = {
            (row.specification_id.id, row.number): row.id
            for row in self.search([("specification_id", "in", list(specifications))])
        }
        return [there.get(key) for key in keys]

    def _key_of_row(self, row):
        """Return (id of the specification or None, number or None) of an imported row."""
        number = str(row.get("number") or "").strip()
        number = int(number) if number.isdecimal() and len(number) <= 6 else None
        specifications = self.env["crm.specification"]
        if row.get("specification_id/.id"):
            specification = specifications.search([("id", "=", row["specification_id/.id"])])
        elif row.get("specification_id/id"):
            specification = self.env.ref(row["specification_id/id"], raise_if_not_found=False)
        elif row.get("specification_id"):
            specification = specifications.search([("name", "=", row["specification_id"])], limit=2)
        else:
            specification = specifications.browse(self.env.context.get("default_specification_id"))
        return (specification.id if specification and len(specification) == 1 else None, number)
