from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class LoyaltyTier(models.Model):
    """A tier of a customer card, such as Bronze, Silver and Gold: what it takes to get there, and what it gives.

    Tiers belong to a programme and a root company. The one with the highest threshold that a customer reaches counts;
    a threshold of 0 is the tier that everybody with a card begins in.
    """

    _name = "loyalty.tier"
    _description = "Tier of a Customer Card"
    _order = "program_id, threshold, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one("loyalty.program", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company.root_id,
        help="What customers bought from this company and its branches counts.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    basis = fields.Selection(related="program_id.tier_basis", string="Measured By")
    threshold = fields.Float(
        "From",
        required=True,
        default=0.0,
        help="What a customer must have reached within the period: an amount without taxes, points, or visits.",
    )
    multiplier = fields.Float(
        "Points Times", required=True, default=1.0, help="What orders earn is multiplied by this; 1: as without a tier."
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        ondelete="restrict",
        check_company=True,
        copy=False,
        help="Customers of this tier get this price list, and the one they had before when they leave it. Where the app "
        "for memberships and partner levels is installed, they also get the level that has it as its price list.",
    )
    reward_ids = fields.One2many(
        "loyalty.reward", "tier_id", "Rewards From Here On", help="Rewards that need at least this tier."
    )
    member_count = fields.Integer("Customers", compute="_compute_member_count")

    _threshold_not_negative = models.Constraint("CHECK (threshold >= 0)", "A tier begins at 0 or above.")
    _multiplier_positive = models.Constraint("CHECK (multiplier > 0)", "Points are multiplied by more than 0.")
    _threshold_uniq = models.UniqueIndex(
        "(program_id, company_id, threshold) WHERE active", "Two tiers of a program cannot begin at the same threshold."
    )

    def _compute_member_count(self):
        counts = dict(
            self.env["loyalty.tier.member"]._read_group([("tier_id", "in", self.ids)], ["tier_id"], ["__count"])
        )
        for tier in self:
            tier.member_count = counts.get(tier, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """A tier belongs to the root of its programme's company; with the first tier customers are computed."""
        for vals in vals_list:
            program = self.env["loyalty.program"].browse(vals.get("program_id"))
            if program.company_id:
                vals["company_id"] = program.company_id.root_id.id
        tiers = super().create(vals_list)
        self.env["loyalty.tier.engine"]._wake()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if {"threshold", "active", "pricelist_id"} & vals.keys():
            self.env["loyalty.tier.engine"]._ask_again(self.company_id)
        return result

    @api.constrains("program_id")
    def _check_program(self):
        for tier in self:
            if not tier.program_id._has_tiers():
                raise ValidationError(
                    self.env._("Only cards that collect points over several orders have tiers, not “%s”.", tier.program_id.name)
                )  # fmt: skip

    @api.constrains("pricelist_id", "company_id", "active")
    def _check_one_program_gives_prices(self):
        """A customer has one price list: the tiers of one programme per company may give one."""
        giving = self.search([("pricelist_id", "!=", False), ("company_id", "in", self.company_id.ids)])
        for company, tiers in giving.grouped("company_id").items():
            if len(tiers.program_id) > 1:
                raise ValidationError(
                    self.env._(
                        "The tiers of one program give price lists, since a customer has one: in %(company)s these are “%(programs)s”.",
                        company=company.name,
                        programs="”, “".join(tiers.program_id.mapped("name")),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        if (
            self.env["loyalty.tier.history"]
            .sudo()
            .search_count(["|", ("from_tier_id", "in", self.ids), ("to_tier_id", "in", self.ids)], limit=1)
        ):
            raise UserError(self.env._("Customers have or had this tier. Please archive it instead."))

    def action_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_tier_member_action")
        return dict(action, domain=[("tier_id", "=", self.id)], context={})
