from odoo import fields, models


class CrmCustomerGroupMember(models.Model):
    """A customer that is in a group now; written by `crm.customer.group.engine` alone."""

    _name = "crm.customer.group.member"
    _description = "Member of a Customer Group"
    _order = "since desc, id"
    _rec_name = "partner_id"
    _log_access = False

    group_id = fields.Many2one("crm.customer.group", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    since = fields.Date(required=True, readonly=True, help="In the group since this day, as far as was looked.")
    value_class = fields.Selection(related="partner_id.werthaltigkeit_value_class")
    revenue = fields.Monetary(related="partner_id.werthaltigkeit_revenue")
    db1 = fields.Monetary(related="partner_id.werthaltigkeit_db1")
    last_order_date = fields.Date(related="partner_id.werthaltigkeit_last_order_date")
    currency_id = fields.Many2one(related="partner_id.werthaltigkeit_currency_id")
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")

    _member_uniq = models.Constraint("UNIQUE(group_id, partner_id)", "A customer is in a group once.")

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
