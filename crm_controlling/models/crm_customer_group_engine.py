from odoo import api, models


class CrmCustomerGroupEngine(models.AbstractModel):
    _inherit = "crm.customer.group.engine"

    @api.model
    def _refresh(self, groups):
        """Members changed: so do the sums of these groups."""
        result = super()._refresh(groups)
        for company, own in groups.sudo().grouped("company_id").items():
            self.env["crm.board.engine"].sudo()._refresh(company, own)
        return result
