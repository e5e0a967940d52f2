from odoo import api, models


class CrmValueAnalysisEngine(models.AbstractModel):
    _inherit = "crm.value.analysis.engine"

    @api.model
    def _refresh(self, company):
        """Once the values are there, the life cycle follows: in a job of its own, whose failure stops no value."""
        result = super()._refresh(company)
        self.env["crm.computation"].sudo()._request("retention", company)
        return result
