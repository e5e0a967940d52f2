from odoo import models
from odoo.tools import SQL


class CrmKpiEngine(models.AbstractModel):
    _inherit = "crm.kpi.engine"

    def _referrers(self, company, start, end):
        """Beside those of whom a contact says so: customers whose referral was entered in the period and not refused."""
        return SQL(
            """
            SELECT partner_id FROM (%(touchpoints)s) t
             UNION
            SELECT r.referrer_customer_id AS partner_id FROM crm_referral r
             WHERE r.company_id = %(company)s AND r.state <> 'refused' AND r.referrer_customer_id IS NOT NULL AND %(within)s AND %(no_staff)s
            """,
            touchpoints=super()._referrers(company, start, end),
            company=company.id,
            within=self._within(SQL("r.named_on"), company, start, end),
            no_staff=self._no_staff(SQL("r.referrer_customer_id")),
        )
