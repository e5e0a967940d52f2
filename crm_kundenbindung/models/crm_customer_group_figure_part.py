from odoo import fields, models


class CrmCustomerGroupFigurePart(models.Model):
    """What one customer contributes to a figure; made when somebody opens it, gone when it is computed anew."""

    _name = "crm.customer.group.figure.part"
    _description = "Customer Behind an Indicator"
    _order = "numerator desc, denominator desc, id"
    _rec_name = "partner_id"
    _log_access = False

    figure_id = fields.Many2one(
        "crm.customer.group.figure", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    numerator = fields.Float("Above the Line", readonly=True, digits=(16, 2))
    denominator = fields.Float("Below the Line", readonly=True, digits=(16, 2))

    _customer_uniq = models.Constraint("UNIQUE(figure_id, partner_id)", "A customer contributes to a figure once.")

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
