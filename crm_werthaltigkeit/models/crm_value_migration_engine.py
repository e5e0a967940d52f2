from odoo import models
from odoo.tools import SQL


class CrmValueMigrationEngine(models.AbstractModel):
    """Counts the moves between any two month ends."""

    _name = "crm.value.migration.engine"
    _description = "Queries of the Migration Between Value Classes"

    def _matrix(self, company, month_from, month_to):
        """Return [{"from", "to", "customers", "revenue", "db1"}]; revenue and margin at the later month end."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT CASE WHEN p.month_end IS NULL THEN 'new' ELSE COALESCE(p.value_class, 'none') END AS "from",
                       COALESCE(s.value_class, 'none') AS "to",
                       count(*) AS customers, sum(s.revenue::float8) AS revenue, sum(s.db1::float8) AS db1
                  FROM crm_customer_value_snapshot s
             LEFT JOIN crm_customer_value_snapshot p
                    ON p.company_id = %(company)s AND p.month_end = %(before)s AND p.partner_id = s.partner_id
                 WHERE s.company_id = %(company)s AND s.month_end = %(after)s AND s.partner_id IS NOT NULL
                 GROUP BY 1, 2 ORDER BY 1, 2
                """,
                company=company.id,
                before=month_from,
                after=month_to,
            )
        )
