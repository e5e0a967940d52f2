from odoo import api, fields, models

from .loyalty_card import USER_GROUP


class LoyaltyProgram(models.Model):
    """How a programme does, in the company at hand: figures from `loyalty.program.report`, each opens its records."""

    _inherit = "loyalty.program"

    figure_members = fields.Integer("Members", compute="_compute_figures", groups=USER_GROUP)
    figure_active_share = fields.Float(
        "Active Share", compute="_compute_figures", groups=USER_GROUP,
        help="Members whose card earned or was redeemed in the last 12 months.",
    )  # fmt: skip
    figure_outstanding = fields.Float("Points Outstanding", compute="_compute_figures", groups=USER_GROUP)
    figure_redemption_rate = fields.Float(
        "Redemption Rate", compute="_compute_figures", groups=USER_GROUP, help="Redeemed of all points that ever came."
    )
    figure_cost = fields.Monetary(
        "Cost of Rewards (CM)", compute="_compute_figures", currency_field="figure_currency_id", groups=USER_GROUP,
        help="In the last 12 months: goods at cost, discounts in full.",
    )  # fmt: skip
    figure_currency_id = fields.Many2one("res.currency", compute="_compute_figures", groups=USER_GROUP)

    @api.depends_context("company")
    def _compute_figures(self):
        company = self.env.company.root_id
        rows = self.env["loyalty.program.report"].search(
            [("program_id", "in", self.ids), ("company_id", "=", company.id)]
        )
        found = rows.grouped("program_id")
        for program in self:
            row = found.get(program, rows.browse())
            program.figure_members = row.members
            program.figure_active_share = row.active_share
            program.figure_outstanding = row.outstanding
            program.figure_redemption_rate = row.redemption_rate
            program.figure_cost = row.cost
            program.figure_currency_id = company.currency_id

    def _action_figures(self, xml_id, name, domain, context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        domain = [("program_id", "=", self.id), *domain]
        return dict(action, display_name=f"{self.name}: {name}", domain=domain, context=context or {})

    def action_view_members(self):
        name = self.env._("Members")
        return self._action_figures("loyalty.loyalty_card_action", name, [("partner_id", "!=", False)])

    def action_view_active(self):
        name = self.env._("Active")
        since = fields.Datetime.subtract(fields.Datetime.now(), months=12)
        moved = [("moment", ">=", since), ("cause", "in", ("earned", "event", "referral", "redeemed", "returned"))]
        domain = [("partner_id", "!=", False), ("ledger_ids", "any", moved)]
        return self._action_figures("loyalty.loyalty_card_action", name, domain)

    def action_view_outstanding(self):
        name = self.env._("Open Points")
        return self._action_figures("loyalty.loyalty_card_action", name, [("points", ">", 0)])

    def action_view_redeemed(self):
        name = self.env._("Redeemed")
        domain = [("cause", "in", ("redeemed", "returned"))]
        return self._action_figures("crm_kundenbindung.loyalty_ledger_action", name, domain)

    def action_view_rewards(self):
        name = self.env._("Rewards Given")
        context = {"search_default_past_year": 1}
        return self._action_figures("crm_kundenbindung.loyalty_reward_report_action", name, [], context)
