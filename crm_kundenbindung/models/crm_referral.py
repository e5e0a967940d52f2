from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .loyalty_card import MANAGER_GROUP

# what people write by hand; everything else follows from what happened
BY_HAND = {"user_id", "note"}
REFUSALS = [
    ("self", "The same customer"),
    ("email", "The same e-mail address as the referrer"),
    ("phone", "The same phone number as the referrer"),
    ("vat", "The same VAT number as the referrer"),
    ("address", "The same address as the referrer"),
    ("circle", "A circle: the referrer came by this customer"),
    ("known", "Was a customer before"),
    ("already", "Somebody else recommended this customer first"),
    ("expired", "Did not buy in time"),
    ("person", "A person said no"),
]
# what only looks like one and the same; a manager may know better
DOUBTFUL = ("email", "phone", "vat", "address", "known", "expired", "person")


class CrmReferral(models.Model):
    """One customer recommends us to somebody: from the name to the reward of both sides, once, when the first order is invoiced."""

    _name = "crm.referral"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Referral"
    _order = "named_on desc, id desc"
    _rec_name = "contact_name"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    referrer_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="set null")
    referrer_customer_id = fields.Many2one(
        "res.partner",
        "Referring Customer",
        compute="_compute_customers",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    contact_name = fields.Char("Who Was Referred", readonly=True)
    email = fields.Char("E-Mail", readonly=True)
    phone = fields.Char(readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null", ondelete="set null")
    partner_id = fields.Many2one(
        "res.partner", "New Contact", readonly=True, index="btree_not_null", ondelete="set null", tracking=2
    )
    customer_id = fields.Many2one(
        "res.partner",
        "New Customer",
        compute="_compute_customers",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    stage_id = fields.Many2one(
        "crm.referral.stage",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        tracking=1,
        default=lambda self: self._stage("named"),
        group_expand="_read_group_expand_full",
    )
    state = fields.Selection(string="State of the Referral", related="stage_id.state", store=True, index=True)
    refusal = fields.Selection(REFUSALS, "Why Not", readonly=True, tracking=3)
    accepted_by_id = fields.Many2one(
        "res.users", "Accepted Anyway By", readonly=True, ondelete="set null",
        help="A manager who knows that these are two customers.",
    )  # fmt: skip
    origin = fields.Selection(
        [("page", "By the Link"), ("person", "Entered by One of Us")],
        "Came In",
        required=True,
        readonly=True,
        default="person",
    )
    user_id = fields.Many2one("res.users", "Looked After By", ondelete="set null", domain="[('share', '=', False)]")
    note = fields.Text()
    named_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    consented_on = fields.Datetime("Agreed to Be Contacted", readonly=True)
    consent_text = fields.Text("What Was Agreed To", readonly=True)
    order_id = fields.Many2one("sale.order", "First Order", readonly=True, index="btree_not_null", ondelete="set null")
    rewarded_on = fields.Datetime(readonly=True)
    taken_back_on = fields.Datetime(readonly=True, help="The first order was cancelled or credited in full.")
    limited = fields.Boolean(
        "Limit Reached", readonly=True, help="The referrer had the highest number of rewards in the period already."
    )
    points_referrer = fields.Float(
        "Points of the Referrer", readonly=True, help="Given by now, less what was taken back."
    )
    points_new = fields.Float(
        "Points of the New Customer", readonly=True, help="Given by now, less what was taken back."
    )
    card_referrer_id = fields.Many2one("loyalty.card", "Card of the Referrer", readonly=True, ondelete="set null")
    card_new_id = fields.Many2one("loyalty.card", "Card of the New Customer", readonly=True, ondelete="set null")

    @api.depends("referrer_id.commercial_partner_id", "partner_id.commercial_partner_id")
    def _compute_customers(self):
        for referral in self:
            referral.referrer_customer_id = referral.referrer_id.commercial_partner_id
            referral.customer_id = referral.partner_id.commercial_partner_id

    @api.depends("contact_name", "partner_id")
    def _compute_display_name(self):
        for referral in self:
            referral.display_name = (
                referral.partner_id.display_name
                or referral.contact_name
                or self.env._("Referral %s", referral.id or "")
            )

    @api.model
    def _stage(self, state):
        return self.env["crm.referral.stage"].sudo().search([("state", "=", state)], limit=1)

    # -- writing it down -----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and not self.env.su:
            raise AccessError(
                self.env._("Referrals are entered by “Recommended By…” on a contact or a lead, or by the link.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() - BY_HAND:
            raise AccessError(self.env._("What became of a referral follows from leads, orders and invoices."))
        return super().write(vals)

    @api.model
    def _enter(self, referrer, company, **vals):
        """Write down who was recommended by whom, and check it at once; return the referral.

        :param referrer: contact who recommends us
        :param company: root company
        """
        program = self.env["loyalty.program"]._referral_program(company)
        if not program:
            raise UserError(self.env._("There is no referral program."))
        referral = self.sudo().create(
            {
                "referrer_id": referrer.id,
                "company_id": company.id,
                "program_id": program.id,
                "user_id": referrer.user_id.id or referrer.commercial_partner_id.user_id.id,
                **vals,
            }
        )
        referral._follow()
        return referral

    # -- a person's word --------------------------------------------------------------------------------

    def action_check(self):
        """Look at once what became of it."""
        self.check_access("read")
        for referral in self.sudo():
            referral._follow()
        return True

    def action_refuse(self):
        """Say no; what was given is taken back by nobody but a cancellation, so a rewarded one cannot be refused."""
        self.check_access("write")
        if self.filtered(lambda referral: referral.state == "rewarded"):
            raise UserError(self.env._("This referral was rewarded already."))
        self.sudo()._refuse("person")
        return True

    def action_accept(self):
        """A manager knows that these are two customers, or gives more time: it goes on as if nothing had been doubtful."""
        self.check_access("write")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only managers of customer retention accept what was refused."))
        if self.filtered(lambda referral: referral.refusal not in DOUBTFUL):
            raise UserError(self.env._("A customer cannot recommend itself, in a circle or for a second time."))
        for referral in self.sudo():
            referral.write({"refusal": False, "accepted_by_id": self.env.uid, "stage_id": self._stage("named").id})
            referral._follow()
        return True

    # -- opening ------------------------------------------------------------------------------------------

    def action_lead(self):
        self.ensure_one()
        return self.lead_id.get_formview_action()

    def action_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()

    def action_ledger(self):
        """Open the entries of the points ledger that this referral made."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_ledger_action")
        domain = [("origin_model", "=", self._name), ("origin_id", "=", self.id)]
        return dict(action, domain=domain, context={})
