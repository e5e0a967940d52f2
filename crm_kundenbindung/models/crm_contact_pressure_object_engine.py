from odoo import models
from odoo.tools import SQL


class CrmContactPressure(models.AbstractModel):
    """Reminders of due dates are advertising: they ask before, and count."""

    _inherit = "crm.contact.pressure"

    def _reasons(self, partners, company, channel="email"):
        """Return {contact id: why it must not be contacted, or None}."""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT m.partner_id, m.reason FROM (%s) m WHERE m.partner_id = ANY(%s)",
                    self._may_contact(company, channel),
                    partners.ids,
                )
            )
        )

    def _counted_models(self):
        return (*super()._counted_models(), "crm.customer.object.due")

    def _contacts(self, company, since, outreach=None):
        """One mail reminds of all that is due: mails count, not days."""
        return SQL(
            """
            %s UNION ALL
            SELECT FROM (SELECT DISTINCT d.partner_id, d.reminded_on FROM crm_customer_object_due d
                          WHERE d.commercial_partner_id = p.commercial_partner_id AND d.company_id = ANY(%s)
                            AND d.reminder = 'mail' AND d.reminded_on > %s) mails
            """,
            super()._contacts(company, since, outreach),
            self.env["crm.value.lines"]._branches(company),
            since,
        )
