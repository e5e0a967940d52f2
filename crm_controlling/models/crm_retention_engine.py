from odoo import models


class CrmRetentionEngine(models.AbstractModel):
    _inherit = "crm.retention.engine"

    def _compute(self, company):
        """What is at risk changed: so do the sums of the company and of all its groups."""
        result = super()._compute(company)
        self.env["crm.board.engine"].sudo()._refresh(company)
        return result
