from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyReward(models.Model):
    """Any reward of a programme, free shipping too, may need a tier."""

    _inherit = "loyalty.reward"

    tier_id = fields.Many2one(
        "loyalty.tier",
        "From Tier",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        domain="[('program_id', '=', program_id)]",
        help="Only customers of this tier, or of a higher one, can have this reward.",
    )

    @api.constrains("tier_id", "program_id")
    def _check_tier(self):
        for reward in self.filtered("tier_id"):
            if reward.tier_id.sudo().program_id != reward.program_id:
                raise ValidationError(self.env._("The tier of a reward belongs to the same program."))

    @api.private
    def _within_tier(self, tier):
        """Those of these rewards that a customer of this tier (or of none) can have."""
        return self.filtered(
            lambda reward: (
                not reward.sudo().tier_id
                or (
                    tier
                    and tier.company_id == reward.sudo().tier_id.company_id
                    and tier.threshold >= reward.sudo().tier_id.threshold
                )
            )
        )
