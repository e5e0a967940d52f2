from odoo import models
from odoo.tools import SQL


class CrmRetentionEngine(models.AbstractModel):
    """The chance that an instrument keeps a customer, from finished measures in the groups they belong to."""

    _inherit = "crm.retention.engine"

    def _instrument_chances(self, company):
        """Of an instrument measured in several groups of a customer, the one with most treated customers counts."""
        library = self.env["crm.measure.library"].sudo()
        self.env.flush_all()
        if not library.search_count([("company_id", "=", company.id), ("target", "=", "repurchase")], limit=1):
            return super()._instrument_chances(company)
        names = {
            i.id: i.name for i in self.env["crm.measure.instrument"].sudo().with_context(active_test=False).search([])
        }
        return SQL(
            """
            SELECT DISTINCT ON (m.partner_id, l.instrument_id) m.partner_id, i.name AS instrument,
                   GREATEST(0, LEAST(1, l.effect))::float8 AS chance, l.cost_each AS cost
              FROM crm_measure_library l
              JOIN crm_customer_group_member m ON m.group_id = l.group_id AND m.partner_id IS NOT NULL
              JOIN unnest(%(ids)s::int4[], %(names)s::varchar[]) i (id, name) ON i.id = l.instrument_id
             WHERE l.company_id = %(company)s AND l.target = 'repurchase'
             ORDER BY m.partner_id, l.instrument_id, l.treated_count DESC, l.group_id
            """,
            company=company.id,
            ids=list(names),
            names=list(names.values()),
        )
