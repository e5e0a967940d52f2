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
        program = card.program_id
        stamps = program.card_kind == "stamps"
        shown = card._stamps_shown() if stamps else card.points
        times = card._rewards_open()
        rewards = [
            {"name": reward.description, "required": reward.required_points, "reachable": times[reward] > 0}
            for reward in program.reward_ids.sorted("required_points")
        ]
        return {
            "holder": card.partner_id.name or "",
            "program": program.name,
            "kind": program.card_kind,
            "points": shown,
            "point_name": card.point_name or "",
            "stamps": card._face_stamps(shown, rewards) if stamps else [],
            "next_reward": card._face_next(shown, rewards),
            "rewards": rewards,
            "tier": False,
            "next_tier": False,
        }

    def _face_next(self, shown, rewards):
        """The nearest reward that is not reached yet; after the last of a book the first of the next one."""
        program = self.program_id
        for reward in rewards:
            if reward["required"] > shown + EPSILON:
                return {"name": reward["name"], "missing": reward["required"] - shown}
        if rewards and program.card_kind == "stamps" and program.card_keep:
            missing = program.card_size - shown + rewards[0]["required"]
            return {"name": rewards[0]["name"], "missing": missing}
        return False

    def _face_stamps(self, shown, rewards):
        """The fields of the book, each with its reward."""
        names = {int(reward["required"]): reward["name"] for reward in rewards}
        return [
            {"number": number, "given": number <= shown, "reward": names.get(number, False)}
            for number in range(1, self.program_id.card_size + 1)
        ]
