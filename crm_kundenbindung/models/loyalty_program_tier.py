from odoo import api, fields, models
from odoo.tools import float_round, formatLang

from .loyalty_card import USER_GROUP

BASES = [
    ("revenue", "Revenue"),
    ("margin", "Contribution Margin (CM II)"),
    ("points", "Points Earned"),
    ("visits", "Visits (Days With a Purchase)"),
]


class LoyaltyProgram(models.Model):
    """Tiers of a customer card: by what they are measured, over how many months, and how long customers may stay below."""

    _inherit = "loyalty.program"

    tier_ids = fields.One2many("loyalty.tier", "program_id", "Tiers", copy=True, groups=USER_GROUP)
    tier_basis = fields.Selection(
        BASES,
        "Tiers Measured By",
        required=True,
        default="revenue",
        help="Revenue and contribution margin as in the customer value: without taxes, less discounts, rewards and returns. "
        "Customers whose costs are not known stay in their tier. A visit is a day with a purchase. Points are those earned, "
        "multiplied ones included, less those taken back.",
    )
    tier_months = fields.Integer(
        "Tier Period (Months)", required=True, default=12, help="So many months back count, day by day."
    )
    tier_grace_days = fields.Integer(
        "Grace Period (Days)",
        required=True,
        default=90,
        help="So many days a customer may be below the threshold before a person is asked to confirm the lower tier.",
    )
    tier_member_count = fields.Integer("Customers With a Tier", compute="_compute_tier_member_count", groups=USER_GROUP)
    tier_due_count = fields.Integer("Downgrades to Confirm", compute="_compute_tier_member_count", groups=USER_GROUP)

    _tier_period = models.Constraint(
        "CHECK (tier_months BETWEEN 1 AND 120 AND tier_grace_days BETWEEN 0 AND 730)",
        "The period of tiers is 1 to 120 months, the grace period 0 to 730 days.",
    )

    def _compute_tier_member_count(self):
        members = self.env["loyalty.tier.member"]
        counts = {}
        for program, downgrade, number in members._read_group(
            [("program_id", "in", self.ids)], ["program_id", "downgrade"], ["__count"]
        ):
            counts.setdefault(program, {})[downgrade] = number
        for program in self:
            program.tier_member_count = sum(counts.get(program, {}).values())
            program.tier_due_count = counts.get(program, {}).get("due", 0)

    def write(self, vals):
        result = super().write(vals)
        if {"tier_basis", "tier_months", "tier_grace_days"} & vals.keys():
            self.env["loyalty.tier.engine"]._ask_again(self.sudo().tier_ids.company_id)
        return result

    def copy(self, default=None):
        """A copy has the same tiers, without their price lists, and its rewards need them as before."""
        copies = super().copy(default)
        for old, new in zip(self.sudo(), copies.sudo(), strict=True):
            tiers = {(tier.company_id, tier.threshold): tier for tier in new.tier_ids}
            for reward, copied in zip(old.reward_ids, new.reward_ids.sorted("id")):
                if reward.tier_id:
                    copied.tier_id = tiers.get((reward.tier_id.company_id, reward.tier_id.threshold))
        return copies

    @api.private
    def _has_tiers(self):
        """Whether cards of this programme may have tiers: those of a customer that collect points."""
        self.ensure_one()
        return self.program_type == "loyalty" and self.is_nominative

    @api.private
    def _tier_points(self, points, multiplier):
        """Points times the multiplier of a tier; never more than it says, and whole where points are."""
        self.ensure_one()
        digits = 0 if self._ledger_whole() else 2
        return float_round(points * multiplier, precision_digits=digits, rounding_method="DOWN")

    @api.private
    @api.model
    def _tier_amount(self, basis, amount, currency):
        """A threshold or what is missing to it, in words: “240 €”, “120 points”, “3 visits”."""
        whole = float(amount).is_integer()
        if basis in ("revenue", "margin"):
            return formatLang(self.env, amount, digits=0 if whole else 2, currency_obj=None if whole else currency) + (
                f" {currency.symbol}" if whole else ""
            )
        number = formatLang(self.env, amount, digits=0 if whole else 2)
        if basis == "points":
            return self.env._("%s points", number)
        return self.env._("1 visit") if amount == 1 else self.env._("%s visits", number)

    @api.private
    @api.model
    def _tier_missing(self, basis, missing, currency):
        """What is missing to the next tier, in words: “another 240 €”; empty where there is none."""
        if not missing:
            return ""
        return self.env._("another %s", self._tier_amount(basis, missing, currency))

    def action_tier_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_tier_member_action")
        return dict(action, domain=[("program_id", "=", self.id)], context={})

    def action_tier_downgrades(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_tier_member_action_due")
        return dict(action, domain=[("program_id", "=", self.id), ("downgrade", "=", "due")])

    def action_tier_compute(self):
        """Compute the tiers of this programme's customers now."""
        self.ensure_one()
        self.check_access("read")
        companies = self.sudo().tier_ids.company_id & self.env.companies.root_id
        for company in companies:
            self.env["loyalty.tier.engine"].sudo()._compute(company, self.sudo())
        return self.action_tier_members()
