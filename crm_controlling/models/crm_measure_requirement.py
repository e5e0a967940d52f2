from odoo import api, fields, models


class CrmMeasure(models.Model):
    """What has to be delivered for a measure."""

    _inherit = "crm.measure"

    requirement_ids = fields.One2many(
        "crm.requirement", "measure_id", "Requirements", groups="crm_controlling.group_controlling_user"
    )
    requirement_count = fields.Integer(
        "Number of Requirements", compute="_compute_requirement_count", groups="crm_controlling.group_controlling_user"
    )

    @api.depends("requirement_ids")
    def _compute_requirement_count(self):
        counts = dict(
            self.env["crm.requirement"]._read_group([("measure_id", "in", self.ids)], ["measure_id"], ["__count"])
        )
        for measure in self:
            measure.requirement_count = counts.get(measure, 0)

    def action_view_requirements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_controlling.crm_requirement_action")
        return dict(action, domain=[("measure_id", "=", self.id)], context={"default_measure_id": self.id})
