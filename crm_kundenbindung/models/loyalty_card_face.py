from odoo import models

from ..movement import EPSILON


class LoyaltyCard(models.Model):
    """What a card shows to its holder: on a phone, on paper and to the employee."""

    _inherit = "loyalty.card"

    def _card_face(self):
        """What the holder sees of this card, and no personal data but the name.

        :return: dict of `holder`, `program`, `kind` ("points", "stamps", "tier"), `points`, `point_name`; `stamps` as
            dicts of number, given and reward (empty unless stamps are given); `next_reward` as name and missing points,
            or False; `rewards` as dicts of name, required and reachable; `tier` and `next_tier`, False here.
        """
        self.ensure_one()
        card = self.sudo()
        program, reached = card.program_id, card._face_points()
        rewards = [
            {
                "name": reward.description,
                "required": reward.required_points,
                "reachable": card._reward_reachable(reward),
            }
            for reward in program.reward_ids.sorted("required_points")
        ]
        ahead = [reward for reward in rewards if reward["required"] > reached + EPSILON]
        following = ahead[:1] or (rewards[:1] if program.card_kind == "stamps" else [])
        return {
            "holder": card.partner_id.name or "",
            "program": program.name,
            "kind": program.card_kind,
            "points": reached,
            "point_name": card.point_name or "",
            "stamps": card._face_stamps(reached, rewards),
            "next_reward": {"name": following[0]["name"], "missing": card._missing_points(following[0]["required"])}
            if following
            else False,
            "rewards": rewards,
            "tier": False,
            "next_tier": False,
        }

    def _face_points(self):
        """Points, or stamps in the book that is open."""
        return self.points

    def _missing_points(self, required):
        """Points until `required` of them are reached."""
        return max(0.0, required - self._face_points())

    def _reward_reachable(self, reward):
        """Whether the holder may have this reward now."""
        return self.points + EPSILON >= reward.required_points

    def _face_stamps(self, given, rewards):
        """The fields of the book: as many as its dearest reward asks for."""
        if self.program_id.card_kind != "stamps":
            return []
        names = {int(reward["required"]): reward["name"] for reward in rewards}
        return [
            {"number": number, "given": number <= given + EPSILON, "reward": names.get(number, False)}
            for number in range(1, self.program_id.card_size + 1)
        ]
