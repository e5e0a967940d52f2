from odoo import api, fields, models
from odoo.fields import Domain

STATES = [
    ("waiting", "Will Be Reached"),
    ("planned", "Call Planned"),
    ("sent", "Reached"),
    ("excluded", "Left Out"),
    ("failed", "Failed"),
]
REASONS = [
    ("profiling", "Objected to profiling, and the group is made by a rule"),
    ("archived", "Archived"),
    ("objected", "Objected to this channel"),
    ("no_consent", "No consent to this channel"),
    ("blacklisted", "On the blacklist"),
    ("bounced", "Address bounces"),
    ("no_address", "No address or number"),
    ("duplicate", "Same address as another contact"),
    ("channel", "Wants another channel"),
    ("topic", "Interested in other topics"),
    ("frequency", "Wants to hear from us less often"),
    ("pressure", "Heard from us often enough lately"),
]


class CrmOutreachRecipient(models.Model):
    """One person of a campaign: reached, or left out and why; written by the campaign alone.

    Its computed fields are the placeholders of the campaign's text.
    """

    _name = "crm.outreach.recipient"
    _description = "Recipient of a Campaign"
    _order = "outreach_id desc, id"
    _rec_name = "partner_id"

    outreach_id = fields.Many2one(
        "crm.outreach", "Campaign", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, ondelete="set null", index="btree_not_null")
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    channel_id = fields.Many2one("crm.touchpoint.channel", readonly=True, ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", "UTM Campaign", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", "Our Person", readonly=True, ondelete="set null")
    state = fields.Selection(STATES, required=True, readonly=True, default="waiting")
    reason = fields.Selection(REASONS, "Why Left Out", readonly=True)
    failure = fields.Char("What Went Wrong", readonly=True)
    sent_on = fields.Datetime("Reached On", readonly=True)
    printed_on = fields.Datetime(readonly=True)
    by_mailing = fields.Boolean("Sent by Email Marketing", readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null", index="btree_not_null")
    activity_id = fields.Many2one("mail.activity", "Call", readonly=True, ondelete="set null", index="btree_not_null")
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")
    came_back = fields.Boolean(
        "Came Back Within 30 Days", compute="_compute_came_back", search="_search_came_back", help="No proof."
    )
    bought = fields.Boolean(
        "Bought Within 30 Days", compute="_compute_came_back", search="_search_bought", help="No proof."
    )

    salutation = fields.Char(compute="_compute_person")
    first_name = fields.Char(compute="_compute_person")
    last_name = fields.Char(compute="_compute_person")
    responsible = fields.Char("Responsible Salesperson", compute="_compute_person")
    last_order = fields.Char("Last Order of the Customer", compute="_compute_last_order")
    next_reward = fields.Char("Next Reward of the Customer", compute="_compute_next_reward")

    _partner_uniq = models.UniqueIndex("(outreach_id, partner_id)", "Everybody gets a campaign once.")
    _state_idx = models.Index("(outreach_id, state)")
    _customer_idx = models.Index("(commercial_partner_id, sent_on) WHERE state = 'sent'")

    # -- placeholders -----------------------------------------------------------------------------

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Placeholders that people without the right to edit mail templates may use."""
        names = ("salutation", "first_name", "last_name", "responsible", "last_order", "next_reward")
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.partner_id.lang",
            *(f"object.{name}" for name in names),
        )

    @api.depends("partner_id", "user_id")
    @api.depends_context("lang")
    def _compute_person(self):
        for recipient in self:
            partner = recipient.partner_id.sudo()
            words = (partner.name or "").split()
            person = not partner.is_company
            recipient.first_name = " ".join(words[:-1]) if person else False
            recipient.last_name = words[-1] if words and person else partner.name
            if partner.kundenbindung_salutation:
                recipient.salutation = partner.kundenbindung_salutation
            elif person and words:
                recipient.salutation = self.env._("Good day %s,", partner.name)
            else:
                recipient.salutation = self.env._("Dear Sir or Madam,")
            recipient.responsible = recipient.user_id.sudo().name or recipient.company_id.name

    @api.depends("commercial_partner_id")
    @api.depends_context("lang")
    def _compute_last_order(self):
        """Number and day of the customer's last confirmed order."""
        customers = self.commercial_partner_id
        last = {}
        for order in (
            self.env["sale.order"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id.commercial_partner_id", "in", customers.ids),
                    ("state", "=", "sale"),
                    ("company_id", "child_of", self.company_id.root_id.ids),
                ],
                ["name", "date_order", "partner_id"],
                order="date_order, id",
            )
        ):
            last[order.partner_id.commercial_partner_id.id] = order
        for recipient in self:
            order = last.get(recipient.commercial_partner_id.id)
            day = order and fields.Datetime.context_timestamp(self, order.date_order).date()
            recipient.last_order = (
                self.env._(
                    "%(order)s of %(date)s",
                    order=order.name,
                    date=self.env["ir.qweb.field.date"].value_to_html(day, {}),
                )
                if order
                else False
            )

    @api.depends("commercial_partner_id")
    @api.depends_context("lang")
    def _compute_next_reward(self):
        """The nearest reward on the customer's cards, and how much is missing; empty without a card."""
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("program_id.program_type", "=", "loyalty"),
                ]
            )
        )
        by_customer = cards.grouped(lambda card: card.partner_id.commercial_partner_id)
        for recipient in self:
            ahead = [
                (reward.required_points - card.points, card, reward)
                for card in by_customer.get(recipient.commercial_partner_id, cards.browse())
                for reward in card.program_id.reward_ids
            ]
            missing, card, reward = min(ahead, key=lambda row: (row[0] <= 0, row[0]), default=(0, None, None))
            if reward is None:
                recipient.next_reward = False
            elif missing <= 0:
                recipient.next_reward = self.env._("%s: yours already", reward.description)
            else:
                recipient.next_reward = self.env._(
                    "%(reward)s: only %(points)s %(unit)s to go",
                    reward=reward.description,
                    points=f"{missing:g}",
                    unit=card.program_id.portal_point_name or self.env._("points"),
                )

    # -- what came of it ----------------------------------------------------------------------------

    def _compute_came_back(self):
        came, bought = (
            self.search([("id", "in", self.ids), ("came_back", "=", True)]),
            self.search([("id", "in", self.ids), ("bought", "=", True)]),
        )
        for recipient in self:
            recipient.came_back = recipient in came
            recipient.bought = recipient in bought

    def _search_came_back(self, operator, value):
        return self._search_result(operator, "came_back")

    def _search_bought(self, operator, value):
        return self._search_result(operator, "bought")

    def _search_result(self, operator, what):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.env["crm.outreach.engine"]._select_results(what))

    def _stop_token(self):
        """What signs the link with which this person objects: 256 bits, bound to the row and the contact."""
        self.ensure_one()
        return self.env["crm.outreach"]._sign(self)

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
