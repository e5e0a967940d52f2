from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmTouchpointChannel(models.Model):
    """On which way we met: phone, letter, e-mail, shop …, and what a contact on it costs."""

    _name = "crm.touchpoint.channel"
    _description = "Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Technical name that reports and other apps rely on.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-comments-o", help="Font Awesome class shown in the customer history.")
    digital = fields.Boolean(help="Digital, else analog.")
    loggable = fields.Boolean(default=True, help="Offered when somebody logs a contact by hand.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    cost_per_contact = fields.Float(
        company_dependent=True, help="Postage, fees and material of one contact, in the currency of your company."
    )
    cost_per_hour = fields.Float(
        company_dependent=True, help="What an hour of the people on this channel costs your company."
    )
    default_minutes = fields.Float(help="Minutes assumed where nobody noted how long a contact took.")
    cost_outdated = fields.Boolean(help="Rates changed: the next run values all touchpoints of this channel anew.")

    _code_uniq = models.Constraint("UNIQUE(code)", "Another channel has this code already.")
    _rates_not_negative = models.Constraint(
        "CHECK(default_minutes >= 0)", "Minutes assumed for a channel cannot be negative."
    )

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    def write(self, vals):
        if {"cost_per_contact", "cost_per_hour", "default_minutes"} & vals.keys():
            vals = dict(vals, cost_outdated=True)
            self.env.ref("crm_werthaltigkeit.ir_cron_touchpoint").sudo()._trigger()
        return super().write(vals)

    def _rates(self):
        """Return (company id, channel id, cost per contact, cost per hour, default minutes) of all.

        Branches use the rates of their root company, in its currency.
        """
        channels = self.with_context(active_test=False).search([])
        return [
            (company.id, channel.id, channel.cost_per_contact, channel.cost_per_hour, channel.default_minutes)
            for company in self.env["res.company"].with_context(active_test=False).search([])
            for channel in channels.with_company(company.root_id)
        ]

    @api.model
    def action_confirm_rates(self):
        """Confirm the rates of the current company, see `res.company`."""
        return self.env.company.action_confirm_rates()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        touchpoints = self.env["crm.touchpoint"].sudo().with_context(active_test=False)
        if touchpoints.search_count([("channel_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("There are touchpoints of this channel. Archive it instead."))
