from dateutil.relativedelta import relativedelta

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError


class ResCompany(models.Model):
    _inherit = "res.company"

    werthaltigkeit_basis = fields.Selection(
        [("order", "Confirmed orders"), ("invoice", "Posted invoices and credit notes")],
        string="Customer Value From",
        default="order",
        required=True,
    )
    werthaltigkeit_period = fields.Selection(
        [("12", "Last 12 months"), ("24", "Last 24 months"), ("36", "Last 36 months"), ("all", "All years")],
        string="Period of Customer Value",
        default="36",
        required=True,
    )
    werthaltigkeit_limit_a = fields.Float("Class A up to (%)", default=80.0)
    werthaltigkeit_limit_b = fields.Float("Class B up to (%)", default=95.0)
    werthaltigkeit_cost_known_since = fields.Date(
        "Costs Known Since",
        default=lambda self: self._default_cost_known_since(),
        help="Order lines created earlier carry costs that were stamped on them later: they count as estimated.",
    )
    werthaltigkeit_horizon = fields.Integer("Horizon of the Lifetime Value (Years)", default=3)
    werthaltigkeit_discount_rate = fields.Float(
        "Discount Rate per Year (%)", default=8.0, help="What money earned a year later is worth less today."
    )
    werthaltigkeit_rates_confirmed_on = fields.Date("Contact Rates Confirmed On", readonly=True)
    werthaltigkeit_rates_confirmed_by = fields.Many2one(
        "res.users", "Contact Rates Confirmed By", readonly=True, ondelete="set null"
    )
    werthaltigkeit_as_of = fields.Date(
        "Customer Values as of", help="For data that end in the past, such as a copy for training. Empty: today."
    )
    werthaltigkeit_care_outdated_months = fields.Integer(
        "Outdated After (Months)", default=24, help="A contact without any touchpoint for that long is to be checked."
    )
    werthaltigkeit_care_checked_months = fields.Integer(
        "Checked Stays Off the List (Months)",
        default=12,
        help="For that long a contact that somebody checked is hidden.",
    )
    werthaltigkeit_care_watermark = fields.Datetime("Data Care Read Until")
    werthaltigkeit_value_watermark = fields.Datetime("Customer Values Read Until")

    _werthaltigkeit_limits = models.Constraint(
        "CHECK(0 < werthaltigkeit_limit_a AND werthaltigkeit_limit_a < werthaltigkeit_limit_b AND werthaltigkeit_limit_b <= 100)",
        "The limits of the value classes must rise: 0 < A < B ≤ 100 %.",
    )

    _werthaltigkeit_horizon = models.Constraint(
        "CHECK(werthaltigkeit_horizon BETWEEN 1 AND 20)", "The horizon of the lifetime value is 1 to 20 years."
    )
    _werthaltigkeit_discount_rate = models.Constraint(
        "CHECK(werthaltigkeit_discount_rate >= 0 AND werthaltigkeit_discount_rate <= 100)",
        "The discount rate is a percentage between 0 and 100.",
    )

    _werthaltigkeit_care_months = models.Constraint(
        "CHECK(werthaltigkeit_care_outdated_months BETWEEN 1 AND 240 AND werthaltigkeit_care_checked_months BETWEEN 1 AND 240)",
        "The months of data care lie between 1 and 240.",
    )

    @api.model
    def _default_cost_known_since(self):
        """The day `sale_margin` was installed: it stamps the cost of that day on all older lines."""
        column = (
            self.env["ir.model.data"]
            .sudo()
            .search([("module", "=", "sale_margin"), ("name", "=", "field_sale_order_line__purchase_price")], limit=1)
        )
        return column.create_date.date() if column.create_date else fields.Date.today()

    def _werthaltigkeit_tz(self):
        """Time zone in which this company's days are counted."""
        self.ensure_one()
        return self._werthaltigkeit_calendar_tz() or self.partner_id.tz or "UTC"

    @tools.ormcache("self.id")
    def _werthaltigkeit_calendar_tz(self):
        """Time zone of the working hours, cached: every customer that is opened asks for it."""
        return self.sudo().resource_calendar_id.tz

    def write(self, vals):
        if "resource_calendar_id" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    def _werthaltigkeit_today(self):
        """The date it is in this company now, or the one its customer values are bound to."""
        self.ensure_one()
        return self.werthaltigkeit_as_of or fields.Date.context_today(self.with_context(tz=self._werthaltigkeit_tz()))

    def _werthaltigkeit_year_start(self):
        """First day of the past 12 months."""
        return self._werthaltigkeit_today() - relativedelta(months=12)

    def _werthaltigkeit_period_start(self):
        """First day of the period of customer value; the year 1 for all years."""
        self.ensure_one()
        if self.werthaltigkeit_period == "all":
            return fields.Date.to_date("0001-01-01")
        return self._werthaltigkeit_today() - relativedelta(months=int(self.werthaltigkeit_period))

    def action_confirm_rates(self):
        """Confirm that a contact costs what the channels say: from now on the cost to serve is charged.

        Who confirmed it and when stands beside every CM III. Rates changed later stay confirmed.
        """
        if not self.env.user.has_group("crm_werthaltigkeit.group_werthaltigkeit_manager"):
            raise AccessError(self.env._("Only a manager of customer values confirms the contact rates."))
        company = (self or self.env.company).sudo().root_id
        if company not in self.env.companies.sudo().root_id:
            raise AccessError(self.env._("Only people of this company confirm its contact rates."))
        company.write(
            {
                "werthaltigkeit_rates_confirmed_on": company._werthaltigkeit_today(),
                "werthaltigkeit_rates_confirmed_by": self.env.uid,
            }
        )
        notification = self.env["crm.value.run"].sudo()._request(company, self.env.user)._notification()
        notification["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return notification
