from odoo import api, models
from odoo.exceptions import AccessError

from ..movement import KEY, current

# What decides which card pays for a line, and how much: written by Odoo's own steps, never by hand.
GUARDED = ("points_cost", "coupon_id", "reward_id")
EARNING = {"product_uom_qty", "price_unit", "discount", "product_id"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(name) for vals in vals_list for name in GUARDED):
            self._check_trusted()
            orders = self.env["sale.order"].browse({vals.get("order_id") for vals in vals_list if vals.get("order_id")})
            lines = self._on_account_of(orders)
            return super(SaleOrderLine, lines).create(vals_list).with_env(self.env)
        lines = super().create(vals_list)
        if confirmed := lines.filtered(lambda line: line.state == "sale" and not line.display_type):
            confirmed.order_id._ledger_follow_change()
        return lines

    def write(self, vals):
        lines = self
        if any(name in vals for name in GUARDED) and self._changes_guarded(vals):
            self._check_trusted()
            lines = self._on_account_of(self.order_id)
        result = super(SaleOrderLine, lines).write(vals)
        if not EARNING.isdisjoint(vals):
            self.filtered(lambda line: not line.reward_id and line.state == "sale").order_id._ledger_follow_change()
        return result

    def unlink(self):
        lines, orders = self, self.order_id.filtered(lambda order: order.state == "sale")
        if self.coupon_id:
            lines = self._on_account_of(self.order_id)
        result = super(SaleOrderLine, lines).unlink()
        orders.exists()._ledger_follow_change()
        return result

    def _on_account_of(self, orders):
        """These lines in an environment that may move points on account of the orders."""
        return self.with_context(**{KEY: current(orders._with_ledger("order").env)})

    def _changes_guarded(self, vals):
        """Whether these values differ from what the lines hold: forms send back what they were given."""
        for name in GUARDED:
            if name not in vals:
                continue
            field, value = self._fields[name], vals[name] or False
            if any((field.convert_to_write(line[name], line) or False) != value for line in self):
                return True
        return False

    def _check_trusted(self):
        if not self.env.su and not current(self.env):
            raise AccessError(self.env._("Rewards and what they cost are not written by hand."))
