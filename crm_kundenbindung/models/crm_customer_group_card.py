from odoo import models


class CrmCustomerGroup(models.Model):
    _inherit = "crm.customer.group"

    def _card_members(self, partners):
        """Ids of those customers of these contacts that are in the group now."""
        self.ensure_one()
        members = self.env["crm.customer.group.member"].sudo()
        domain = [("group_id", "=", self.id), ("partner_id", "in", partners.commercial_partner_id.ids)]
        return set(members.search(domain).partner_id.ids)
