from importlib.util import find_spec

from odoo import api, fields, models

from .crm_computation import ENGINES


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    werthaltigkeit_basis = fields.Selection(related="company_id.werthaltigkeit_basis", readonly=False)
    werthaltigkeit_period = fields.Selection(related="company_id.werthaltigkeit_period", readonly=False)
    werthaltigkeit_limit_a = fields.Float(related="company_id.werthaltigkeit_limit_a", readonly=False)
    werthaltigkeit_limit_b = fields.Float(related="company_id.werthaltigkeit_limit_b", readonly=False)
    werthaltigkeit_cost_known_since = fields.Date(related="company_id.werthaltigkeit_cost_known_since", readonly=False)
    werthaltigkeit_horizon = fields.Integer(related="company_id.werthaltigkeit_horizon", readonly=False)
    werthaltigkeit_discount_rate = fields.Float(related="company_id.werthaltigkeit_discount_rate", readonly=False)
    werthaltigkeit_rates_confirmed_on = fields.Date(related="company_id.root_id.werthaltigkeit_rates_confirmed_on")
    werthaltigkeit_rates_confirmed_by = fields.Many2one(related="company_id.root_id.werthaltigkeit_rates_confirmed_by")
    werthaltigkeit_missing_libraries = fields.Char(compute="_compute_werthaltigkeit_missing_libraries")
    werthaltigkeit_history_address = fields.Char(
        "Address of the Customer History", compute="_compute_werthaltigkeit_history_address"
    )
    group_werthaltigkeit_analyses = fields.Boolean(
        "Analyses of the Customer Base", implied_group="crm_werthaltigkeit.group_werthaltigkeit_analyses"
    )
    group_werthaltigkeit_data_care = fields.Boolean(
        "Data Care", implied_group="crm_werthaltigkeit.group_werthaltigkeit_data_care"
    )
    werthaltigkeit_care_outdated_months = fields.Integer(
        related="company_id.werthaltigkeit_care_outdated_months", readonly=False
    )
    werthaltigkeit_care_checked_months = fields.Integer(
        related="company_id.werthaltigkeit_care_checked_months", readonly=False
    )
    group_werthaltigkeit_recommendation = fields.Boolean(
        "Product Recommendations", implied_group="crm_werthaltigkeit.group_werthaltigkeit_recommendation"
    )
    group_werthaltigkeit_consent = fields.Boolean(
        "Consents", implied_group="crm_werthaltigkeit.group_werthaltigkeit_consent"
    )
    group_werthaltigkeit_assessment = fields.Boolean(
        "Value Assessments",
        implied_group="crm_werthaltigkeit.group_werthaltigkeit_assessment",
        group="crm_werthaltigkeit.group_werthaltigkeit_user",
    )

    @api.depends("company_id")
    def _compute_werthaltigkeit_missing_libraries(self):
        """Name the libraries of the statistics that this server lacks; they never block anything."""
        missing = [name for name in ("numpy", "scipy") if not find_spec(name)]
        self.werthaltigkeit_missing_libraries = " ".join(missing)

    @api.depends("company_id")
    def _compute_werthaltigkeit_history_address(self):
        """The address for BCC; without a mail domain only its first part is known."""
        alias = self.env.ref("crm_werthaltigkeit.mail_alias_history", raise_if_not_found=False)
        self.werthaltigkeit_history_address = alias.sudo().alias_full_name if alias else False

    def action_werthaltigkeit_history_alias(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.alias",
            "res_id": self.env.ref("crm_werthaltigkeit.mail_alias_history").id,
            "views": [(False, "form")],
        }

    def action_confirm_rates(self):
        """Confirm the contact rates of this company, see `res.company`."""
        return self.company_id.action_confirm_rates()

    def set_values(self):
        """A changed setting takes effect at once: what rests on it is computed anew."""
        company = self.company_id.root_id
        names = [name for name in self._fields if name.startswith("werthaltigkeit_") and name in company._fields]
        care = {name for name in names if name.startswith("werthaltigkeit_care_")}
        before = {name: company[name] for name in names}
        computations = self.env["crm.computation"].sudo()
        on_before = {kind: computations._enabled(kind) for kind in ENGINES}
        result = super().set_values()
        changed = {name for name in names if company[name] != before[name]}
        if changed - care:
            self.env["crm.value.run"].sudo()._request(company, self.env.user)
        for kind in ENGINES:
            switched_on = not on_before[kind] and computations._enabled(kind)
            if switched_on or (kind == "data_care" and changed & care):
                computations._request(kind, None if switched_on else company, self.env.user)
        return result
