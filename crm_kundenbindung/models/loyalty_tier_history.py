from odoo import api, fields, models
from odoo.exceptions import AccessError


class LoyaltyTierHistory(models.Model):
    """A customer's way from one tier to another. Rows are only ever appended and hold no personal text."""

    _name = "loyalty.tier.history"
    _description = "Change of Tier"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    from_tier_id = fields.Many2one("loyalty.tier", readonly=True, ondelete="restrict")
    to_tier_id = fields.Many2one("loyalty.tier", readonly=True, ondelete="restrict")
    reason = fields.Selection(
        [
            ("upgrade", "Threshold Reached"),
            ("downgrade", "Confirmed by a Person"),
            ("manual", "Set by Hand"),
            ("merge", "Customers Merged"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True, index=True)
    figure = fields.Float("Reached Then", readonly=True, aggregator=None)
    user_id = fields.Many2one("res.users", "By", readonly=True, ondelete="set null")

    @api.depends("from_tier_id", "to_tier_id")
    def _compute_display_name(self):
        for change in self:
            change.display_name = " → ".join(
                tier.name or self.env._("no tier") for tier in (change.from_tier_id, change.to_tier_id)
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Changes of tier are written when the tier of a customer changes."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("A change of tier that happened cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise AccessError(self.env._("A change of tier that happened cannot be deleted."))
