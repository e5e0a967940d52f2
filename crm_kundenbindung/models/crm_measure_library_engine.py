from odoo import models


class CrmMeasureLibraryEngine(models.AbstractModel):
    """Pools the finished measures of each instrument and customer group."""

    _name = "crm.measure.library.engine"
    _description = "Effects of Instruments"

    def _refresh(self, company):
        """Write the library of a company anew, from the last final result of each measure with a control group.

        Of a standing rule each half-year counts as a measure: its customers are others than those before.
        """
        uplift = self.env["crm.measure.engine"]._statistics()
        results = self.env["crm.measure.result"].search(
            [("company_id", "=", company.id), ("final", "=", True), ("bounded", "=", True)], order="id"
        )
        latest = {(result.measure_id, result.entered_from): result for result in results}.values()
        found = {}
        for result in latest:
            found.setdefault((result.instrument_id, result.group_id, result.target), []).append(result)
        library = self.env["crm.measure.library"]
        library.search([("company_id", "=", company.id)]).unlink()
        library.create(
            [
                {
                    "company_id": company.id,
                    "instrument_id": instrument.id,
                    "group_id": group.id,
                    "target": target,
                    **self._pooled(uplift, target, rows),
                }
                for (instrument, group, target), rows in found.items()
            ]
        )

    def _pooled(self, uplift, target, results):
        pooled = uplift.pooled([result.difference for result in results], [result.error for result in results])
        treated, cost = sum(result.treated_count for result in results), sum(result.cost for result in results)
        additional = pooled.value * treated if target == "repurchase" else 0
        return {
            "measure_count": pooled.n,
            "treated_count": treated,
            "effect": pooled.value,
            "low": pooled.low,
            "high": pooled.high,
            "proved": pooled.low > 0 or pooled.high < 0,
            "cost": cost,
            "cost_each": cost / treated if treated else 0,
            "cost_additional": cost / additional if additional > 0 else 0,
        }
