from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

PROFILE = "[('email', '!=', False), ('phone', '!=', False), ('street', '!=', False), ('zip', '!=', False), ('city', '!=', False)]"


class LoyaltyEventRule(models.Model):
    """What brings points or stamps besides buying: a visit, a rating, a birthday, an invoice without an order.

    The events themselves are found by `loyalty.event.engine`, each once.
    """

    _name = "loyalty.event.rule"
    _description = "Points for Events"
    _order = "program_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "loyalty.program", required=True, ondelete="cascade", index=True,
        domain="[('program_type', '=', 'loyalty'), ('applies_on', '!=', 'current')]",
    )  # fmt: skip
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    point_name = fields.Char(related="program_id.portal_point_name")
    trigger = fields.Selection(
        [
            ("touchpoint", "Touchpoint"),
            ("invoice", "Invoice"),
            ("delivery", "Delivery"),
            ("birthday", "Birthday"),
            ("profile", "Profile Completed"),
        ],
        "Event", required=True, default="touchpoint",
        help="Touchpoint: whatever the history captures or people log, such as a visit, a rating, an appointment kept. "
        "Invoice and delivery count when posted or done. Birthday and profile count for customers who have a card.",
    )  # fmt: skip
    kind_ids = fields.Many2many("crm.touchpoint.kind", string="Kinds of Touchpoints")
    with_order = fields.Boolean(
        "Also From Sales Orders",
        help="Invoices and deliveries of sales orders count too. Leave off where the program's own rules reward orders.",
    )
    profile_domain = fields.Char("Profile Is Complete If", default=PROFILE)
    points = fields.Integer("Points or Stamps", required=True, default=1)
    max_times = fields.Integer("At Most", help="How often per customer and period. 0: every time.")
    period = fields.Selection(
        [("day", "a day"), ("month", "a month"), ("year", "a year"), ("ever", "in all")], required=True, default="day"
    )
    start_date = fields.Date(
        "Events From", required=True, default=fields.Date.context_today, help="What happened before brings nothing."
    )
    event_ids = fields.One2many("loyalty.event", "rule_id", "Events", readonly=True)
    event_count = fields.Integer("Given", compute="_compute_event_count", help="Events that brought points or stamps.")

    _points_positive = models.Constraint("CHECK (points > 0)", "An event brings at least one point or stamp.")
    _max_times_not_negative = models.Constraint("CHECK (max_times >= 0)", "How often cannot be negative.")

    def _compute_event_count(self):
        domain = [("rule_id", "in", self.ids), ("state", "=", "given")]
        counts = dict(self.env["loyalty.event"]._read_group(domain, ["rule_id"], ["__count"]))
        for rule in self:
            rule.event_count = counts.get(rule, 0)

    @api.constrains("trigger", "kind_ids")
    def _check_kinds(self):
        for rule in self:
            if rule.trigger == "touchpoint" and not rule.kind_ids:
                raise ValidationError(self.env._("Please choose the kinds of touchpoints that count."))

    @api.constrains("profile_domain")
    def _check_profile_domain(self):
        """The domain works, and uses nothing its author may not read."""
        for rule in self:
            try:
                self.env["res.partner"].search_count(rule._profile(), limit=1)
            except (ValueError, SyntaxError, KeyError, TypeError) as error:
                raise ValidationError(self.env._("This is no condition on contacts: %s", error)) from error

    @api.constrains("program_id")
    def _check_program(self):
        for rule in self:
            if rule.program_id.program_type != "loyalty" or not rule.program_id.is_nominative:
                raise ValidationError(self.env._("Events bring points on loyalty cards that a customer keeps."))

    def _profile(self):
        return Domain(literal_eval(self.profile_domain or "[]"))

    def action_view_events(self):
        """Open what this rule brought to whom."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_event_action")
        return dict(action, display_name=self.name, domain=[("rule_id", "=", self.id)], context={})
