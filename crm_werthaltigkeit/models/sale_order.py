from odoo import fields, models

from .res_partner import USER_GROUP


class SaleOrder(models.Model):
    _inherit = "sale.order"

    werthaltigkeit_touchpoint_count = fields.Integer(
        related="partner_id.werthaltigkeit_touchpoint_count", groups=USER_GROUP
    )
    werthaltigkeit_value_class = fields.Selection(related="partner_id.werthaltigkeit_value_class", groups=USER_GROUP)

    def action_werthaltigkeit_touchpoints(self):
        self.ensure_one()
        return self.partner_id.action_werthaltigkeit_touchpoints()

    def action_werthaltigkeit_log(self):
        self.ensure_one()
        return self.env["crm.touchpoint"].action_log_contact(
            {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_team_id": self.team_id.id,
                "default_res_model": self._name,
                "default_res_id": self.id,
            }
        )

    def action_werthaltigkeit_recommendations(self):
        """Propose what customers like this also bought."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers like this also bought"),
            "res_model": "crm.product.proposal",
            "res_id": self.env["crm.product.proposal"]._propose(self).id,
            "views": [(False, "form")],
            "target": "new",
        }
