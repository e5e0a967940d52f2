import re

from odoo import api, models
from odoo.tools import consteq, formatLang

from ..qr import data_address

# what the key of a link is made of: anything else is not looked up
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


class CrmPortal(models.AbstractModel):
    """A card as its holder sees it, with and without a password."""

    _inherit = "crm.portal"

    @api.model
    def _card_of_token(self, token):
        """The card whose link carries this token, or nothing. The comparison takes equally long for every token."""
        cards = self.env["loyalty.card"].sudo()
        if not token or not TOKEN.fullmatch(token):
            return cards
        card = cards.search([("kundenbindung_token", "=", token)], limit=1)
        return card if consteq(card.kundenbindung_token or "", token) else cards

    @api.model
    def _card_values(self, card):
        """Everything that the template of a card's face shows, worded in the language of the page."""
        face, url = card._card_face(), card._card_url()
        return {
            "card": card,
            "face": face,
            "card_url": url,
            "qr": data_address(url),
            "stamps_text": self._stamps_text(face),
            "points_text": self._points_text(card, face["points"]),
            "missing_text": self._missing_text(card, face),
            "tier_text": self._tier_text(face["next_tier"]),
            "rewards_text": [
                (reward, self._points_text(card, reward["required"], face["kind"])) for reward in face["rewards"]
            ],
        }

    def _stamps_text(self, face):
        given = sum(stamp["given"] for stamp in face["stamps"])
        return self.env._("%(given)s of %(all)s stamps", given=given, all=len(face["stamps"]))

    def _points_text(self, card, points, kind="points"):
        """Points with their name, as "120 points" or "3 stamps"."""
        if kind == "stamps":
            return self.env._("1 stamp") if points == 1 else self.env._("%s stamps", self._number(points))
        if card.program_id.currency_id and card.point_name == card.program_id.currency_id.symbol:
            return card._format_points(points)
        return f"{self._number(points)} {card.point_name or ''}".strip()

    def _number(self, number):
        return formatLang(self.env, number, digits=0 if float(number).is_integer() else 2)

    def _missing_text(self, card, face):
        """What is missing to the next reward, or that it is there."""
        if not face["next_reward"]:
            return False
        missing = face["next_reward"]["missing"]
        if missing <= 0:
            return self.env._("It is yours now")
        return self.env._("%s to go", self._points_text(card, missing, face["kind"]))

    def _tier_text(self, tier):
        """What is missing to the next tier, as "another 240 € to Gold"."""
        return tier and self.env._("%(missing)s to %(tier)s", missing=tier["missing"], tier=tier["name"])
