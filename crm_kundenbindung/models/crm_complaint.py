from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_complaint_stage import STATES


class CrmComplaint(models.Model):
    """What a customer is not content with, until it is solved: cause, due date, remedy and what it cost.

    The customer's history and value hear of it through two rows of `crm.touchpoint.source`; nothing
    is written there by hand.
    """

    _name = "crm.complaint"
    _description = "Complaint"
    _inherit = ["mail.thread.cc", "mail.activity.mixin", "crm.due.mixin", "crm.subject.mixin"]
    _order = "state_sequence, due_date, id desc"
    _primary_email = "email_from"

    name = fields.Char("Subject of the Complaint", required=True, tracking=1)
    description = fields.Html("What Happened")
    partner_id = fields.Many2one("res.partner", "Contact", tracking=2, ondelete="restrict", index=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_commercial_partner_id", store=True, index=True, ondelete="restrict"
    )
    email_from = fields.Char("E-Mail", help="Address of somebody who is no contact yet.")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user if not self.env.user.share else False,
        domain=[("share", "=", False)],
        tracking=3,
        index="btree_not_null",
        ondelete="set null",
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
    )
    channel_id = fields.Many2one(
        "crm.touchpoint.channel", "Came Through", domain=[("loggable", "=", True)], ondelete="set null"
    )
    touchpoint_id = fields.Many2one(
        "crm.touchpoint",
        "Logged Contact",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contact in which it was said, where one was logged by hand: it is the complaint in the history.",
    )
    order_id = fields.Many2one("sale.order", index="btree_not_null", ondelete="set null", check_company=True)
    product_id = fields.Many2one("product.product", index="btree_not_null", ondelete="set null")
    move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain=[("move_type", "in", ("out_refund", "out_invoice"))],
        help="What was given back. It lowers the contribution margin already.",
    )
    res_model = fields.Char("Model of the Return")
    res_id = fields.Many2oneReference("Return or Repair Id")
    subject = fields.Char("Return in Words", help="The return, where there is no record of it in Odoo.")
    record_ref = fields.Reference(
        "_selection_record_ref", "Return or Repair", help="Where goods came back or were repaired."
    )
    subject_name = fields.Char("Returned")
    cause_id = fields.Many2one("crm.complaint.cause", index="btree_not_null", ondelete="restrict", tracking=4)
    cause_field_id = fields.Many2one(
        "crm.complaint.cause",
        "Field of the Cause",
        compute="_compute_cause_field_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    severity_id = fields.Many2one(
        "crm.complaint.severity",
        default=lambda self: self._default_severity(),
        ondelete="restrict",
        index="btree_not_null",
    )
    urgent = fields.Boolean(related="severity_id.urgent")
    stage_id = fields.Many2one(
        "crm.complaint.stage",
        required=True,
        index=True,
        copy=False,
        default=lambda self: self.env["crm.complaint.stage"].search([], limit=1),
        group_expand="_read_group_stage_ids",
        ondelete="restrict",
        tracking=5,
    )
    state = fields.Selection(related="stage_id.state", store=True, index=True, string="Status")
    state_sequence = fields.Integer(compute="_compute_state_sequence", store=True)
    kanban_state = fields.Selection(
        [("normal", "In Progress"), ("waiting", "Waiting for the Customer"), ("done", "Ready for the Next Stage")],
        "On the Board",
        default="normal",
        required=True,
        copy=False,
    )
    opened_on = fields.Datetime("Complained On", required=True, default=fields.Datetime.now, index=True, copy=False)
    due_date = fields.Date("Due", compute="_compute_due_date", store=True, readonly=False, tracking=6, copy=False)
    closed_on = fields.Datetime("Closed", readonly=True, copy=False)
    timeliness = fields.Selection(
        [("in_time", "In Time"), ("late", "Late")],
        "Solved in Time",
        compute="_compute_timeliness",
        store=True,
        help="Solved on or before the due date.",
    )
    days_to_solve = fields.Float(
        "Days to Solution",
        compute="_compute_timeliness",
        store=True,
        aggregator="avg",
        help="From complaint to solution.",
    )
    remedy_id = fields.Many2one("crm.complaint.remedy", ondelete="restrict", index="btree_not_null", tracking=7)
    remedy_booked = fields.Boolean(related="remedy_id.booked", string="Remedy Booked Elsewhere")
    remedy_cost = fields.Monetary(
        currency_field="company_currency_id",
        tracking=8,
        help="What the remedy costs us beyond what a credit note or an order says already: hours, goods, a gift.",
    )
    remedy_cost_charged = fields.Monetary(
        "Charged to the Customer Result",
        compute="_compute_remedy_cost_charged",
        store=True,
        currency_field="company_currency_id",
        help="The part of the cost that lowers CM III: nothing where it is booked elsewhere, never the refund again.",
    )
    remedy_note = fields.Text("What Was Done")
    promise_count = fields.Integer("Promises", compute="_compute_promise_count")

    _remedy_cost_not_negative = models.Constraint(
        "CHECK(remedy_cost IS NULL OR remedy_cost >= 0)", "The cost of a remedy cannot be negative."
    )
    _partner_state_idx = models.Index("(commercial_partner_id, company_id) WHERE state = 'open'")

    @api.model
    def _subject_models(self):
        """Where goods come back: only what is installed is offered."""
        return ["stock.picking", "repair.order"]

    @api.model
    def _default_severity(self):
        return self.env["crm.complaint.severity"].search([("urgent", "=", False)], limit=1)

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        return stages.search([])

    # -- what follows from the rest -----------------------------------------------------------

    @api.depends("partner_id.commercial_partner_id")
    def _compute_commercial_partner_id(self):
        for complaint in self:
            complaint.commercial_partner_id = complaint.partner_id.commercial_partner_id

    @api.depends("order_id", "user_id")
    def _compute_team_id(self):
        for complaint in self:
            complaint.team_id = complaint.order_id.team_id or complaint.team_id or complaint.user_id.sale_team_id

    @api.depends("cause_id.parent_id")
    def _compute_cause_field_id(self):
        for complaint in self:
            complaint.cause_field_id = complaint.cause_id.parent_id or complaint.cause_id

    @api.depends("severity_id", "opened_on", "company_id")
    def _compute_due_date(self):
        for complaint in self:
            if complaint.severity_id and complaint.opened_on:
                complaint.due_date = complaint._day(complaint.opened_on) + timedelta(days=complaint.severity_id.days)

    @api.depends("stage_id.state")
    def _compute_state_sequence(self):
        order = [value for value, _label in STATES]
        for complaint in self:
            complaint.state_sequence = order.index(complaint.state or "open")

    @api.depends("closed_on", "due_date", "opened_on", "state")
    def _compute_timeliness(self):
        for complaint in self:
            solved = complaint.state == "solved" and complaint.closed_on
            late = solved and complaint.due_date and complaint._day(complaint.closed_on) > complaint.due_date
            complaint.timeliness = solved and ("late" if late else "in_time")
            complaint.days_to_solve = (
                max((complaint.closed_on - complaint.opened_on).total_seconds(), 0) / 86400 if solved else 0
            )

    @api.depends("remedy_cost", "remedy_id.booked")
    def _compute_remedy_cost_charged(self):
        for complaint in self:
            complaint.remedy_cost_charged = 0 if complaint.remedy_id.booked else complaint.remedy_cost

    def _day(self, moment):
        """The date a moment has in the company of the complaint."""
        zone = pytz.timezone(self.company_id._werthaltigkeit_tz())
        return pytz.utc.localize(moment).astimezone(zone).date()

    @api.onchange("order_id")
    def _onchange_order_id(self):
        if self.order_id and not self.partner_id:
            self.partner_id = self.order_id.partner_id
        products = self.order_id.order_line.product_id
        if len(products) == 1 and not self.product_id:
            self.product_id = products

    @api.constrains("opened_on", "closed_on")
    def _check_moments(self):
        for complaint in self:
            if complaint.closed_on and complaint.closed_on < complaint.opened_on:
                raise ValidationError(
                    self.env._("“%s” would be closed before it was complained about.", complaint.name)
                )

    # -- stages -------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._stamp_closing()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if "stage_id" in vals:
            self._stamp_closing()
            if "kanban_state" not in vals:
                super().write({"kanban_state": "normal"})
        return result

    def _stamp_closing(self):
        """The clock stops when a complaint gets to a stage that closes it, and runs again when it is reopened."""
        now = fields.Datetime.now()
        for complaint in self:
            if complaint.state == "open":
                if complaint.closed_on:
                    complaint.closed_on = False
            elif not complaint.closed_on:
                complaint.closed_on = max(now, complaint.opened_on)

    def action_solve(self):
        """Put it into the first stage that means solved."""
        return self._to_state("solved")

    def action_cancel(self):
        return self._to_state("cancelled")

    def action_reopen(self):
        return self._to_state("open")

    def _to_state(self, state):
        stage = self.env["crm.complaint.stage"].search([("state", "=", state)], limit=1)
        if not stage:
            raise ValidationError(self.env._("No stage of complaints has this meaning; add one in the configuration."))
        self.stage_id = stage
        return True

    # -- opens --------------------------------------------------------------------------------

    def _compute_promise_count(self):
        counts = dict(
            self.env["crm.promise"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"], ["__count"]
            )
        )
        for complaint in self:
            complaint.promise_count = counts.get(complaint.id, 0)

    def action_view_promises(self):
        """Open what was promised about this complaint; a new one starts with its customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_promise_action")
        context = {
            "default_partner_id": self.partner_id.id,
            "default_res_model": self._name,
            "default_res_id": self.id,
            "default_team_id": self.team_id.id,
            "default_company_id": self.company_id.id,
        }
        return dict(action, domain=[("res_model", "=", self._name), ("res_id", "=", self.id)], context=context)

    def action_view_touchpoints(self):
        self.ensure_one()
        return self.partner_id.action_werthaltigkeit_touchpoints()
