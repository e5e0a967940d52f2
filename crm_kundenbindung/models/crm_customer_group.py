from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

AT_ONCE = 20_000  # members up to which the indicators of a group are computed while somebody waits


class CrmCustomerGroup(models.Model):
    """Customers that belong together by a rule, or because somebody picked them.

    Members are written by `crm.customer.group.engine` alone: nightly, and when asked for. A customer may be
    in several groups.
    """

    _name = "crm.customer.group"
    _description = "Customer Group"
    _inherit = ["crm.root.company.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text("What It Is For", translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    template_id = fields.Many2one(
        "crm.customer.group.template", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    kind = fields.Selection([("rule", "By rule"), ("picked", "Hand-picked")], "Members", required=True, default="rule")
    domain = fields.Char("Rule", default="[]", help="Which contacts belong to the group; their customer is the member.")
    partner_ids = fields.Many2many("res.partner", string="Picked", help="The customers of these contacts are members.")
    member_ids = fields.One2many("crm.customer.group.member", "group_id", "Customers", readonly=True)
    move_ids = fields.One2many("crm.customer.group.move", "group_id", "Joined and Left", readonly=True)
    figure_ids = fields.One2many(
        "crm.customer.group.figure",
        "group_id",
        "Indicators",
        readonly=True,
        domain=[("span", "=", "year")],
    )
    figures_on = fields.Datetime("Indicators as of", readonly=True, copy=False)
    figures_due = fields.Boolean("Indicators Are Due", readonly=True, copy=False, default=True)
    refreshed_on = fields.Datetime("Members as of", readonly=True, copy=False)

    member_count = fields.Integer("Size", readonly=True, copy=False)
    joined_count = fields.Integer("Joined This Month", readonly=True, copy=False)
    left_count = fields.Integer("Left This Month", readonly=True, copy=False)
    revenue = fields.Monetary(readonly=True, copy=False, help="In the period of customer value (see Settings).")
    db1 = fields.Monetary("CM I", readonly=True, copy=False, help="Of the members whose costs are known.")
    db1_known = fields.Boolean("CM I Known", readonly=True, copy=False)
    lifetime_value = fields.Monetary(readonly=True, copy=False)
    margin_at_risk = fields.Monetary(
        readonly=True, copy=False, help="Sum over the members: what stands to be lost within 12 months."
    )
    risk_known = fields.Boolean("Margin at Risk Known", readonly=True, copy=False)
    potential = fields.Monetary(
        "Retention Potential",
        readonly=True,
        copy=False,
        help="Sum over the members whom the best instrument keeps at a gain; known once a measure was finished.",
    )
    potential_known = fields.Boolean("Potential Measured", readonly=True, copy=False)
    revenue_share = fields.Float("Share of All Revenue", readonly=True, copy=False, aggregator=None)
    concentration = fields.Float(
        readonly=True,
        copy=False,
        aggregator=None,
        help="Part of the members that together bring 80 % of the group's value: the smaller, the more it hangs on a few.",
    )

    _name_uniq = models.Constraint("UNIQUE(company_id, name)", "There is a group of this name already.")
    _template_uniq = models.UniqueIndex("(company_id, template_id) WHERE template_id IS NOT NULL")

    @api.constrains("domain", "kind")
    def _check_domain(self):
        """The rule works, and uses nothing its author may not read."""
        for group in self.filtered(lambda g: g.kind == "rule"):
            try:
                rule = group._rule()
                partners = self.env["res.partner"].with_user(self.env.user).with_company(group.company_id)
                partners.search_count(rule, limit=1)
            except (ValueError, SyntaxError, KeyError, TypeError) as error:
                raise ValidationError(
                    self.env._("The rule of “%(group)s” does not work: %(error)s", group=group.name, error=error)
                ) from error

    def _rule(self):
        """The rule as a domain on contacts."""
        self.ensure_one()
        return Domain(literal_eval(self.domain or "[]"))

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", group.name))
            for group, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        self.env["crm.customer.group.engine"].sudo()._refresh(groups)
        self.env["crm.customer.group.engine"].sudo()._ask_for_figures(groups)
        return groups

    def write(self, vals):
        """Who comes and goes because the rule itself was changed did not move: the members start anew."""
        result = super().write(vals)
        if {"domain", "kind", "partner_ids", "company_id"} & vals.keys():
            engine = self.env["crm.customer.group.engine"].sudo()
            if "partner_ids" not in vals or {"domain", "kind", "company_id"} & vals.keys():
                engine._forget(self)
            engine._refresh(self.filtered("active"))
            engine._ask_for_figures(self.filtered("active"))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_template(self):
        if self.filtered("template_id"):
            raise UserError(self.env._("A group that came with the app is archived, not deleted: it would come back."))

    def action_refresh(self):
        """Find the members anew, now, and their indicators: at once, those of a big group in the background."""
        self.check_access("read")
        engine = self.env["crm.customer.group.engine"].sudo()
        engine._refresh(self)
        small = self.filtered(lambda group: group.member_count <= AT_ONCE)
        for company, groups in small.grouped("company_id").items():
            self.env["crm.customer.group.figure.engine"].sudo()._compute(company.sudo(), groups)
        if self == small:
            return None
        engine._ask_for_figures(self - small)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The members are found. The indicators are computed in the background."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- every number opens its records -----------------------------------------------------------

    def action_view_at_risk(self):
        """Open what is at stake with the members, the most first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_retention_action")
        return dict(
            action,
            name=self.env._("%s: at Risk", self.name),
            domain=[
                ("company_id", "=", self.company_id.id),
                ("partner_id.kundenbindung_member_ids.group_id", "=", self.id),
                ("risk_known", "=", True),
            ],
            context={},
        )

    def _action_customers(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "crm.customer.group.member",
            "views": [(False, "list"), (False, "kanban"), (False, "pivot"), (False, "graph")],
            "domain": domain,
            "context": {"group_of_members": True},
        }

    def action_view_members(self):
        self.ensure_one()
        return self._action_customers(self.name, [("group_id", "=", self.id)])

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Joined and Left: %s", self.name),
            "res_model": "crm.customer.group.move",
            "views": [(False, "list"), (False, "graph"), (False, "pivot")],
            "domain": [("group_id", "=", self.id)],
            "context": {"search_default_this_month": 1},
        }

    def action_view_figures(self):
        """Open all indicators of the group, of all periods."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_customer_group_figure_action")
        context = {"search_default_year": 1, "search_default_group_group": 0}
        return dict(action, domain=[("group_id", "=", self.id)], context=context, display_name=self.name)

    def action_view_values(self):
        """Open what the members are worth."""
        self.ensure_one()
        return self.env["crm.customer.value"]._action_open(
            self.name,
            "crm.customer.value",
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "any", [("kundenbindung_member_ids", "any", [("group_id", "=", self.id)])]),
            ],
        )
