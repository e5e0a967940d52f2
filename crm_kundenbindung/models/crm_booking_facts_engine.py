from odoo import fields, models
from odoo.tools import SQL


class CrmRetentionFactsEngine(models.AbstractModel):
    """How many objects a customer owns and how many appointments are to come."""

    _inherit = "crm.retention.facts.engine"

    def _columns(self, company):
        branches = self.env["crm.value.lines"]._branches(company)
        return {
            **super()._columns(company),
            "objects": SQL(
                "(SELECT count(*) FROM crm_customer_object o"
                " WHERE o.commercial_partner_id = p.id AND o.active AND o.company_id = ANY(%s))",
                branches,
            ),
            "bookings": SQL(
                "(SELECT count(*) FROM crm_booking b WHERE b.commercial_partner_id = p.id AND b.state = 'booked'"
                " AND b.start > %s AND b.company_id = ANY(%s))",
                fields.Datetime.now(),
                branches,
            ),
        }
