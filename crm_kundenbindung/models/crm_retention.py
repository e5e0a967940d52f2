from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.crm_werthaltigkeit.models.crm_customer_value import VALUE_CLASSES
from odoo.addons.crm_werthaltigkeit.models.unchecked_many2one import UncheckedMany2one


class CrmRetention(models.Model):
    """Where a customer stands in the life cycle and what is at stake: one row per customer and root company.

    `crm.retention.engine` alone writes. What nobody reacts to is written set-based; a change of stage
    goes through the ORM, so that automation rules see it. Who objected to profiling has no row.
    """

    _name = "crm.retention"
    _description = "Retention of a Customer"
    _inherit = ["mail.activity.mixin"]  # lets automation rules plan activities; they go to the contact
    _order = "margin_at_risk desc nulls last, urgency desc, id"
    _rec_name = "partner_id"

    # set null, not cascade: Odoo's privacy lookup finds the row; without a contact the next run deletes it.
    # What is never deleted is not checked by the database: that would be most of the time of the first run.
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    company_id = UncheckedMany2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = UncheckedMany2one("res.currency", required=True, readonly=True, ondelete="restrict")
    user_id = UncheckedMany2one("res.users", "Salesperson", readonly=True, ondelete="set null", index="btree_not_null")
    team_id = UncheckedMany2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    value_class = fields.Selection(VALUE_CLASSES, readonly=True)

    stage_id = UncheckedMany2one(
        "crm.retention.stage",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        group_expand="_expand_stages",
    )
    stage_code = fields.Char(related="stage_id.code")
    stage_icon = fields.Char("Icon of the Stage", related="stage_id.icon")
    stage_computed_id = UncheckedMany2one(
        "crm.retention.stage",
        "Computed Stage",
        readonly=True,
        ondelete="restrict",
        help="Becomes the stage in the same run.",
    )
    stage_before_id = UncheckedMany2one("crm.retention.stage", readonly=True, ondelete="restrict")
    stage_since = fields.Date("In This Stage Since", readonly=True, help="Empty: since before the first computation.")
    won_back_on = fields.Date(readonly=True, help="Day of the purchase that ended the last lapse.")
    first_order_date = fields.Date("First Order", readonly=True)
    last_order_date = fields.Date("Last Order", readonly=True)
    purchase_days = fields.Integer(readonly=True, help="Distinct days with a purchase, since the first.")
    mean_interval = fields.Float("Buys Every (Days)", readonly=True, aggregator="avg")
    days_since_order = fields.Integer(compute="_compute_days_since_order", help="Days since the last order.")

    basis = fields.Selection(
        [("db1", "Contribution Margin"), ("revenue", "Revenue")], "Amounts Are", readonly=True,
        help="Revenue where too few costs are known.",
    )  # fmt: skip
    risk_known = fields.Boolean(
        "Margin at Risk Known", readonly=True, help="Only where the model stood the test on the past."
    )
    margin_at_risk = fields.Monetary(
        readonly=True,
        help="What an active customer would bring in 12 months (CM II), times the probability that this one is lost.",
    )
    potential_known = fields.Boolean("Potential Measured", readonly=True)
    potential = fields.Monetary(
        "Retention Potential",
        readonly=True,
        help="Margin at risk, times the chance that the best instrument keeps this customer, less its cost. Known once a measure was finished.",
    )
    instrument = fields.Char("Best Instrument", readonly=True)
    instruments = fields.Json(readonly=True, help="[[instrument, chance, cost, potential]], the best first.")
    potential_text = fields.Char("Potential", compute="_compute_potential_text")
    urgency = fields.Integer(readonly=True, aggregator="avg", help="0 to 100: how much speaks for acting now.")
    urgency_parts = fields.Json("Parts of the Urgency", readonly=True, help="{code: [part 0 to 1, figure, figure]}")
    urgency_reason = fields.Char("Why", compute="_compute_urgency_words")
    urgency_explained = fields.Html("How the Urgency Comes About", compute="_compute_urgency_words", sanitize=False)
    computed_on = fields.Datetime(readonly=True)

    _customer_uniq = models.Constraint("UNIQUE(partner_id, company_id)", "A customer has one row per company.")
    _risk_idx = models.Index("(margin_at_risk DESC NULLS LAST, urgency DESC, id)")
    _changed_idx = models.Index("(company_id) WHERE stage_id <> stage_computed_id")

    @api.model
    def _expand_stages(self, stages, _domain):
        return stages.search([])

    @api.depends("last_order_date")
    def _compute_days_since_order(self):
        for row in self:
            last = row.last_order_date
            row.days_since_order = (row.company_id.sudo()._werthaltigkeit_today() - last).days if last else 0

    @api.depends("potential_known", "potential", "instrument", "risk_known")
    @api.depends_context("lang")
    def _compute_potential_text(self):
        for row in self:
            row.potential_text = row._potential_words()

    def _potential_words(self):
        _ = self.env._
        if not self.potential_known:
            return _("not yet measured")
        amount = self.currency_id.format(self.potential)
        if self.potential <= 0:
            return _("%(amount)s: no instrument pays (best: %(instrument)s)", amount=amount, instrument=self.instrument)
        return _("%(amount)s by %(instrument)s", amount=amount, instrument=self.instrument)

    @api.depends("urgency_parts")
    @api.depends_context("lang")
    def _compute_urgency_words(self):
        factors = self.env["crm.retention.factor"].sudo().search([])
        for row in self:
            found = row._explained_parts(factors)
            reasons = [f"{name}: {words}" for name, _weight, points, words in found if points > 0 and words]
            row.urgency_reason = " · ".join(reasons)
            row.urgency_explained = row._parts_table(found)

    def _explained_parts(self, factors):
        """Return [(name, weight, points of 100, words)] of the parts that are known, the weightiest first."""
        known = [
            (factor, self.urgency_parts[factor.code]) for factor in factors if factor.code in (self.urgency_parts or {})
        ]
        total = sum(factor.weight for factor, _values in known) or 1
        parts = [
            (
                factor.name,
                100 * factor.weight / total,
                100 * factor.weight * values[0] / total,
                factor.explain(self, *values),
            )
            for factor, values in known
        ]
        return sorted(parts, key=lambda part: -part[2])

    def _parts_table(self, parts):
        if not parts:
            return Markup("<p class='text-muted'>%s</p>") % self.env._(
                "Nothing is known yet that would make it urgent."
            )
        rows = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td class='text-end text-nowrap'>%s</td></tr>")
            % (name, words, self.env._("%(points)s of %(weight)s", points=round(points), weight=round(weight)))
            for name, weight, points, words in parts
        )
        return Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % rows

    def activity_schedule(self, act_type_xmlid="", date_deadline=None, summary="", note="", **act_values):
        """Plan the activity of an automation rule on the contact, where people look for it."""
        activities = self.env["mail.activity"]
        for row in self.filtered("partner_id"):
            values = dict(act_values, user_id=act_values.get("user_id") or row.user_id.id or self.env.uid)
            activities |= row.partner_id.activity_schedule(act_type_xmlid, date_deadline, summary, note, **values)
        return activities

    # -- every number opens its records ---------------------------------------------------------

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_view_value(self):
        """Open what the margin at risk rests on."""
        self.ensure_one()
        value = self.env["crm.customer.value"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)], limit=1
        )
        return value.get_formview_action()

    def action_view_history(self):
        """Open the stages this customer went through."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_retention_history_action")
        domain = [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        return dict(action, domain=domain, context={}, views=[(False, "list")])

    def action_view_next_actions(self):
        """Open the proposals made for this customer, and what became of them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_next_action_action")
        domain = [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        return dict(action, domain=domain, context={})

    def action_recompute(self):
        """Compute stages, urgency and proposals anew in the background."""
        self.check_access("read")
        computations = (
            self.env["crm.computation"].sudo()._request("retention", self.env.companies.root_id, self.env.user)
        )
        return computations._notification()
