from odoo import api, models


class CrmValueEngine(models.AbstractModel):
    _inherit = "crm.value.engine"

    @api.model
    def _update(self, company, commit=False):
        """Once the values of customers who bought are there, their tiers follow: in a job of their own."""
        changed = super()._update(company, commit)
        if changed:
            self.env["loyalty.tier.engine"]._wake()
        return changed
