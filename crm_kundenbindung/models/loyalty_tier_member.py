import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

# what a manager may write by hand
BY_HAND = {"tier_manual_id"}


class LoyaltyTierMember(models.Model):
    """In which tier of a programme a customer is: as computed, as set by hand, and as it counts.

    One row per programme, root company and customer with a card; all cards of the customer follow it. Upgrades count
    at once, a downgrade only after the grace period and a person's word. Who objected to profiling keeps the tier and is
    not computed any more.
    """

    _name = "loyalty.tier.member"
    _description = "Customer in a Tier"
    _order = "program_id, figure desc nulls last, id"
    _rec_name = "partner_id"

    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    # set null, not cascade: Odoo's privacy lookup finds the row; without a contact the next run deletes it
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="set null"
    )  # fmt: skip
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    currency_id = fields.Many2one(related="company_id.currency_id")
    basis = fields.Selection(related="program_id.tier_basis", string="Measured By")
    tier_id = fields.Many2one(
        "loyalty.tier", readonly=True, index="btree_not_null", ondelete="restrict", group_expand="_expand_tiers"
    )
    since = fields.Date("In This Tier Since", readonly=True)
    tier_computed_id = fields.Many2one("loyalty.tier", "Computed Tier", readonly=True, ondelete="restrict")
    tier_manual_id = fields.Many2one(
        "loyalty.tier",
        "Set by Hand",
        ondelete="restrict",
        domain="[('program_id', '=', program_id), ('company_id', '=', company_id)]",
        help="Counts instead of the computed tier for as long as it is set.",
    )
    figure = fields.Float(
        "Reached",
        readonly=True,
        aggregator=None,
        help="What counts towards the tiers, within the period of the program.",
    )
    figure_known = fields.Boolean("Known", readonly=True, help="Not where costs are unknown, nor after an objection.")
    next_tier_id = fields.Many2one("loyalty.tier", readonly=True, ondelete="restrict")
    missing = fields.Float("Missing to the Next Tier", readonly=True, aggregator=None)
    missing_text = fields.Char("Missing", compute="_compute_words")
    figure_text = fields.Char("Reached So Far", compute="_compute_words")
    next_words = fields.Char("What Is Missing", compute="_compute_words")
    progress = fields.Float("To the Next Tier (%)", compute="_compute_words")
    below_since = fields.Date(readonly=True, help="Since then the computed tier is lower than the one that counts.")
    kept_until = fields.Date(readonly=True, help="A person decided that the tier stays until then.")
    downgrade = fields.Selection(
        [("none", "None"), ("grace", "In the Grace Period"), ("due", "To Confirm")],
        required=True,
        readonly=True,
        default="none",
    )
    given_pricelist_id = fields.Many2one("product.pricelist", "Price List Given", readonly=True, ondelete="set null")
    pricelists_before = fields.Json(readonly=True, help="Price lists of the customer before, by company.")
    level_before = fields.Integer(
        readonly=True, help="Partner level of the customer before; 0 is none, -1 not changed."
    )
    computed_on = fields.Datetime(readonly=True)
    history_count = fields.Integer(compute="_compute_history_count")

    _customer_uniq = models.Constraint(
        "UNIQUE(program_id, company_id, partner_id)", "A customer has one tier per program and company."
    )
    _due_idx = models.Index("(company_id) WHERE downgrade = 'due'")

    @api.model
    def _expand_tiers(self, tiers, _domain):
        return tiers.search([("company_id", "in", self.env.companies.root_id.ids)])

    def _compute_history_count(self):
        for member in self:
            member.history_count = self.env["loyalty.tier.history"].search_count(member._history_domain())

    @api.depends("figure", "figure_known", "missing", "program_id.tier_basis", "company_id", "next_tier_id")
    def _compute_words(self):
        for member in self:
            words = member.program_id
            basis, currency = member.basis, member.currency_id
            member.missing_text = words._tier_missing(basis, member.missing, currency)
            member.figure_text = words._tier_amount(basis, member.figure, currency) if member.figure_known else False
            member.next_words = member._next_words()
            goal = member.figure + member.missing
            member.progress = 100 * max(0.0, member.figure) / goal if member.missing and goal > 0 else 0.0

    def _next_words(self):
        """“another 240 € to Gold”; empty at the top."""
        self.ensure_one()
        if not self.next_tier_id:
            return False
        return self.env._("%(missing)s to %(tier)s", missing=self.missing_text, tier=self.next_tier_id.name)

    # -- changing a tier ----------------------------------------------------------------------------

    def write(self, vals):
        """People set a tier by hand, which takes effect at once; everything else is written by the computation."""
        if self.env.su:
            return super().write(vals)
        if vals.keys() - BY_HAND:
            raise AccessError(self.env._("Tiers are computed; a manager may set one by hand."))
        result = super().write(vals)
        self.sudo()._follow_hand()
        return result

    def _follow_hand(self):
        """The tier set by hand counts; where it was taken away, the computed one if it is higher."""
        for member in self:
            manual = member.tier_manual_id
            if manual and (manual.program_id, manual.company_id) != (member.program_id, member.company_id):
                raise UserError(self.env._("“%s” is a tier of another program.", manual.name))
            computed = member.tier_computed_id
            higher = computed and (not member.tier_id or computed.threshold > member.tier_id.threshold)
            tier = manual or (computed if higher else member.tier_id)
            if tier != member.tier_id:
                member._change(tier, "manual")
        self.env["loyalty.tier.engine"]._figure_again(self)

    @api.private
    def _change(self, tier, reason):
        """Give these members another tier, with its line of history and its prices."""
        if not self:
            return
        today = {company: company._werthaltigkeit_today() for company in self.company_id}
        self.env["loyalty.tier.history"].sudo().create(
            [
                {
                    "partner_id": member.partner_id.id,
                    "program_id": member.program_id.id,
                    "company_id": member.company_id.id,
                    "from_tier_id": member.tier_id.id,
                    "to_tier_id": tier.id,
                    "reason": reason,
                    "date": today[member.company_id],
                    "figure": member.figure,
                    "user_id": self.env.uid,
                }
                for member in self
            ]
        )
        for company, members in self.grouped("company_id").items():
            members.sudo().write(
                {
                    "tier_id": tier.id,
                    "since": today[company],
                    "below_since": False,
                    "kept_until": False,
                    "downgrade": "none",
                }
            )
        self.sudo()._sync_pricelist()

    # -- a person's word on downgrades ----------------------------------------------------------------

    def action_confirm_downgrade(self):
        """A person agrees: the computed tier counts from now on. Computed anew before, so that nobody loses a tier by an old figure."""
        self.check_access("read")
        members = self.sudo()
        if members.filtered(lambda member: member.downgrade != "due"):
            raise UserError(self.env._("Only downgrades whose grace period is over are confirmed."))
        self.env["loyalty.tier.engine"].sudo()._figure_again(members)
        for tier, below in members.filtered(lambda m: m.downgrade == "due").grouped("tier_computed_id").items():
            below._change(tier, "downgrade")
        return True

    def action_keep(self):
        """A person decides that the customer keeps the tier for another grace period."""
        self.check_access("read")
        members = self.sudo().filtered(lambda member: member.downgrade != "none")
        for member in members:
            today = member.company_id._werthaltigkeit_today()
            member.write(
                {
                    "kept_until": fields.Date.add(today, days=max(member.program_id.tier_grace_days, 30)),
                    "downgrade": "grace",
                }
            )
        return True

    # -- prices -----------------------------------------------------------------------------------------

    def _sync_pricelist(self):
        """Give customers the price list of their tier; a customer whose contact cannot be written stops nobody else."""
        for member in self.filtered("partner_id"):
            if member.tier_id.pricelist_id == member.given_pricelist_id:
                continue
            try:
                with self.env.cr.savepoint():
                    member._take_pricelist_back()
                    member._give_pricelist()
                    self.env.flush_all()
            except Exception as error:
                _logger.warning("no price list for member %s of a tier", member.id, exc_info=True)
                self.env.invalidate_all()
                self.env["loyalty.ledger.issue"]._report(
                    "job",
                    company=member.company_id,
                    document=member,
                    message=self.env._("The price list of a tier was not given: %s", error),
                )

    def _partner_in(self, company):
        return self.partner_id.with_company(company)

    def _branches(self):
        return self.env["res.company"].browse(self.env["crm.value.lines"]._branches(self.company_id))

    def _give_pricelist(self):
        """Remember what the customer has, then give what the tier says; the contact tells why."""
        pricelist = self.tier_id.pricelist_id
        if not pricelist:
            return
        before, level_before = {}, -1
        level = self._level_of(pricelist)
        if level:
            level_before = self.partner_id.grade_id.id or 0
        for company in self._branches():
            before[str(company.id)] = self._partner_in(company).specific_property_product_pricelist.id
        if level:
            self._partner_in(self.company_id).grade_id = level
        for company in self._branches():
            self._partner_in(company).specific_property_product_pricelist = pricelist
        self.write({"given_pricelist_id": pricelist.id, "pricelists_before": before, "level_before": level_before})
        self.partner_id.message_post(
            body=self.env._(
                "Price list “%(pricelist)s”, because of tier %(tier)s of “%(program)s”.",
                pricelist=pricelist.name,
                tier=self.tier_id.name,
                program=self.program_id.name,
            )
        )

    def _take_pricelist_back(self):
        """Give back the price list the customer had before the tier, unless a person changed it since."""
        given, before = self.given_pricelist_id, self.pricelists_before or {}
        if not given:
            return
        if self.level_before >= 0 and self._level_of(given) and self.partner_id.grade_id == self._level_of(given):
            self._partner_in(self.company_id).grade_id = self.level_before
        for company in self._branches():
            partner = self._partner_in(company)
            if partner.specific_property_product_pricelist == given:
                partner.specific_property_product_pricelist = (
                    self.env["product.pricelist"].browse(before.get(str(company.id)) or []).exists()
                )
        self.write({"given_pricelist_id": False, "pricelists_before": False, "level_before": -1})
        self.partner_id.message_post(
            body=self.env._(
                "The price list “%(pricelist)s” of a tier of “%(program)s” was taken back; the one before counts again.",
                pricelist=given.name,
                program=self.program_id.name,
            )
        )

    def _level_of(self, pricelist):
        """The partner level whose price list this is, where the app with levels is installed."""
        if "res.partner.grade" not in self.env or "default_pricelist_id" not in self.env["res.partner.grade"]._fields:
            return False
        return self.env["res.partner.grade"].search(
            [
                ("default_pricelist_id", "=", pricelist.id),
                ("company_id", "in", [False, *self._branches().ids]),
            ],
            limit=1,
        )

    # -- opening ----------------------------------------------------------------------------------------

    def _history_domain(self):
        self.ensure_one()
        return [
            ("partner_id", "=", self.partner_id.id),
            ("program_id", "=", self.program_id.id),
            ("company_id", "=", self.company_id.id),
        ]

    def action_history(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_tier_history_action")
        return dict(action, domain=self._history_domain(), context={})

    def action_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_cards(self):
        """Open the customer's cards of this programme."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cards of %s", self.partner_id.display_name),
            "res_model": "loyalty.card",
            "views": [(False, "list"), (False, "form")],
            "domain": [("partner_id", "child_of", self.partner_id.id), ("program_id", "=", self.program_id.id)],
            "context": {"create": False},
        }
