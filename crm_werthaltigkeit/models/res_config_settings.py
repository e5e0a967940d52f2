from importlib.util import find_spec

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    werthaltigkeit_basis = fields.Selection(related="company_id.werthaltigkeit_basis", readonly=False)
    werthaltigkeit_period = fields.Selection(related="company_id.werthaltigkeit_period", readonly=False)
    werthaltigkeit_limit_a = fields.Float(related="company_id.werthaltigkeit_limit_a", readonly=False)
    werthaltigkeit_limit_b = fields.Float(related="company_id.werthaltigkeit_limit_b", readonly=False)
    werthaltigkeit_cost_known_since = fields.Date(related="company_id.werthaltigkeit_cost_known_since", readonly=False)
    werthaltigkeit_missing_libraries = fields.Char(compute="_compute_werthaltigkeit_missing_libraries")
    group_werthaltigkeit_analyses = fields.Boolean(
        "Analyses of the Customer Base", implied_group="crm_werthaltigkeit.group_werthaltigkeit_analyses"
    )
    group_werthaltigkeit_consent = fields.Boolean("Consents", implied_group="crm_werthaltigkeit.group_werthaltigkeit_consent")

    @api.depends("company_id")
    def _compute_werthaltigkeit_missing_libraries(self):
        """Name the libraries of the statistics that this server lacks; they never block anything."""
        missing = [name for name in ("numpy", "scipy") if not find_spec(name)]
        self.werthaltigkeit_missing_libraries = " ".join(missing)

    def set_values(self):
        """A changed basis, period or limit takes effect at once: the values are computed anew."""
        names = [name for name in self._fields if name.startswith("werthaltigkeit_") and name != "werthaltigkeit_missing_libraries"]
        company = self.company_id.root_id
        before = [company[name] for name in names]
        super().set_values()
        if [company[name] for name in names] != before:
            self.env["crm.value.run"].sudo()._request(company, self.env.user)
