from odoo import models
from odoo.tools import SQL

from .crm_retention_factor import PRIOR


class CrmRetentionFactorEngine(models.AbstractModel):
    """How a customer responds to measures: their own responses, and what moved their group before."""

    _inherit = "crm.retention.factor.engine"

    def _factor_response(self, company):
        """Share of the measures that this customer responded to, shrunk to the largest effect proved in their groups.

        Only measures that anybody responded to count: of the others nobody noted responses.
        """
        library = self.env["crm.measure.library"].sudo()
        if not library.search_count([("company_id", "=", company.id)], limit=1):
            return SQL()
        return SQL(
            """
            WITH own AS (
                SELECT p.partner_id, count(*)::float8 AS measures, count(p.responded_on)::float8 AS responses
                  FROM crm_measure_participant p JOIN crm_measure m ON m.id = p.measure_id
                 WHERE m.company_id = %(company)s AND m.state IN ('evaluated', 'adopted') AND p.arm = 'treated'
                   AND p.partner_id IS NOT NULL
                   AND EXISTS (SELECT FROM crm_measure_participant r WHERE r.measure_id = m.id AND r.responded_on IS NOT NULL)
                 GROUP BY p.partner_id),
            moved AS (
                SELECT g.partner_id, max(LEAST(1, l.effect))::float8 AS effect
                  FROM crm_measure_library l
                  JOIN crm_customer_group_member g ON g.group_id = l.group_id AND g.partner_id IS NOT NULL
                 WHERE l.company_id = %(company)s AND l.target = 'repurchase' AND l.proved AND l.effect > 0
                 GROUP BY g.partner_id)
            SELECT COALESCE(o.partner_id, m.partner_id) AS partner_id,
                   ((COALESCE(o.responses, 0) + %(prior)s * COALESCE(m.effect, 0))
                    / (COALESCE(o.measures, 0) + %(prior)s))::float8 AS part,
                   COALESCE(o.measures, 0) AS figure, COALESCE(m.effect, 0) AS other
              FROM own o FULL JOIN moved m ON m.partner_id = o.partner_id
            """,
            company=company.id,
            prior=PRIOR,
        )
