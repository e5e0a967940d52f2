from odoo import fields, models
from odoo.tools import SQL


class LoyaltyRewardReport(models.Model):
    """Every reward given, on an order, a receipt or at the desk, and what it cost us.

    Cost = goods at cost, discounts in full: what rewards take from CM II.
    """

    _name = "loyalty.reward.report"
    _description = "Rewards Given"
    _auto = False
    _order = "moment desc, id desc"
    _rec_name = "reward_id"

    program_id = fields.Many2one("loyalty.program", readonly=True)
    reward_id = fields.Many2one("loyalty.reward", readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    moment = fields.Datetime("Given On", readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document ID", model_field="res_model", readonly=True)
    place = fields.Selection(
        [("order", "Sales Order"), ("pos", "Point of Sale"), ("desk", "At the Desk")], "Given With", readonly=True
    )
    cost = fields.Monetary(readonly=True, help="Goods at cost, discounts in full.")

    _depends = {
        "sale.order": ["company_id", "currency_rate", "date_order", "partner_id", "state"],
        "sale.order.line": [
            "coupon_id", "order_id", "price_subtotal", "product_uom_qty", "purchase_price", "reward_id"
        ],
        "loyalty.reward.given": ["card_id", "company_id", "cost", "moment", "reward_id", "state"],
        "loyalty.reward": ["program_id", "reward_type"],
    }  # fmt: skip

    @property
    def _table_query(self):
        """A line of a reward is one row: its discount, or its goods."""
        parts = [
            self._lines("sale_order", "sale_order_line", "o.state = 'sale'", 0, "sale.order", "order"),
            SQL(
                """
                SELECT g.id * 3 + 1 AS id, g.program_id, g.reward_id, g.card_id, c.partner_id, g.company_id, k.currency_id, g.moment,
                       'loyalty.reward.given' AS res_model, g.id AS res_id, 'desk' AS place, g.cost
                  FROM loyalty_reward_given g
                  JOIN loyalty_card c ON c.id = g.card_id
                  JOIN res_company k ON k.id = g.company_id
                 WHERE g.state = 'given'
                """
            ),
        ]
        if "reward_id" in getattr(self.env.get("pos.order.line"), "_fields", ()):
            parts.append(
                self._lines("pos_order", "pos_order_line", "o.state IN ('paid', 'done')", 2, "pos.order", "pos")
            )
        return SQL(" UNION ALL ").join(parts)

    def _lines(self, orders, lines, condition, number, model, place):
        """Lines of rewards on orders or receipts, in the currency of the company."""
        pos = model == "pos.order"
        return SQL(
            """
            SELECT l.id * 3 + %(number)s AS id, r.program_id, r.id AS reward_id, l.coupon_id AS card_id, o.partner_id,
                   o.company_id, k.currency_id, o.date_order AS moment, %(model)s AS res_model, o.id AS res_id,
                   %(place)s AS place,
                   (CASE WHEN r.reward_type = 'product' AND l.price_subtotal >= 0 THEN %(goods)s
                         ELSE -l.price_subtotal END) / COALESCE(NULLIF(o.currency_rate, 0), 1) AS cost
              FROM %(lines)s l
              JOIN %(orders)s o ON o.id = l.order_id
              JOIN loyalty_reward r ON r.id = l.reward_id
              JOIN res_company k ON k.id = o.company_id
             WHERE %(condition)s
            """,
            number=number,
            model=model,
            place=place,
            goods=SQL("COALESCE(l.total_cost, 0)" if pos else "COALESCE(l.purchase_price * l.product_uom_qty, 0)"),
            lines=SQL.identifier(lines),
            orders=SQL.identifier(orders),
            condition=SQL(condition),  # one of the two conditions above. pylint: disable=sql-injection
        )

    def action_open_document(self):
        """Open the order or receipt; of a reward handed out at the desk the card."""
        self.ensure_one()
        if self.res_model == "loyalty.reward.given" or self.res_model not in self.env:
            return self.card_id.get_formview_action()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
