from odoo import models
from odoo.fields import Domain


class LoyaltyLedgerPos(models.AbstractModel):
    """The point of sale does not know the tiers of customers: rewards that need one are not offered there."""

    _inherit = "loyalty.ledger.pos"

    def _wrappers(self):
        return (*super()._wrappers(), ("loyalty.reward", "_load_pos_data_domain", _without_tiers))


def _without_tiers(origin):
    def load_pos_data_domain(self, *args):
        return Domain(origin(self, *args)) & Domain("tier_id", "=", False)

    return load_pos_data_domain
