from odoo import fields, models


class CrmCustomerValue(models.Model):
    """What groups of customers contribute: the tags of the contact as one more way to group values.

    Grouped by tags, a customer with two tags counts in both groups and once in the total.
    """

    _inherit = "crm.customer.value"

    tag_ids = fields.Many2many(
        related="partner_id.category_id",
        string="Tags of the Customer",
        help="A customer with two tags counts for both; the total counts each customer once.",
    )
