from odoo import api, fields, models

from .loyalty_card import USER_GROUP


class LoyaltyCard(models.Model):
    """The tier on the card: its holder's, shown to whoever works with the card and to the holder."""

    _inherit = "loyalty.card"

    tier_member_id = fields.Many2one(
        "loyalty.tier.member", "Customer in the Tier", compute="_compute_tier", groups=USER_GROUP
    )
    tier_id = fields.Many2one("loyalty.tier", compute="_compute_tier", groups=USER_GROUP)
    tier_next = fields.Char("To the Next Tier", compute="_compute_tier", groups=USER_GROUP)
    tier_progress = fields.Float("Progress to the Next Tier", compute="_compute_tier", groups=USER_GROUP)

    @api.depends("program_id", "partner_id")
    @api.depends_context("company")
    def _compute_tier(self):
        members = self._tier_members()
        for card in self:
            member = members.get((card.program_id.id, card.partner_id.commercial_partner_id.id))
            card.tier_member_id = member
            card.tier_id = member and member.tier_id
            card.tier_next = member and member.next_words
            card.tier_progress = member and member.progress

    def _tier_members(self):
        """Return {(programme id, customer id): member} of these cards, one query for all of them.

        In the company of the programme; for one of all companies, in the user's.
        """
        company = self.env.company.root_id
        members = self.env["loyalty.tier.member"].search(
            [
                ("program_id", "in", self.program_id.ids),
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
            ]
        )
        found = {}
        for member in members.sorted(lambda m: m.company_id == company):
            own = member.program_id.company_id.root_id
            if not own and member.company_id != company and not self.env.su:
                continue
            found[member.program_id.id, member.partner_id.id] = member
        return found

    def _card_face(self):
        """Add the tier and what is missing to the next one; without a tier the face is as before."""
        face = super()._card_face()
        member = self.sudo()._tier_member()
        if member.tier_id:
            face["tier"] = {"name": member.tier_id.name}
            if face["kind"] == "points":
                face["kind"] = "tier"
        if member.next_tier_id:
            face["next_tier"] = {
                "name": member.next_tier_id.name,
                "missing": member.missing_text,
                "progress": min(1.0, member.progress / 100),
            }
        return face

    def _tier_member(self):
        """The row of this card's holder in the tiers of its programme, empty without one."""
        self.ensure_one()
        key = (self.program_id.id, self.partner_id.commercial_partner_id.id)
        return self._tier_members().get(key) or self.env["loyalty.tier.member"]

    def _rewards_open(self, order=None):
        """A reward of a tier is out of reach below it, however many points there are: on orders and at the desk."""
        times = super()._rewards_open(order)
        limited = [reward for reward in times if reward.tier_id]
        if limited:
            tier = self.sudo()._tier_member().tier_id
            times.update({reward: 0 for reward in limited if not reward._within_tier(tier)})
        return times

    def action_tier(self):
        self.ensure_one()
        return self.tier_member_id.get_formview_action()
