from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..movement import Movement
from .loyalty_card import USER_GROUP


class LoyaltyRewardGiven(models.Model):
    """A reward handed out without a sales order: at the desk, for stamps or points of a card."""

    _name = "loyalty.reward.given"
    _description = "Reward Handed Out"
    _order = "moment desc, id desc"
    _rec_name = "reward_id"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, index=True, ondelete="restrict")
    program_id = fields.Many2one(
        "loyalty.program", related="card_id.program_id", store=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    reward_id = fields.Many2one("loyalty.reward", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    moment = fields.Datetime("Given On", required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Given By", readonly=True, default=lambda self: self.env.user)
    points = fields.Float("Points or Stamps", readonly=True, help="What it cost on the card.")
    cost = fields.Monetary(
        readonly=True, help="What it cost us, when it was given: what the goods cost, or the discount."
    )
    state = fields.Selection(
        [("given", "Given"), ("undone", "Taken Back")], required=True, readonly=True, default="given", index=True
    )

    @api.model
    @api.private
    def _give(self, card, reward):
        """Hand a reward out now; one on which the card has no claim is refused."""
        card = card.sudo()
        self.env["loyalty.ledger.engine"].sudo()._lock_cards(card)
        if reward not in card.program_id.reward_ids:
            raise ValidationError(self.env._("This reward is none of this card."))
        if not card._rewards_open().get(reward):
            raise ValidationError(
                self.env._(
                    "“%(reward)s” cannot be given now: the card has too few of them, or it was given from this book before.",
                    reward=reward.description,
                )
            )
        company = card.company_id or self.env.company
        given = self.sudo().create(
            {
                "card_id": card.id,
                "reward_id": reward.id,
                "company_id": company.id,
                "user_id": self.env.uid,
                "points": card._reward_cost(reward),
                "cost": reward.with_company(company)._cost_when_given(),
            }
        )
        self.env["loyalty.stamp.engine"].sudo()._touch(card)
        if given.points:
            card._move([given._line(-given.points, "redeemed")], Movement("settle", document=given))
        return given

    def _line(self, amount, cause, **values):
        """Values of the ledger entry of this reward."""
        return {
            "amount": amount,
            "cause": cause,
            "res_model": self._name,
            "res_id": self.id,
            "origin_model": self._name,
            "origin_id": self.id,
            "company_id": self.company_id.id,
            **values,
        }

    def action_undo(self):
        """The reward comes back, and so do its stamps or points; once."""
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only users of customer retention take a reward back."))
        self.check_access("read")
        for given in self.sudo():
            self.env["loyalty.ledger.engine"].sudo()._lock_cards(given.card_id)
            given.invalidate_recordset(["state"])
            if given.state != "given":
                raise UserError(self.env._("This reward was taken back before."))
            given.state = "undone"
            self.env["loyalty.stamp.engine"].sudo()._touch(given.card_id)
            if given.points:
                domain = [("origin_model", "=", self._name), ("origin_id", "=", given.id), ("cause", "=", "redeemed")]
                entry = self.env["loyalty.ledger"].sudo().search(domain, limit=1)
                line = given._line(given.points, "returned", reverses_id=entry.id)
                given.card_id._move([line], Movement("settle", document=given))
        return True

    def action_open_card(self):
        self.ensure_one()
        return self.card_id.get_formview_action()
