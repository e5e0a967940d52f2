from odoo import fields, models
from odoo.tools import formatLang

SUPPORT = 5  # customers below which a lift says nothing


class CrmProductAffinity(models.Model):
    """Which products the same customers buy: per product the nearest others, best first."""

    _name = "crm.product.affinity"
    _description = "Bought by the Same Customers"
    _order = "product_id, rank, id"
    _rec_name = "other_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(
        "product.product", "Who Bought", required=True, readonly=True, ondelete="cascade", index=True
    )
    product_tmpl_id = fields.Many2one(
        "product.template", "Who Bought (All Variants)", required=True, readonly=True, ondelete="cascade", index=True
    )
    other_id = fields.Many2one(
        "product.product", "Also Bought", required=True, readonly=True, ondelete="cascade", index=True
    )
    rank = fields.Integer(required=True, readonly=True, aggregator=None)
    score = fields.Float(readonly=True, aggregator=None, help="Customers of both per customers of either (Jaccard).")
    lift = fields.Float(
        readonly=True, aggregator=None, help="How many times more often than by chance. It explains; it never ranks."
    )
    support = fields.Integer("Customers of Both", readonly=True, aggregator=None, help="0 stands for fewer than 5.")
    computed_on = fields.Datetime(readonly=True)

    _rank_uniq = models.Constraint("UNIQUE(company_id, product_tmpl_id, rank)", "Each rank is there once.")

    def _reason(self, because, lift, support):
        """Say in words why a product is recommended; figures only where enough customers stand behind them."""
        name = because.sudo().with_context(display_default_code=False).display_name
        if support < SUPPORT or lift <= 1.05:
            return self.env._("Customers who bought %s also bought this", name)
        return self.env._(
            "Customers who bought %(product)s also bought this: %(lift)s times as often as others (%(count)s customers)",
            product=name,
            lift=formatLang(self.env, lift, digits=1),
            count=support,
        )
