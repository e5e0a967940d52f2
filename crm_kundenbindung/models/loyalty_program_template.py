from odoo import api, fields, models
from odoo.fields import Command


class LoyaltyProgram(models.Model):
    """Stamp cards and a points card with expiry in Odoo's own choice of templates."""

    _inherit = "loyalty.program"

    event_rule_ids = fields.One2many("loyalty.event.rule", "program_id", "Points for Events", copy=True)

    @api.model
    def get_program_templates(self):
        templates = super().get_program_templates()
        if self.env.context.get("menu_type") == "gift_ewallet":
            return templates
        _ = self.env._
        return {
            **templates,
            "stamp_card": {
                "title": _("Stamp Card"),
                "description": _("A stamp per order, rewards at 3, 5 and 10 stamps, then a new book"),
                "icon": "fidelity_cards",
            },
            "stamp_card_service": {
                "title": _("Stamp Card for Services"),
                "description": _("A stamp per service sold, rewards at 3, 5 and 10 stamps"),
                "icon": "fidelity_cards",
            },
            "stamp_card_visit": {
                "title": _("Stamp Card for Visits"),
                "description": _("A stamp per visit, with one click at the desk, also without an order"),
                "icon": "fidelity_cards",
            },
            "points_card": {
                "title": _("Points Card With Expiry"),
                "description": _("Points for purchases, ratings, birthdays; what is not used in 24 months expires"),
                "icon": "loyalty_cards_2",
            },
        }

    @api.model
    def _get_template_values(self):
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        services = [("type", "=", "service")] + ([("uom_id", "=", unit.id)] if unit else [])
        _ = self.env._
        visit, rating, birthday, profile = _("Visit"), _("Rating given"), _("Birthday"), _("Profile completed")
        return {
            **super()._get_template_values(),
            "stamp_card": self._stamp_card_values(_("Stamp Card"), [{"reward_point_mode": "order"}]),
            "stamp_card_service": self._stamp_card_values(
                _("Stamp Card for Services"), [{"reward_point_mode": "unit", "product_domain": repr(services)}]
            ),
            "stamp_card_visit": self._stamp_card_values(
                _("Stamp Card for Visits"),
                [],
                event_rule_ids=self._event_rules(("touchpoint", visit, 1, 1, "day", "visit service")),
            ),
            "points_card": {
                "name": _("Points Card"),
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": _("Points"),
                "ledger_validity_months": 24,
                "rule_ids": [Command.clear(), Command.create({"reward_point_mode": "money", "reward_point_amount": 1})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"discount_mode": "per_order", "discount": 5, "required_points": 100}),
                    Command.create({"discount_mode": "per_order", "discount": 15, "required_points": 250}),
                ],
                "event_rule_ids": self._event_rules(
                    ("touchpoint", rating, 10, 1, "month", "rating"),
                    ("birthday", birthday, 25, 1, "year", ""),
                    ("profile", profile, 20, 1, "ever", ""),
                ),
            },
        }

    @api.model
    def _stamp_card_values(self, name, rules, **values):
        """A book of ten stamps with three rewards, of which the first two keep the stamps."""
        return {
            "name": name,
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "card_kind": "stamps",
            "card_keep": True,
            "portal_visible": True,
            "portal_point_name": self.env._("Stamps"),
            "rule_ids": [Command.clear(), *(Command.create({"reward_point_amount": 1, **rule}) for rule in rules)],
            "reward_ids": [
                Command.clear(),
                *(
                    Command.create({"discount_mode": "per_order", "discount": discount, "required_points": stamps})
                    for stamps, discount in ((3, 5), (5, 10), (10, 50))
                ),
            ],
            **values,
        }

    @api.model
    def _event_rules(self, *rules):
        """Commands for rules of (trigger, name, points, at most, period, codes of touchpoint kinds)."""
        kinds = self.env["crm.touchpoint.kind"]
        return [
            Command.create(
                {
                    "trigger": trigger,
                    "name": name,
                    "points": points,
                    "max_times": times,
                    "period": period,
                    "kind_ids": [Command.set(kinds.search([("code", "in", codes.split())]).ids)],
                }
            )
            for trigger, name, points, times, period, codes in rules
        ]
