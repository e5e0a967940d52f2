from datetime import datetime, time

from pytz import timezone, utc

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .loyalty_card import USER_GROUP


class LoyaltyCard(models.Model):
    """Stamping a card by hand: one click, and a question only where it was stamped today already."""

    _inherit = "loyalty.card"

    card_face = fields.Json("Card", compute="_compute_card_face", groups=USER_GROUP)
    event_count = fields.Integer("Events", compute="_compute_event_count", groups=USER_GROUP)
    given_count = fields.Integer("Rewards Handed Out", compute="_compute_given_count", groups=USER_GROUP)

    @api.depends("points", "program_id", "partner_id")
    def _compute_card_face(self):
        for card in self:
            card.card_face = card._card_face() if card.program_id else False

    def _compute_event_count(self):
        domain = [("card_id", "in", self.ids), ("state", "=", "given")]
        counts = dict(self.env["loyalty.event"]._read_group(domain, ["card_id"], ["__count"]))
        for card in self:
            card.event_count = counts.get(card, 0)

    def _compute_given_count(self):
        domain = [("card_id", "in", self.ids), ("state", "=", "given")]
        counts = dict(self.env["loyalty.reward.given"]._read_group(domain, ["card_id"], ["__count"]))
        for card in self:
            card.given_count = counts.get(card, 0)

    @api.model
    def _check_may_stamp(self):
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(_("Only users of customer retention stamp cards and hand out rewards."))

    @api.model
    def _card_of(self, program, partner):
        """The card of this contact in a programme: its own, else the customer's, else a new one of the customer."""
        cards, customer = self.sudo(), partner.commercial_partner_id
        domain = [("program_id", "=", program.id), ("partner_id", "in", (partner | customer).ids)]
        found = cards.search(domain, order="id")
        own = found.filtered(lambda card: card.partner_id == partner)
        return (own or found)[:1] or cards.create({"program_id": program.id, "partner_id": customer.id})

    def _stamped_today(self):
        """The last entry of this card by which it got a stamp today."""
        self.ensure_one()
        company = (self.sudo().company_id or self.env.company).root_id
        zone = timezone(company._werthaltigkeit_tz())
        today = fields.Datetime.now().replace(tzinfo=utc).astimezone(zone).date()
        start = zone.localize(datetime.combine(today, time())).astimezone(utc).replace(tzinfo=None)
        domain = [
            ("card_id", "=", self.id),
            ("cause", "in", ("earned", "event")),
            ("amount", ">", 0),
            ("moment", ">=", start),
        ]
        return self.env["loyalty.ledger"].sudo().search(domain, order="id desc", limit=1)

    def _stamp(self, number=1):
        """Stamp the card, and say what stands on it now."""
        self.ensure_one()
        self._check_may_stamp()
        self.check_access("read")
        card = self.sudo(False)
        program = card.sudo().program_id
        if program.card_kind != "stamps" or not card.sudo().partner_id:
            raise UserError(_("This is no stamp card of a customer."))
        if not 1 <= number <= program.card_size:
            raise ValidationError(_("Between one stamp and a book of them can be given at once."))
        if not program._admits(card.sudo().partner_id):
            raise UserError(
                _(
                    "“%(program)s” is for customers of the group “%(group)s” only.",
                    program=program.name,
                    group=program.card_group_id.name,
                )
            )
        self.env["loyalty.event"]._stamp_by_hand(card, number)
        return card._stamp_message()

    def _stamp_message(self):
        """A notification: how full the book is, what comes next or waits for the customer, and a link to the card."""
        face = self._card_face()
        ready = [reward["name"] for reward in face["rewards"] if reward["reachable"]]
        parts = [_("Stamp %(given)s of %(size)s.", given=int(face["points"]), size=len(face["stamps"]))]
        if ready:
            parts.append(_("Reward ready: %s.", ", ".join(ready)))
        if face["next_reward"]:
            parts.append(
                _(
                    "%(missing)s more to: %(reward)s.",
                    missing=int(face["next_reward"]["missing"]),
                    reward=face["next_reward"]["name"],
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if ready else "success",
                "title": face["holder"],
                "message": " ".join([*parts, "%s"]),
                "links": [{"label": _("Open the card"), "url": f"/odoo/loyalty.card/{self.id}"}],
                "sticky": bool(ready),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_stamp(self):
        """Stamp once; ask first where the card was stamped today."""
        self.ensure_one()
        self._check_may_stamp()
        self.check_access("read")
        return self._action_stamp_dialog() if self._stamped_today() else self._stamp()

    def action_give_reward(self):
        """Choose a reward that the card has a claim on."""
        self.ensure_one()
        self._check_may_stamp()
        self.check_access("read")
        return self._action_stamp_dialog()

    def _action_stamp_dialog(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Stamp Card") if self.sudo().program_id.card_kind == "stamps" else _("Give Reward"),
            "res_model": "loyalty.card.stamp",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.sudo().partner_id.id, "default_card_id": self.id},
        }

    def action_view_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_event_action")
        return dict(action, domain=[("card_id", "=", self.id)], context={})

    def action_view_given(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_reward_given_action")
        return dict(action, domain=[("card_id", "=", self.id)], context={})

    def action_print_card(self):
        """The card on paper, with the QR code of its link."""
        self._check_may_stamp()
        return self.env.ref("crm_kundenbindung.action_report_loyalty_card").report_action(self)
