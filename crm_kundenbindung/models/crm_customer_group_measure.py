from odoo import fields, models


class CrmCustomerGroup(models.Model):
    """Which instruments were tried on a group before, and what they moved."""

    _inherit = "crm.customer.group"

    library_count = fields.Integer("Instruments Tried", compute="_compute_library_count")

    def _compute_library_count(self):
        counts = dict(
            self.env["crm.measure.library"]._read_group([("group_id", "in", self.ids)], ["group_id"], ["__count"])
        )
        for group in self:
            group.library_count = counts.get(group, 0)

    def action_view_library(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_measure_library_action")
        return dict(action, domain=[("group_id", "=", self.id)], context={}, display_name=self.name)
