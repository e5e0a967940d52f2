from odoo import models
from odoo.tools import SQL


class CrmKpiEngine(models.AbstractModel):
    """What measures cost beyond their contacts is a part of winning, or of keeping customers."""

    _inherit = "crm.kpi.engine"

    def _kpi_acquisition_cost(self, company, start, end):
        return self._with_measures(super()._kpi_acquisition_cost(company, start, end), company, start, end, "win")

    def _kpi_retention_cost(self, company, start, end):
        return self._with_measures(super()._kpi_retention_cost(company, start, end), company, start, end, "keep")

    def _with_measures(self, figures, company, start, end, purpose):
        """Add the cost of measures with this purpose, spread evenly over their days; contacts are in it already.

        It belongs to no single customer: it counts in the total of all customers, not in that of a group.
        """
        if not company.werthaltigkeit_rates_confirmed_on:
            return figures
        today = company._werthaltigkeit_today()
        return SQL(
            """
            %(figures)s
            UNION ALL
            SELECT NULL::int4, m.cost, 0
              FROM (SELECT sum((m.cost_actual - COALESCE(m.cost_contacts, 0))
                               * (LEAST(COALESCE(m.date_end, %(today)s) + 1, %(end)s) - GREATEST(m.date_start, %(start)s))
                               / GREATEST(1, COALESCE(m.date_end, %(today)s) + 1 - m.date_start))::float8 AS cost
                      FROM crm_measure m JOIN crm_measure_instrument i ON i.id = m.instrument_id AND i.purpose = %(purpose)s
                     WHERE m.company_id = %(company)s AND m.drawn_on IS NOT NULL
                       AND m.date_start < %(end)s AND COALESCE(m.date_end, %(today)s) >= %(start)s) m
             WHERE m.cost > 0
            """,
            figures=figures,
            company=company.id,
            start=start,
            end=end,
            today=today,
            purpose=purpose,
        )
