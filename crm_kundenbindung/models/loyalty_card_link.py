import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .loyalty_card import USER_GROUP

TOKEN_BYTES = 24  # 192 random bits: 32 letters in a link


class LoyaltyCard(models.Model):
    """The link by which a customer sees the card without a password; made when first asked for, and revocable."""

    _inherit = "loyalty.card"

    kundenbindung_token = fields.Char(
        "Key of the Link", readonly=True, copy=False, groups=USER_GROUP,
        help="The secret part of the link to the card. Whoever has it sees stamps and rewards of the card, nothing else.",
    )  # fmt: skip

    _kundenbindung_token_uniq = models.UniqueIndex("(kundenbindung_token) WHERE kundenbindung_token IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("kundenbindung_token") for vals in vals_list):
            self._check_token_trusted()
        return super().create(vals_list)

    def write(self, vals):
        if "kundenbindung_token" in vals:
            self._check_token_trusted()
        return super().write(vals)

    def _check_token_trusted(self):
        """A link is drawn at random, never chosen: a known one would open the card to whoever chose it."""
        if not self.env.su:
            raise AccessError(self.env._("The link of a card is made by the system."))

    def action_new_link(self):
        """Replace the links of these cards: the old ones, and what was printed of them, no longer open anything."""
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only users of customer retention give a card a new link."))
        self.check_access("read")
        for card in self.sudo():
            card.kundenbindung_token = secrets.token_urlsafe(TOKEN_BYTES)
        return True

    def _card_url(self):
        """The absolute address of this card's page for its holder; draws the key when there is none."""
        self.ensure_one()
        card = self.sudo()
        if not card.kundenbindung_token:
            card.action_new_link()
        return f"{card.get_base_url()}/card/{card.kundenbindung_token}"
