from odoo import api, models
from odoo.exceptions import AccessError

from ..movement import current


class SaleOrderCouponPoints(models.Model):
    _inherit = "sale.order.coupon.points"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_trusted()
        return super().create(vals_list)

    def write(self, vals):
        self._check_trusted()
        return super(SaleOrderCouponPoints, self._allowed()).write(vals)

    def unlink(self):
        return super(SaleOrderCouponPoints, self._allowed()).unlink()

    def _allowed(self):
        """Odoo's steps remove and reset these as the salesperson, who has no right to: a cancellation would fail."""
        return self.sudo() if current(self.env) else self

    def _check_trusted(self):
        """What an order earns follows from its lines and the rules of the programme."""
        if not self.env.su and not current(self.env):
            raise AccessError(self.env._("What an order earns is not written by hand."))
