from odoo import models
from odoo.tools import SQL


class CrmContactPressure(models.AbstractModel):
    """A mail that thanks for a referral counts like any other."""

    _inherit = "crm.contact.pressure"

    def _contacts(self, company, since, outreach=None):
        return SQL(
            """
            %s UNION ALL
            SELECT FROM crm_referral r
             WHERE r.referrer_customer_id = p.commercial_partner_id AND r.company_id = ANY(%s) AND r.thanked_on > %s
            """,
            super()._contacts(company, since, outreach),
            self.env["crm.value.lines"]._branches(company),
            since,
        )
