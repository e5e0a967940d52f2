from odoo import api, fields, models


class CrmProductRecommendation(models.Model):
    """What else a customer might need: products that similar customers bought and this one did not.

    `crm.recommendation.engine` writes the rows. Who objected to profiling has none.
    """

    _name = "crm.product.recommendation"
    _description = "Product Recommendation"
    _order = "partner_id, rank, id"
    _rec_name = "product_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="cascade", index=True)
    rank = fields.Integer(required=True, readonly=True, aggregator=None, help="1 fits best.")
    score = fields.Float(
        readonly=True, aggregator=None, help="Similarity to all that the customer bought; comparable within a customer."
    )
    because_product_id = fields.Many2one(
        "product.product", "Because They Bought", required=True, readonly=True, ondelete="cascade", index=True
    )
    lift = fields.Float(
        readonly=True, aggregator=None, help="How many times more often than by chance. It explains; it never ranks."
    )
    support = fields.Integer("Customers of Both", readonly=True, aggregator=None, help="0 stands for fewer than 5.")
    reason = fields.Char("Why", compute="_compute_reason")
    user_id = fields.Many2one(related="partner_id.user_id")
    computed_on = fields.Datetime(readonly=True)

    _rank_uniq = models.Constraint("UNIQUE(company_id, partner_id, rank)", "Each rank is there once.")

    @api.depends("because_product_id", "lift", "support")
    @api.depends_context("lang")
    def _compute_reason(self):
        affinity = self.env["crm.product.affinity"]
        for row in self:
            row.reason = affinity._reason(row.because_product_id, row.lift, row.support)

    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_recompute(self):
        """Compute all recommendations anew in the background."""
        self.check_access("read")
        computations = (
            self.env["crm.computation"].sudo()._request("recommendation", self.env.companies.root_id, self.env.user)
        )
        return computations._notification()
