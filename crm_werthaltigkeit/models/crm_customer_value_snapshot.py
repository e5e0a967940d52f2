from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_customer_value import VALUE_CLASSES


class CrmCustomerValueSnapshot(models.Model):
    """What a customer was worth at the end of a month; written once, never changed.

    `crm.value.snapshot.engine` alone writes, set-based. Rows hold no personal text: when a contact is
    erased they stay without it, and so do the sums.
    """

    _name = "crm.customer.value.snapshot"
    _description = "Customer Value at a Month End"
    _order = "month_end desc, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    month_end = fields.Date(required=True, readonly=True)
    taken_on = fields.Date(
        readonly=True, help="The day the figures were read; later than the month end after a late run."
    )
    reconstructed = fields.Boolean(
        readonly=True,
        help="Computed afterwards from the documents up to the month end. Class, revenue and margins only;"
        " salesperson and team are those of today.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, ondelete="set null")
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    value_class = fields.Selection(VALUE_CLASSES, readonly=True)
    last_order_date = fields.Date("Last Order", readonly=True)
    revenue = fields.Monetary(readonly=True, help="In the period before the month end (see Settings).")
    db1 = fields.Monetary("CM I", readonly=True, help="Empty where too few costs were known.")
    db2 = fields.Monetary("CM II", readonly=True, help="Empty where too few costs were known.")
    expected_db = fields.Monetary("Expected CM II", readonly=True, help="Of the 12 months after the month end.")
    lifetime_value = fields.Monetary(readonly=True)
    probability_active = fields.Float("Probably Still Buys", readonly=True, aggregator="avg")

    _month_uniq = models.Constraint(
        "UNIQUE(company_id, month_end, partner_id)", "A customer has one value per company and month end."
    )

    @api.depends("partner_id", "month_end")
    def _compute_display_name(self):
        for snapshot in self:
            month = self.env["ir.qweb.field.date"].value_to_html(snapshot.month_end, {})
            snapshot.display_name = " · ".join(filter(None, (snapshot.partner_id.display_name, month)))

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise AccessError(self.env._("Month ends are written by the nightly computation alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("What a customer was worth at a month end cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise AccessError(self.env._("What a customer was worth at a month end cannot be deleted."))

    def action_view_value(self):
        """Open today's value of this customer."""
        self.ensure_one()
        value = self.env["crm.customer.value"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)], limit=1
        )
        return value.get_formview_action()


class CrmCustomerValue(models.Model):
    _inherit = "crm.customer.value"

    # the first few of each on "Your customers on one page"
    _at_risk_idx = models.Index("(margin_at_risk DESC, id) WHERE margin_at_risk > 0")
    _costly_idx = models.Index("(expected_profit, id) WHERE cost_exceeds_profit IS TRUE")

    def action_view_snapshots(self):
        """Open how class, revenue and margin of this customer developed over the month ends."""
        self.ensure_one()
        domain = [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        return self._action_open(self.env._("Month Ends"), "crm.customer.value.snapshot", domain, "graph,list,pivot")
