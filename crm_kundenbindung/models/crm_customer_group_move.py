from odoo import fields, models


class CrmCustomerGroupMove(models.Model):
    """A customer came into a group or left it. Never changed: when a contact is erased, the count stays."""

    _name = "crm.customer.group.move"
    _description = "Movement of a Customer Group"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    group_id = fields.Many2one("crm.customer.group", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection([("joined", "Joined"), ("left", "Left")], "Movement", required=True, readonly=True)
