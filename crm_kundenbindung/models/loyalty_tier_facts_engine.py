from odoo import models
from odoo.tools import SQL


class CrmRetentionFactsEngine(models.AbstractModel):
    """What the contact shows of a customer: tiers, the highest first, and what is missing to the next."""

    _inherit = "crm.retention.facts.engine"

    def _columns(self, company):
        tiers = self.env["loyalty.tier"]
        return {
            **super()._columns(company),
            "tiers": SQL(
                """
                (SELECT jsonb_agg(jsonb_build_object('member', m.id, 'tier_id', t.id, 'tier', %(name)s, 'next', %(next)s,
                                                     'missing', m.missing, 'basis', g.tier_basis, 'downgrade', m.downgrade)
                                  ORDER BY t.threshold DESC NULLS LAST, m.id)
                   FROM loyalty_tier_member m JOIN loyalty_program g ON g.id = m.program_id AND g.active
                   LEFT JOIN loyalty_tier t ON t.id = m.tier_id LEFT JOIN loyalty_tier nt ON nt.id = m.next_tier_id
                  WHERE m.partner_id = p.id AND m.company_id = %(company)s AND (t.id IS NOT NULL OR nt.id IS NOT NULL))
                """,
                name=tiers._field_to_sql("t", "name"),
                next=tiers._field_to_sql("nt", "name"),
                company=company.id,
            ),
        }
