from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmTouchpointKind(models.Model):
    """What happened: an enquiry, an offer, an order, a complaint …; a company may add its own."""

    _name = "crm.touchpoint.kind"
    _description = "Kind of Touchpoint"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Technical name that reports and other apps rely on.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-comment-o", help="Font Awesome class shown in the customer history.")
    loggable = fields.Boolean(help="Offered when somebody logs a contact by hand.")
    is_purchase = fields.Boolean(
        help="Counts as a purchase: the first is a purchase, each later one a repeat purchase."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    handling_cost = fields.Float(
        company_dependent=True,
        help="What handling one costs beside the contact itself, such as checking and restocking a return,"
        " in the currency of your company.",
    )
    cost_outdated = fields.Boolean(help="The cost changed: the next run values all touchpoints of this kind anew.")
    is_service = fields.Boolean(
        help="Coming from the customer it is a service contact: the analysis of their effect counts it.",
    )
    needs_answer = fields.Boolean(help="Coming from the customer, it waits until somebody answered.")

    _code_uniq = models.Constraint("UNIQUE(code)", "Another kind of touchpoint has this code already.")

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    def write(self, vals):
        if "handling_cost" in vals:
            vals = dict(vals, cost_outdated=True)
            self.env.ref("crm_werthaltigkeit.ir_cron_touchpoint").sudo()._trigger()
        return super().write(vals)

    def _handling_costs(self):
        """Return (company id, kind id, cost) wherever handling costs something; branches like their root."""
        kinds = self.with_context(active_test=False).search([])
        return [
            (company.id, kind.id, kind.handling_cost)
            for company in self.env["res.company"].with_context(active_test=False).search([])
            for kind in kinds.with_company(company.root_id)
            if kind.handling_cost
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        touchpoints = self.env["crm.touchpoint"].sudo().with_context(active_test=False)
        if touchpoints.search_count([("kind_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("There are touchpoints of this kind. Archive it instead."))
