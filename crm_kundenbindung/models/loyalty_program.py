from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .loyalty_card import USER_GROUP


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    ledger_validity_months = fields.Integer(
        "Points Expire After", help="Months after which earned points expire, the oldest first. 0: never."
    )
    ledger_reminder_days = fields.Integer(
        "Reminder Before Expiry",
        default=30,
        help="Days before points expire on which the customer gets a mail. 0: none.",
    )
    ledger_money_like = fields.Boolean(
        "Like Money", compute="_compute_ledger_money_like",
        help="Gift cards and eWallets pay like money: their balance is owed to the customer. Points of the other programs "
        "only reduce the price of a later purchase. The accounts treat them differently; a tax adviser confirms how.",
    )  # fmt: skip
    ledger_count = fields.Integer("Ledger Entries", compute="_compute_ledger_count", groups=USER_GROUP)

    _validity_not_negative = models.Constraint(
        "CHECK (ledger_validity_months >= 0 AND ledger_reminder_days >= 0)",
        "Months and days cannot be negative.",
    )

    @api.depends("program_type")
    def _compute_ledger_money_like(self):
        for program in self:
            program.ledger_money_like = program.program_type in ("gift_card", "ewallet")

    def _compute_ledger_count(self):
        counts = dict(
            self.env["loyalty.ledger"]._read_group([("program_id", "in", self.ids)], ["program_id"], ["__count"])
        )
        for program in self:
            program.ledger_count = counts.get(program, 0)

    def action_ledger(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_ledger_action")
        return {**action, "domain": [("program_id", "=", self.id)], "context": {}}

    @api.private
    def _ledger_expires_on(self, day=None):
        """The day from which points earned on `day` (today) have expired, or False."""
        self.ensure_one()
        months = self.sudo().ledger_validity_months
        return months and (day or fields.Date.context_today(self)) + relativedelta(months=months)

    @api.private
    def _ledger_whole(self):
        """Whether points of this program come and go as whole ones, as stamps do."""
        self.ensure_one()
        program = self.sudo()
        return not program.ledger_money_like and all(
            rule.reward_point_mode != "money" and float(rule.reward_point_amount).is_integer()
            for rule in program.rule_ids
        )

    @api.private
    def _ledger_cost_per_point(self):
        """What a point costs us when it is redeemed with the program's most expensive reward; 0 where unknown."""
        self.ensure_one()
        costs = [0.0]
        for reward in self.reward_ids.filtered("required_points"):
            if reward.reward_type == "discount" and reward.discount_mode == "per_point":
                costs.append(reward.discount)
            else:
                costs.append(reward._cost_when_given() / reward.required_points)
        return max(costs)
