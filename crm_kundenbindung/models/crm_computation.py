from odoo import api, fields, models


class CrmComputation(models.Model):
    """Life cycle, urgency and proposals are computed like the other analyses: set aside when they fail, and told when done."""

    _inherit = "crm.computation"

    kind = fields.Selection(
        selection_add=[("retention", "Life Cycle and Next Actions")], ondelete={"retention": "cascade"}
    )

    @api.model
    def _engines(self):
        return dict(super()._engines(), retention="crm.retention.engine")

    @api.model
    def _enabled(self, kind):
        return kind == "retention" or super()._enabled(kind)
