from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

try:
    import numpy as np

    from ..stats import affinity
except ImportError:  # without the libraries there are no recommendations, and everything else works
    np = affinity = None

PER_CUSTOMER = 5
PER_PRODUCT = 10
BATCH = 20_000  # customers


class CrmRecommendationEngine(models.AbstractModel):
    """Computes recommendations of a company: purchases → similar products → per customer, in batches.

    Products are compared as templates, so that variants count as one; the variant most bought stands for them.
    """

    _name = "crm.recommendation.engine"
    _description = "Computation of Product Recommendations"

    def _continue(self, computation, commit=False):
        """Go on with a computation until it is done (True) or the cron's time is up (False)."""
        company = computation.company_id
        if affinity is None:
            computation.note = self.env._(
                "This server lacks numpy and scipy: without them there are no recommendations."
            )
            self._delete(company)
            return True
        self.env.flush_all()
        arrays = self.env["crm.value.arrays"]
        pairs = arrays._fetch(self.env["crm.recommendation.query"]._pairs(company), ("customer", "item"))
        customers, items = pairs["customer"].astype(int), pairs["item"].astype(int)
        variants, allowed = self._variants(company)
        if not customers.size or not allowed.size:
            computation.note = self.env._("Nobody bought anything yet: there is nothing to recommend.")
            self._delete(company)
            return True
        similarity = affinity.similar(customers, items)
        if not computation.last_id:
            self._write_affinity(company, similarity, variants, allowed)
        order = np.argsort(customers, kind="stable")
        customers, items = customers[order], items[order]
        ids = np.unique(customers)
        ids = ids[ids > computation.last_id]
        for start in range(0, ids.size, BATCH):
            upper = int(ids[min(start + BATCH, ids.size) - 1])
            batch = slice(*np.searchsorted(customers, (computation.last_id + 1, upper + 1)))
            found = affinity.recommend(similarity, customers[batch], items[batch], k=PER_CUSTOMER, allowed=allowed)
            self._write_customers(company, found, variants, computation.last_id, upper)
            computation.last_id = upper
            if commit and not self.env["ir.cron"]._commit_progress(1, remaining=1):
                return False
        self._delete(company, after=computation.last_id)
        rows = self.env["crm.product.recommendation"]
        rows.invalidate_model(flush=False)
        computation.row_count = rows.search_count([("company_id", "=", company.id)])
        return True

    def _update(self, company, commit=False):
        """Nothing in between: what similar customers buy changes slowly, the night is soon enough."""

    def _variants(self, company):
        """Return ((templates, variant that stands for each), templates that may be recommended), as arrays."""
        branches = self.env["crm.value.query"]._branches(company)
        rows = self.env["crm.value.arrays"]._fetch(
            self.env["crm.recommendation.query"]._representatives(company), ("item", "product", "active")
        )
        templates = self.env["product.template"].sudo()
        wanted = templates.search(Domain("sale_ok", "=", True) & Domain("company_id", "in", [False, *branches])).ids
        items = rows["item"].astype(int)
        allowed = items[(rows["active"] == 1) & np.isin(items, wanted)]
        return (items, rows["product"].astype(int)), allowed

    def _variant(self, variants, items):
        """The variant that stands for each of these templates."""
        known, products = variants
        return products[np.searchsorted(known, items)]

    # -- writing only what changed ------------------------------------------------------------------

    def _write_affinity(self, company, similarity, variants, allowed):
        products = similarity.products
        found = affinity.recommend(similarity, products, products, k=PER_PRODUCT, allowed=allowed)
        self.env["crm.value.arrays"]._store(
            "crm_affinity_new",
            found.customer,
            {
                "product": self._variant(variants, found.customer),
                "other": self._variant(variants, found.product),
                **self._figures(found),
            },
        )
        for statement in self.env["crm.recommendation.query"]._write_affinity(company):
            self.env.cr.execute(statement)
        self.env["crm.product.affinity"].invalidate_model(flush=False)

    def _write_customers(self, company, found, variants, lower, upper):
        self.env["crm.value.arrays"]._store(
            "crm_recommendation_new",
            found.customer,
            {
                "product": self._variant(variants, found.product),
                "because": self._variant(variants, found.because),
                **self._figures(found),
            },
        )
        for statement in self.env["crm.recommendation.query"]._write_customers(company, lower, upper):
            self.env.cr.execute(statement)

    def _figures(self, found):
        """Rounded as they are shown, so that a change nobody sees is not written."""
        return {
            "rank": found.rank,
            "score": np.round(found.score, 3),
            "lift": np.round(np.nan_to_num(found.lift), 1),
            "support": found.support,
        }

    def _delete(self, company, after=0):
        self.env.cr.execute(
            SQL("DELETE FROM crm_product_recommendation WHERE company_id = %s AND partner_id > %s", company.id, after)
        )
        self.env["crm.product.recommendation"].invalidate_model(flush=False)
