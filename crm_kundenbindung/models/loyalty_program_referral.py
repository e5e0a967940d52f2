from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from .loyalty_card import USER_GROUP


class LoyaltyProgram(models.Model):
    """A programme whose points customers also get for recommending us, and by being recommended."""

    _inherit = "loyalty.program"

    referral_active = fields.Boolean(
        "Referral Program", help="Customers get a code and a link of their own; both sides are rewarded."
    )
    referral_points_referrer = fields.Float("Points for the Referrer", default=100)
    referral_points_new = fields.Float("Points for the New Customer", default=100)
    referral_minimum = fields.Float(
        "First Order From", help="Untaxed amount that the new customer's first order needs, in the company's currency."
    )
    referral_limit = fields.Integer(
        "Rewards per Referrer", default=10, help="At most so many in the period. 0: no limit."
    )
    referral_limit_months = fields.Integer("Period of the Limit (Months)", default=12)
    referral_days = fields.Integer(
        "Buys Within (Days)", default=365, help="Whoever was recommended must order within so many days. 0: no limit."
    )
    referral_count = fields.Integer("Referrals", compute="_compute_referral_count", groups=USER_GROUP)

    _referral_not_negative = models.Constraint(
        "CHECK (referral_points_referrer >= 0 AND referral_points_new >= 0 AND referral_minimum >= 0 AND referral_limit >= 0"
        " AND referral_limit_months >= 1 AND referral_days >= 0)",
        "Points, amounts and limits of referrals cannot be negative; the period of the limit is at least a month.",
    )

    def _compute_referral_count(self):
        counts = dict(
            self.env["crm.referral"]._read_group([("program_id", "in", self.ids)], ["program_id"], ["__count"])
        )
        for program in self:
            program.referral_count = counts.get(program, 0)

    @api.constrains("referral_active", "program_type", "applies_on")
    def _check_referral(self):
        for program in self.filtered("referral_active"):
            if not program._has_tiers():
                raise ValidationError(
                    self.env._(
                        "Referrals are rewarded with points of a card that collects them, not of “%s”.", program.name
                    )
                )

    @api.private
    @api.model
    def _referral_program(self, company):
        """The programme by which a root company rewards referrals now: the first that is active; empty without one."""
        today = company._werthaltigkeit_today()
        branches = self.env["crm.value.lines"]._branches(company)
        return self.sudo().search(
            [
                ("referral_active", "=", True),
                ("company_id", "in", [False, *branches]),
                "|", ("date_from", "=", False), ("date_from", "<=", today),
                "|", ("date_to", "=", False), ("date_to", ">=", today),
            ],
            limit=1,
        )  # fmt: skip

    def action_referrals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_referral_action")
        return dict(action, domain=[("program_id", "=", self.id)], context={})

    @api.model
    def get_program_templates(self):
        templates = super().get_program_templates()
        if self.env.context.get("menu_type") != "gift_ewallet":
            templates["kundenbindung_referral"] = {
                "title": self.env._("Referral Program"),
                "description": self.env._("Customers recommend you; both sides get points after the first invoice"),
                "icon": "promo_code",
            }
        return templates

    @api.model
    def _get_template_values(self):
        return {
            **super()._get_template_values(),
            "kundenbindung_referral": {
                "name": self.env._("Customers Recommend Us"),
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": self.env._("Points"),
                "referral_active": True,
                "rule_ids": [Command.clear()],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 100}),
                ],
                "communication_plan_ids": [Command.clear()],
            },
        }
