from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .unchecked_many2one import UncheckedMany2one

VALUE_CLASSES = [("A", "A"), ("B", "B"), ("C", "C")]


class CrmCustomerValue(models.Model):
    """What a customer is worth: one row per commercial partner and root company.

    The figures are written by `crm.value.engine`; people write the manual class only.
    """

    _name = "crm.customer.value"
    _description = "Customer Value"
    _order = "rank_value desc, id"
    _rec_name = "partner_id"

    partner_id = UncheckedMany2one("res.partner", "Customer", readonly=True, ondelete="set null")
    anonymous = fields.Boolean(readonly=True, help="Documents without a customer, for example of the cash desk.")
    company_id = UncheckedMany2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = UncheckedMany2one("res.currency", required=True, readonly=True, ondelete="restrict")
    user_id = UncheckedMany2one("res.users", "Salesperson", readonly=True, ondelete="set null")
    team_id = UncheckedMany2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    country_id = UncheckedMany2one("res.country", readonly=True, ondelete="set null")
    industry_id = UncheckedMany2one("res.partner.industry", readonly=True, ondelete="set null")

    gross = fields.Monetary(readonly=True, help="Untaxed amount before discounts.")
    discounts = fields.Monetary(readonly=True, help="Discounts on lines.")
    rewards = fields.Monetary(readonly=True, help="Rewards of loyalty programmes and promotions.")
    returns = fields.Monetary(readonly=True)
    revenue = fields.Monetary(readonly=True, help="Gross less discounts, rewards and returns.")
    cost_of_goods = fields.Monetary(readonly=True, help="As far as known.")
    known_cost_share = fields.Float(
        "Revenue With Known Cost", readonly=True, aggregator="avg", help="Below 80 % no margin is shown."
    )
    unknown_cost_share = fields.Float(
        "Revenue With Unknown Cost",
        compute="_compute_unknown_cost_share",
        help="Part of the revenue whose product costs are missing or estimated.",
    )
    margin_known = fields.Boolean(readonly=True)
    db1 = fields.Monetary("CM I", readonly=True, help="Contribution margin I: gross less returns and cost of goods.")
    db1_rate = fields.Float("CM I Rate", readonly=True, aggregator=None, help="Contribution margin I per revenue.")
    order_count = fields.Integer("Orders", readonly=True)
    return_count = fields.Integer("Returns (Number)", readonly=True)
    return_rate = fields.Float(readonly=True, aggregator=None, help="Returns per gross.")
    purchase_days = fields.Integer(readonly=True, help="Distinct days with a purchase.")
    orders_ever = fields.Integer(readonly=True)
    first_order_date = fields.Date("First Order", readonly=True)
    last_order_date = fields.Date("Last Order", readonly=True)
    mean_interval = fields.Float(
        "Buys Every (Days)", readonly=True, aggregator="avg", help="Mean days between two purchases."
    )
    days_since_order = fields.Integer(compute="_compute_days", help="Days since the last order.")
    touchpoint_count = fields.Integer("Touchpoints", readonly=True)
    touchpoint_cost = fields.Monetary("Cost of Touchpoints", readonly=True)
    last_touchpoint = fields.Datetime(readonly=True)
    happy_count = fields.Integer("Happy Contacts", readonly=True)
    unhappy_count = fields.Integer("Unhappy Contacts", readonly=True)
    observed_channel_id = UncheckedMany2one("crm.touchpoint.channel", readonly=True, ondelete="set null")
    awareness_id = UncheckedMany2one("utm.source", "Became Aware Through", readonly=True, ondelete="set null")

    recency_score = fields.Integer("Recency", readonly=True, aggregator="avg", help="1 to 5, 5 is best.")
    frequency_score = fields.Integer("Frequency", readonly=True, aggregator="avg", help="1 to 5, 5 is best.")
    monetary_score = fields.Integer("Monetary", readonly=True, aggregator="avg", help="1 to 5, 5 is best.")
    rfm = fields.Char("RFM", readonly=True, help="Recency, frequency and monetary score, 5 is best.")
    rank_value = fields.Monetary(
        "Ranked By",
        readonly=True,
        help="CM I, or revenue where too few costs are known. Unknown costs count with the company's average rate.",
    )
    rank_basis = fields.Selection(
        [("db1", "Contribution Margin I"), ("revenue", "Revenue")], "Classes Rank By", readonly=True
    )
    share = fields.Float(readonly=True, help="Part of the company's total.")
    cumulated_share = fields.Float(
        readonly=True, aggregator=None, help="Part held by this customer and all better ones."
    )
    value_class_computed = fields.Selection(VALUE_CLASSES, "Computed Class", readonly=True)
    value_class_manual = fields.Selection(VALUE_CLASSES, "Manual Class", readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, readonly=True)
    value_class_before = fields.Selection(VALUE_CLASSES, "Class Before", readonly=True)
    class_changed_on = fields.Date(readonly=True)
    trend = fields.Selection(
        [("up", "↑ better"), ("down", "↓ worse"), ("same", "unchanged")],
        compute="_compute_trend",
        help="Against the class before.",
    )
    override_reason = fields.Char(readonly=True)
    override_user_id = UncheckedMany2one("res.users", "Overridden By", readonly=True, ondelete="set null")
    override_date = fields.Date(readonly=True)
    no_profiling = fields.Boolean("Objected to Profiling", readonly=True)
    stale = fields.Boolean(readonly=True, help="Changed since the last run.")
    computed_on = fields.Datetime(readonly=True)
    create_uid = UncheckedMany2one("res.users", "Created by", readonly=True, ondelete="set null")
    write_uid = UncheckedMany2one("res.users", "Last Updated by", readonly=True, ondelete="set null")

    _customer_uniq = models.Constraint("UNIQUE(partner_id, company_id)", "A customer has one value per company.")
    _anonymous_uniq = models.UniqueIndex("(company_id) WHERE anonymous")
    _stale_idx = models.Index("(company_id) WHERE stale")
    _rank_idx = models.Index("(rank_value DESC, id)")
    _override_has_reason = models.Constraint(
        "CHECK(value_class_manual IS NULL OR override_reason IS NOT NULL)", "Say why the class is overridden."
    )

    @api.depends("last_order_date")
    def _compute_days(self):
        for value in self:
            last, today = value.last_order_date, value.company_id._werthaltigkeit_today()
            value.days_since_order = (today - last).days if last else 0

    @api.depends("known_cost_share")
    def _compute_unknown_cost_share(self):
        for value in self:
            value.unknown_cost_share = max(0.0, 1.0 - value.known_cost_share)

    @api.depends("value_class", "value_class_before")
    def _compute_trend(self):
        for value in self:
            before, now = value.value_class_before, value.value_class
            value.trend = (
                False if not before or not now else "same" if before == now else "up" if now < before else "down"
            )

    @api.depends("partner_id", "anonymous")
    def _compute_display_name(self):
        for value in self:
            value.display_name = self.env._("Anonymous") if value.anonymous else value.partner_id.display_name

    def _mark_stale(self):
        self.write({"stale": True})

    def _override_class(self, value_class, reason):
        """Let a manager's word stand against the computed class, or with False end that.

        :raise AccessError: to anybody but a manager
        :raise UserError: without a reason
        """
        if not self.env.user.has_group("crm_werthaltigkeit.group_werthaltigkeit_manager"):
            raise AccessError(self.env._("Only a manager of customer values overrides a class."))
        if value_class and not (reason or "").strip():
            raise UserError(self.env._("Say why the class is overridden."))
        for value in self.sudo():
            value.write(
                {
                    "value_class_manual": value_class,
                    "override_reason": (reason or "").strip() or False,
                    "override_user_id": self.env.uid if value_class else False,
                    "override_date": fields.Date.context_today(self) if value_class else False,
                    **value._prepare_class_vals(value_class or value.value_class_computed),
                }
            )

    def _prepare_class_vals(self, value_class):
        """Values that make this the effective class; the class before is remembered."""
        self.ensure_one()
        if value_class == self.value_class:
            return {}
        return {
            "value_class": value_class,
            "value_class_before": self.value_class,
            "class_changed_on": fields.Date.context_today(self),
        }

    def action_override_class(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Override value class"),
            "res_model": "crm.value.override",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_value_id": self.id,
                "default_value_class": self.value_class_manual or self.value_class,
            },
        }

    # -- every number opens its records ---------------------------------------------------------

    def _action_open(self, name, model, domain, views="list,pivot,graph,form", context=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, view) for view in views.split(",")],
            "domain": domain,
            "context": context or {},
        }

    def _document_domain(self):
        self.ensure_one()
        partner = (
            ("partner_id", "=", False)
            if self.anonymous
            else ("partner_id.commercial_partner_id", "=", self.partner_id.id)
        )
        return [partner, ("company_id", "child_of", self.company_id.id)]

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_view_orders(self):
        domain = [*self._document_domain(), ("state", "=", "sale")]
        return self._action_open(self.env._("Orders"), "sale.order", domain)

    def action_view_order_lines(self):
        """Open the lines behind gross, discounts and cost of goods in Odoo's own sales analysis."""
        domain = [
            ("commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "child_of", self.company_id.id),
            ("state", "=", "sale"),
        ]
        context = {
            "pivot_row_groupby": ["product_id"],
            "pivot_measures": ["price_subtotal", "discount_amount", "margin", "product_uom_qty"],
        }
        return self._action_open(self.env._("Products Bought"), "sale.report", domain, "pivot,graph", context)

    def action_view_products_without_cost(self):
        """Open the products this customer bought whose cost nobody entered: where an unknown margin is cured."""
        lines = self.env["sale.order.line"]._search(
            [
                ("order_id", "any", [*self._document_domain(), ("state", "=", "sale")]),
                ("purchase_price", "=", 0),
                ("display_type", "=", False),
            ]
        )
        products = self.env["product.product"].search([("id", "in", lines.subselect("product_id"))])
        name = self.env._("Products Sold Without Cost")
        action = self._action_open(name, "product.product", [("id", "in", products.ids)], "list,form")
        return dict(
            action,
            help=self.env._(
                "<p class='o_view_nocontent_smiling_face'>Everything sold to this customer carries a cost</p>"
                "<p>Orders older than “Costs Known Since” (see Settings) count as estimated: the known share rises with each new order.</p>"
            ),
        )

    def action_view_invoices(self):
        domain = [
            *self._document_domain(),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
        ]
        return self._action_open(self.env._("Invoices"), "account.move", domain, "list,form")

    def action_view_returns(self):
        domain = [*self._touchpoint_domain(), ("kind_id.code", "in", ("return", "credit_note"))]
        return self._action_open(self.env._("Returns"), "crm.touchpoint", domain)

    def _touchpoint_domain(self):
        self.ensure_one()
        return [("commercial_partner_id", "=", self.partner_id.id), ("company_id", "child_of", self.company_id.id)]

    def action_view_touchpoints(self):
        return self._action_open(
            self.env._("Touchpoints"), "crm.touchpoint", self._touchpoint_domain(), "list,kanban,pivot,graph,form"
        )

    def action_recompute(self):
        """Compute all values anew in the background; the user is told when it is done."""
        run = self.env["crm.value.run"].sudo()._request(self.env.companies.root_id, self.env.user)
        return run._notification()
