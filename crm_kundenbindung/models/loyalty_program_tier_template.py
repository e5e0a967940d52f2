from odoo import Command, api, models


class LoyaltyProgram(models.Model):
    """“Customer Card with Tiers” among the templates of a new programme."""

    _inherit = "loyalty.program"

    @api.model
    def get_program_templates(self):
        templates = super().get_program_templates()
        if self.env.context.get("menu_type") != "gift_ewallet":
            templates["kundenbindung_tiers"] = {
                "title": self.env._("Customer Card with Tiers"),
                "description": self.env._("Bronze, Silver, Gold: whoever buys more earns more points and gets more"),
                "icon": "loyalty_cards",
            }
        return templates

    @api.model
    def _get_template_values(self):
        company = self.env.company.root_id

        def tier(name, threshold, multiplier):
            return Command.create(
                {"name": name, "threshold": threshold, "multiplier": multiplier, "company_id": company.id}
            )

        return {
            **super()._get_template_values(),
            "kundenbindung_tiers": {
                "name": self.env._("Customer Card"),
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": self.env._("Points"),
                "rule_ids": [Command.clear(), Command.create({"reward_point_mode": "money", "reward_point_amount": 1})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 500}),
                ],
                "communication_plan_ids": [Command.clear()],
                "tier_basis": "revenue",
                "tier_months": 12,
                "tier_ids": [
                    tier(self.env._("Bronze"), 0, 1),
                    tier(self.env._("Silver"), 1000, 1.25),
                    tier(self.env._("Gold"), 3000, 1.5),
                ],
            },
        }
