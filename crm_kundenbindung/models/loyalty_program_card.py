from odoo import api, fields, models


class LoyaltyProgram(models.Model):
    """What kind of card a programme gives to its customers."""

    _inherit = "loyalty.program"

    card_kind = fields.Selection(
        [("points", "Points"), ("stamps", "Stamps")], "Card Shows", required=True, default="points",
        help="A stamp card has a field per stamp and a reward on some of them; a points card has a balance.",
    )  # fmt: skip
    card_size = fields.Integer(
        "Stamps in a Book", compute="_compute_card_size", help="As many as the reward with the most stamps asks for."
    )

    @api.depends("reward_ids.required_points")
    def _compute_card_size(self):
        for program in self:
            program.card_size = max(map(int, program.reward_ids.mapped("required_points")), default=0)
