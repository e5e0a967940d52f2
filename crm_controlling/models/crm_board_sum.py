from odoo import fields, models

from odoo.addons.crm_werthaltigkeit.models.crm_customer_value import VALUE_CLASSES


class CrmBoardSum(models.Model):
    """What the customers of a class, team and group come to: sums, so that a board need not read a customer.

    `crm.board.engine` alone writes, whenever retention or a group was computed.
    """

    _name = "crm.board.sum"
    _description = "Customers in Sums"
    _order = "company_id, group_id, team_id, value_class"
    _rec_name = "value_class"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    group_id = fields.Many2one("crm.customer.group", readonly=True, ondelete="cascade", index="btree_not_null", help="Empty: all customers.")  # fmt: skip
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="cascade", index="btree_not_null")
    value_class = fields.Selection(VALUE_CLASSES, readonly=True)
    basis = fields.Selection([("db1", "CM I"), ("revenue", "Revenue")], "Amounts Are", readonly=True)
    customers = fields.Integer(readonly=True, help="With at least one order.")
    amount = fields.Monetary(readonly=True, help="What classes rank by; unknown costs count with the average rate.")
    positive = fields.Monetary("Positive Amounts", readonly=True, help="What shares refer to.")
    risk_known = fields.Boolean("Margin at Risk Known", readonly=True)
    margin_at_risk = fields.Monetary(readonly=True, help="Expected to be lost within 12 months.")
    at_risk_count = fields.Integer("Customers at Risk", readonly=True, help="In the stage “At Risk”.")
    computed_on = fields.Datetime(readonly=True)

    _cell_uniq = models.UniqueIndex(
        "(company_id, COALESCE(group_id, 0), COALESCE(team_id, 0), COALESCE(value_class, ''))"
    )
