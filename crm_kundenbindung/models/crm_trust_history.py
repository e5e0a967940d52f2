from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmTrustHistory(models.Model):
    """The company's trust index at a month end, never changed afterwards."""

    _name = "crm.trust.history"
    _description = "Trust at a Month End"
    _order = "month_end desc, id"
    _rec_name = "month_end"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    month_end = fields.Date(required=True, readonly=True)
    part = fields.Selection(
        [("credibility", "Credibility"), ("advantage", "Mutual Advantage"), ("reliability", "Reliability")],
        required=True,
        readonly=True,
    )
    score = fields.Float("Trust (0–100)", readonly=True, digits=(5, 1), aggregator="avg")

    _month_uniq = models.Constraint("UNIQUE(company_id, month_end, part)", "Each part has one score per month end.")

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise AccessError(self.env._("Month ends of the trust index are written by the nightly computation alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("The trust index of a month end cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise AccessError(self.env._("The trust index of a month end cannot be deleted."))
