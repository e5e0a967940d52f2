from odoo import fields, models


class CrmValueOverride(models.TransientModel):
    """Ask a manager for the class and the reason that stand against the computed class."""

    _name = "crm.value.override"
    _description = "Override Value Class"

    value_id = fields.Many2one("crm.customer.value", required=True, readonly=True)
    value_class_computed = fields.Selection(related="value_id.value_class_computed")
    value_class_manual = fields.Selection(related="value_id.value_class_manual", string="Overridden With")
    value_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Class", required=True)
    reason = fields.Char(required=True, default=lambda self: self._default_reason())

    def _default_reason(self):
        value = self.env["crm.customer.value"].browse(self.env.context.get("default_value_id"))
        return value.override_reason

    def action_apply(self):
        self.value_id._override_class(self.value_class, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_reset(self):
        """Let the computed class count again."""
        self.value_id._override_class(False, False)
        return {"type": "ir.actions.act_window_close"}
