from odoo import api, fields, models
from odoo.tools import formatLang


class CrmConceptData(models.Model):
    """Data that the strategy needs, what for, and how far they are there."""

    _name = "crm.concept.data"
    _description = "Data a CRM Concept Needs"
    _order = "concept_id desc, sequence, id"

    concept_id = fields.Many2one("crm.concept", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="concept_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Data", required=True)
    purpose = fields.Char("What For", help="Data without a purpose must not be kept.")
    origin = fields.Char("Where From", help="The system or the moment they come from.")
    care_field_id = fields.Many2one(
        "crm.data.care.field",
        "Measured As",
        ondelete="set null",
        index="btree_not_null",
        help="Data of contacts are counted by the work list of data care.",
    )
    available = fields.Selection(
        [("yes", "There"), ("part", "Partly"), ("no", "Missing"), ("unknown", "Not known")],
        "Is It There?",
        default="unknown",
        required=True,
    )
    coverage = fields.Float(
        "Filled", readonly=True, aggregator=None, help="Part of the contacts that are asked for it."
    )
    measured = fields.Boolean("Is Measured", readonly=True)
    coverage_text = fields.Char("Filled (in Words)", compute="_compute_coverage_text")

    @api.depends("coverage", "measured")
    @api.depends_context("lang")
    def _compute_coverage_text(self):
        for row in self:
            text = formatLang(self.env, 100 * row.coverage, digits=0)
            row.coverage_text = self.env._("%s %%", text) if row.measured else self.env._("not measured")

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.concept_id._check_draft()
        return rows

    def write(self, vals):
        self.concept_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.concept_id._check_draft()

    def _offer(self, concept):
        """Add a row for each of the data that matter, and measure how far all of them are there."""
        there = concept.data_ids.care_field_id
        for care_field in self.env["crm.data.care.field"].search([]) - there:
            self.create(
                {
                    "concept_id": concept.id,
                    "care_field_id": care_field.id,
                    "name": care_field.name,
                    "purpose": care_field.purpose,
                    "sequence": 100 + care_field.sequence,
                }
            )
        filled = self.env["crm.concept.facts"]._coverage(concept.company_id)
        for row in concept.data_ids.filtered("care_field_id"):
            share = filled.get(row.care_field_id.id)
            row.write(
                {
                    "measured": share is not None,
                    "coverage": share or 0.0,
                    "available": "unknown"
                    if share is None
                    else "yes"
                    if share >= 0.95
                    else "part"
                    if share > 0
                    else "no",
                }
            )
