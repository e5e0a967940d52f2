from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [("open", "Open"), ("done", "Done"), ("dropped", "Dropped")]
REMINDERS = [("mail", "By Mail"), ("activity", "Task for Us"), ("failed", "Set Aside")]


class CrmCustomerObjectDue(models.Model):
    """A day on which something is due on a customer's object; the owner is reminded of each day once."""

    _name = "crm.customer.object.due"
    _description = "Due Date of an Object"
    _inherit = ["crm.due.mixin", "crm.guarded.mixin"]
    _order = "due_date, id"
    _rec_name = "kind_id"

    object_id = fields.Many2one("crm.customer.object", required=True, ondelete="cascade", index=True)
    kind_id = fields.Many2one(
        "crm.customer.object.due.kind", "What Is Due", required=True, ondelete="restrict", index=True
    )
    due_date = fields.Date("Due", required=True, index=True)
    state = fields.Selection(STATES, "Status", required=True, default="open")
    done_on = fields.Date(readonly=True)
    lead_days = fields.Integer(
        "Remind Before (Days)", compute="_compute_lead_days", store=True, readonly=False, precompute=True
    )
    remind_on = fields.Date(compute="_compute_remind_on", store=True)
    company_id = fields.Many2one(related="object_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="object_id.partner_id", store=True, string="Owner", index=True, ondelete="restrict"
    )
    commercial_partner_id = fields.Many2one(
        related="object_id.commercial_partner_id", store=True, string="Customer", index=True, ondelete="restrict"
    )
    reminded_for = fields.Date("Reminded of", readonly=True, copy=False, help="A changed day is reminded of again.")
    reminded_on = fields.Datetime(readonly=True, copy=False)
    reminder = fields.Selection(REMINDERS, readonly=True, copy=False)
    reason = fields.Char("Why", readonly=True, copy=False)

    _once = models.UniqueIndex(
        "(object_id, kind_id) WHERE state = 'open'", "This is due on the object already: change its day instead."
    )
    _remind_idx = models.Index("(remind_on) WHERE state = 'open'")
    _lead_days_range = models.Constraint(
        "CHECK(lead_days >= 0 AND lead_days <= 366)", "Remind between 0 and 366 days before."
    )

    @api.depends("kind_id")
    def _compute_lead_days(self):
        for due in self:
            due.lead_days = due.kind_id.lead_days

    @api.depends("due_date", "lead_days")
    def _compute_remind_on(self):
        for due in self:
            due.remind_on = due.due_date and due.due_date - timedelta(days=due.lead_days)

    def action_done(self):
        """What was due is done today; the next one follows where it comes regularly."""
        return self._done()

    def action_drop(self):
        """It will not be done here; nothing follows."""
        self._open_or_refuse().state = "dropped"
        return True

    def _done(self, day=None):
        """Close open rows with this day (by default today of their company) and plan the next ones.

        The next day counts from the due day where it was done early, so that it does not creep forward.
        """
        following = []
        for due in self._open_or_refuse():
            done_on = day or due.company_id._werthaltigkeit_today()
            due.write({"state": "done", "done_on": done_on})
            if due.kind_id.months:
                day_after = max(due.due_date, done_on) + relativedelta(months=due.kind_id.months)
                following.append(
                    {"object_id": due.object_id.id, "kind_id": due.kind_id.id, "due_date": day_after,
                     "lead_days": due.lead_days}
                )  # fmt: skip
        self.flush_model(["state"])  # the closed row makes room for the next of its kind
        self.create(following)
        return True

    def _open_or_refuse(self):
        if self.filtered(lambda due: due.state != "open"):
            raise UserError(self.env._("This is closed already."))
        return self
