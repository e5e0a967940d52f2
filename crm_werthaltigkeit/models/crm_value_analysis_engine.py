from odoo import api, models


class CrmValueAnalysisEngine(models.AbstractModel):
    """What the analyses need and would be too slow to compute while somebody waits."""

    _name = "crm.value.analysis.engine"
    _description = "Computation of Customer Analyses"

    @api.model
    def _refresh(self, company):
        """After a complete computation: month ends, expected orders, effect of service contacts."""
        # plans made for the columns as they were before the first ranking, all empty, would take hours
        self.env.cr.execute("ANALYZE crm_customer_value")
        self.env["crm.value.snapshot.engine"]._take(company)
        self.env["crm.value.forecast.engine"]._compute(company)
        self.env["crm.value.service.effect.engine"]._compute(company)
