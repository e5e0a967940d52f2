from odoo import fields, models


class IrActionsServer(models.Model):
    """An action of automation rules: let the customers of these rows enter an adopted measure."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("crm_measure", "Carry Out a Measure"), ("code",)], ondelete={"crm_measure": "cascade"}
    )
    crm_measure_id = fields.Many2one("crm.measure", "Measure to Carry Out", ondelete="cascade", index="btree_not_null")

    def _run_action_crm_measure_multi(self, eval_context=None):
        """Automation rules call once per row and name all rows each time: the first call does them all."""
        context = self.env.context
        if context.get("active_model") != "crm.retention" or not self.crm_measure_id:
            return
        ids = context.get("active_ids") or [context["active_id"]]
        if context.get("active_id") in (None, ids[0]):
            self.crm_measure_id.sudo()._enter(self.env["crm.retention"].sudo().browse(ids))
