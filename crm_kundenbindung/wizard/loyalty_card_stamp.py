from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.loyalty_card import USER_GROUP


class LoyaltyCardStamp(models.TransientModel):
    """The desk: which card, what stands on it, another stamp, or a reward that waits."""

    _name = "loyalty.card.stamp"
    _description = "Stamp a Card"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, readonly=True)
    allowed_program_ids = fields.Many2many("loyalty.program", compute="_compute_allowed_program_ids")
    program_id = fields.Many2one(
        "loyalty.program", compute="_compute_program_id", store=True, readonly=False, required=True, precompute=True,
        domain="[('id', 'in', allowed_program_ids)]",
    )  # fmt: skip
    card_id = fields.Many2one("loyalty.card", compute="_compute_card_id", store=True, readonly=False, precompute=True)
    card_kind = fields.Selection(related="program_id.card_kind")
    card_face = fields.Json(compute="_compute_card_face", groups=USER_GROUP)
    stamped_today = fields.Char(compute="_compute_stamped_today")
    number = fields.Integer("Stamps", default=1, required=True)
    open_reward_ids = fields.Many2many("loyalty.reward", compute="_compute_open_reward_ids")
    reward_id = fields.Many2one("loyalty.reward", "Waiting Reward", domain="[('id', 'in', open_reward_ids)]")

    @api.depends("partner_id")
    def _compute_allowed_program_ids(self):
        for wizard in self:
            wizard.allowed_program_ids = wizard.card_id.program_id or wizard.partner_id._stamp_programs()

    @api.depends("partner_id")
    def _compute_program_id(self):
        for wizard in self:
            wizard.program_id = wizard.card_id.program_id or wizard.partner_id._stamp_programs()[:1]

    @api.depends("program_id")
    def _compute_card_id(self):
        """The card there is; a new one is made with its first stamp."""
        for wizard in self:
            if wizard.card_id.program_id != wizard.program_id:
                partners = wizard.partner_id | wizard.partner_id.commercial_partner_id
                domain = [("program_id", "=", wizard.program_id.id), ("partner_id", "in", partners.ids)]
                cards = self.env["loyalty.card"].search(domain, order="id")
                own = cards.filtered(lambda card, wizard=wizard: card.partner_id == wizard.partner_id)
                wizard.card_id = (own or cards)[:1]

    @api.depends("card_id")
    def _compute_card_face(self):
        for wizard in self:
            wizard.card_face = wizard.card_id and wizard.card_id._card_face()

    @api.depends("card_id")
    def _compute_stamped_today(self):
        for wizard in self:
            entry = wizard.card_id and wizard.card_id._stamped_today()
            moment = entry and fields.Datetime.context_timestamp(wizard, entry.moment).strftime("%H:%M")
            wizard.stamped_today = entry and self.env._(
                "Stamped today at %(time)s by %(user)s.", time=moment, user=entry.user_id.name
            )

    @api.depends("card_id")
    def _compute_open_reward_ids(self):
        for wizard in self:
            times = wizard.card_id._rewards_open() if wizard.card_id else {}
            wizard.open_reward_ids = self.env["loyalty.reward"].union(*(r for r, count in times.items() if count))

    def action_stamp(self):
        self.ensure_one()
        cards = self.env["loyalty.card"]
        cards._check_may_stamp()
        if not self.program_id:
            raise UserError(self.env._("Please choose the program."))
        card = self.card_id or cards._card_of(self.program_id, self.partner_id).sudo(self.env.su)
        message = card._stamp(self.number)
        return self._close_and_tell(message)

    def action_give(self):
        self.ensure_one()
        self.env["loyalty.card"]._check_may_stamp()
        if not self.card_id or not self.reward_id:
            raise UserError(self.env._("Please choose a reward."))
        self.card_id.check_access("read")
        self.env["loyalty.reward.given"]._give(self.card_id, self.reward_id)
        message = self.card_id._stamp_message()
        message["params"].update(
            type="success", sticky=False, links=[], message=self.env._("Given: %s.", self.reward_id.description)
        )
        return self._close_and_tell(message)

    def _close_and_tell(self, message):
        """A dialog ends with the notification; what lies behind is read anew."""
        message["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return message
