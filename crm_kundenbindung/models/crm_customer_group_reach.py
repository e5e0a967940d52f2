from odoo import models


class CrmCustomerGroup(models.Model):
    _inherit = "crm.customer.group"

    def action_contact(self):
        """Prepare a campaign to this group."""
        self.ensure_one()
        return self.env["crm.outreach"]._action_new(
            {
                "default_target": "group",
                "default_group_id": self.id,
                "default_name": self.name,
                "default_company_id": self.env.company.id,
            }
        )
