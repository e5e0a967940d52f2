from odoo import models
from odoo.tools import SQL


class CrmRetentionFactsEngine(models.AbstractModel):
    """What the contact shows of a customer: how many it recommended us to."""

    _inherit = "crm.retention.facts.engine"

    def _columns(self, company):
        return {
            **super()._columns(company),
            "referrals": SQL(
                "(SELECT count(*) FROM crm_referral c WHERE c.referrer_customer_id = p.id AND c.state <> 'refused' AND c.company_id = %s)",
                company.id,
            ),
        }
