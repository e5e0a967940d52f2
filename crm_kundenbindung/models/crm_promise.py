from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [("open", "Open"), ("kept", "Kept"), ("broken", "Broken"), ("withdrawn", "Withdrawn")]
PLACES = ("crm.touchpoint", "sale.order", "crm.lead", "utm.campaign", "crm.complaint")
# fields that tell one person from another
PERSONS = {"user_id", "create_uid", "write_uid", "activity_user_id", "message_partner_ids", "message_follower_ids"}
BATCH = 500


class CrmPromise(models.Model):
    """What somebody promised: to whom, by when, and whether it was kept."""

    _name = "crm.promise"
    _description = "Promise"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.due.mixin", "crm.subject.mixin"]
    _order = "state_sequence, due_date, id desc"

    name = fields.Char("What Was Promised", required=True, tracking=1)
    partner_id = fields.Many2one("res.partner", "Contact", tracking=2, ondelete="restrict", index=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_commercial_partner_id", store=True, index=True, ondelete="restrict"
    )
    lead_id = fields.Many2one(
        "crm.lead", index="btree_not_null", ondelete="set null", help="A prospect without a contact yet."
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    direction = fields.Selection(
        [("to", "We promised the customer"), ("by", "The customer promised us")],
        "Who Promised",
        required=True,
        default="to",
    )
    scope = fields.Selection(
        [("external", "With the customer"), ("internal", "Among ourselves")],
        required=True,
        default="external",
        help="Promises among ourselves are the ones that those to customers rest on: the workshop to the sales desk.",
    )
    kind_id = fields.Many2one("crm.promise.kind", ondelete="restrict", index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        "Who Looks After It",
        default=lambda self: self.env.user if not self.env.user.share else False,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        tracking=3,
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
    touchpoint_id = fields.Many2one(
        "crm.touchpoint", "Promised In", readonly=True, index="btree_not_null", ondelete="set null"
    )
    res_model = fields.Char("Model of the Place")
    res_id = fields.Many2oneReference("Id of the Place")
    subject = fields.Char("Place in Words")
    record_ref = fields.Reference("_selection_record_ref", "Where", help="Contact, order, opportunity or campaign.")
    subject_name = fields.Char("Promised At")
    promised_on = fields.Datetime(required=True, default=fields.Datetime.now, copy=False)
    due_date = fields.Date("Due", required=True, tracking=4, copy=False, index=True)
    state = fields.Selection(STATES, "Status", required=True, default="open", tracking=5, copy=False, index=True)
    state_sequence = fields.Integer(compute="_compute_state_sequence", store=True)
    closed_on = fields.Datetime("Decided On", readonly=True, copy=False)
    automatic = fields.Boolean(
        "Broken by Lapse of Time",
        readonly=True,
        copy=False,
        help="Nobody said so: the days set in Settings had passed.",
    )
    note = fields.Text("How It Went")

    _partner_open_idx = models.Index("(commercial_partner_id, company_id) WHERE state = 'open'")
    _partner_if_external = models.Constraint(
        "CHECK(scope = 'internal' OR partner_id IS NOT NULL OR lead_id IS NOT NULL)",
        "A promise with a customer names the customer or the lead; only promises among ourselves do without.",
    )

    @api.model
    def _subject_models(self):
        return list(PLACES)

    @api.depends("partner_id.commercial_partner_id")
    def _compute_commercial_partner_id(self):
        for promise in self:
            promise.commercial_partner_id = promise.partner_id.commercial_partner_id

    @api.depends("user_id")
    def _compute_team_id(self):
        for promise in self:
            promise.team_id = promise.team_id or promise.user_id.sale_team_id

    @api.depends("state")
    def _compute_state_sequence(self):
        for promise in self:
            promise.state_sequence = 0 if promise.state == "open" else 1

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "open") != "open":
                vals.setdefault("closed_on", fields.Datetime.now())
        promises = super().create(vals_list)
        promises._sync_reminder()
        return promises

    def write(self, vals):
        if "state" in vals:
            vals = dict(vals)
            vals["closed_on"] = False if vals["state"] == "open" else vals.get("closed_on") or fields.Datetime.now()
            vals.setdefault("automatic", False)
        result = super().write(vals)
        if {"state", "due_date", "user_id", "name"} & vals.keys():
            self._sync_reminder()
        return result

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Who kept how many promises is counted per person only where the company wants it."""
        names = set(groupby_spec.split(":")[0].split("."))
        if names & PERSONS and not self.env["crm.promise.report"]._per_person():
            raise AccessError(
                self.env._("Promises are not counted per person here; a manager may switch that on in Settings.")
            )
        return super()._read_group_groupby(alias, groupby_spec, query)

    # -- reminders ----------------------------------------------------------------------------

    def _sync_reminder(self):
        """Keep one activity per open promise, some days before it is due (company setting); none once decided."""
        kind = self.env.ref("crm_kundenbindung.mail_activity_type_promise", raise_if_not_found=False)
        if not kind:
            return
        promises = self.sudo()
        for promise in promises:
            reminders = promise.activity_ids.filtered(lambda a: a.activity_type_id == kind)
            if promise.state != "open" or not promise.user_id:
                reminders.unlink()
                continue
            today = promise.company_id._werthaltigkeit_today()
            deadline = promise.due_date - timedelta(days=promise.company_id.kundenbindung_promise_reminder_days)
            vals = {
                "date_deadline": max(deadline, min(today, promise.due_date)),
                "user_id": promise.user_id.id,
                "summary": promise.name[:120],
            }
            if reminders:
                reminders.write(vals)
            else:
                promise.with_context(mail_activity_quick_update=True).activity_schedule(
                    activity_type_id=kind.id, **vals
                )

    @api.model
    def _cron_promises(self):
        """Each night: promises of leads that became customers; those overdue for too long, where a company says so."""
        for promise in self.search([("partner_id", "=", False), ("lead_id.partner_id", "!=", False)]):
            promise.partner_id = promise.lead_id.partner_id
        for company in self.env["res.company"].search([("kundenbindung_promise_broken_days", ">", 0)]):
            limit = company._werthaltigkeit_today() - timedelta(days=company.kundenbindung_promise_broken_days)
            late = self.search([("company_id", "=", company.id), ("state", "=", "open"), ("due_date", "<", limit)])
            for start in range(0, len(late), BATCH):
                late[start : start + BATCH].write({"state": "broken", "automatic": True})
                self.env["ir.cron"]._commit_progress(BATCH, remaining=max(len(late) - start - BATCH, 0))

    # -- a person's word ----------------------------------------------------------------------

    def action_kept(self):
        return self._decide("kept")

    def action_broken(self):
        return self._decide("broken")

    def action_withdraw(self):
        return self._decide("withdrawn")

    def action_reopen(self):
        self.state = "open"
        return True

    def _decide(self, state):
        """Close open promises with a person's word."""
        if self.filtered(lambda promise: promise.state != "open"):
            raise UserError(self.env._("This promise is decided already. Reopen it to decide anew."))
        self.state = state
        return True
