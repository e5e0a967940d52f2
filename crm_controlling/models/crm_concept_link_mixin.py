from odoo import api, fields, models


class CrmConceptLinkMixin(models.AbstractModel):
    """Something a CRM concept refers to: it leads back to the concepts. Needs the field `concept_ids`."""

    _name = "crm.concept.link.mixin"
    _description = "Referred to by CRM Concepts"

    concept_count = fields.Integer("Number of Concepts", compute="_compute_concept_count")

    @api.depends("concept_ids")
    def _compute_concept_count(self):
        for record in self:
            record.concept_count = len(record.concept_ids)

    def action_view_concepts(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_concept_action")
        return dict(action, domain=[("id", "in", self.concept_ids.ids)], context={})
