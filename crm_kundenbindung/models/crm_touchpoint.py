from odoo import api, fields, models

FOLLOW_UPS = ("promise", "promise_text", "promise_due", "promise_kind_id", "promise_direction", "open_complaint")


class CrmTouchpoint(models.Model):
    """A contact that is logged may hold a promise, or be a complaint that somebody has to solve."""

    _inherit = "crm.touchpoint"

    promise = fields.Boolean("Promise…", store=False, help="Something was promised: you are reminded before it is due.")
    promise_text = fields.Char("What Was Promised", store=False, help="Empty: the line about the contact says it.")
    promise_due = fields.Date("Promised By", store=False)
    promise_kind_id = fields.Many2one("crm.promise.kind", "Kind of Promise", store=False)
    promise_direction = fields.Selection(
        [("to", "By us"), ("by", "By the customer")], "Promise Given", store=False, default="to"
    )
    open_complaint = fields.Boolean(
        "Follow Up as a Complaint", store=False, help="Puts it on the complaints board, with a due date."
    )

    @api.onchange("kind_id")
    def _onchange_kind_id_complaint(self):
        """A complaint is followed up unless somebody says no; other kinds are not complaints."""
        if self.env.user.has_group("crm_kundenbindung.group_kundenbindung_service"):
            self.open_complaint = self.kind_id.code == "complaint"

    @api.model_create_multi
    def create(self, vals_list):
        follow_ups = [{name: vals[name] for name in FOLLOW_UPS if vals.get(name)} for vals in vals_list]
        plain = [{name: value for name, value in vals.items() if name not in FOLLOW_UPS} for vals in vals_list]
        touchpoints = super().create(plain)
        wanted = [(t, extra) for t, extra in zip(touchpoints, follow_ups) if extra]
        promises = [t._prepare_promise_vals(extra) for t, extra in wanted if extra.get("promise")]
        if promises:
            self.env["crm.promise"].create(promises)
        complaints = [
            t._prepare_complaint_vals() for t, extra in wanted if extra.get("open_complaint") and t.partner_id
        ]
        if complaints:
            self.env["crm.complaint"].create(complaints)
        return touchpoints

    def _prepare_promise_vals(self, extra):
        self.ensure_one()
        company = self.company_id or self.env.company
        return {
            "name": extra.get("promise_text") or self.note or self.kind_id.name,
            "partner_id": self.partner_id.id,
            "lead_id": self.lead_id.id,
            "company_id": company.id,
            "direction": extra.get("promise_direction") or "to",
            "kind_id": extra.get("promise_kind_id"),
            "promised_on": self.date,
            "due_date": extra.get("promise_due") or company._werthaltigkeit_today(),
            "user_id": self.user_id.id or self.env.uid,
            "touchpoint_id": self.id,
            "res_model": self._name,
            "res_id": self.id,
        }

    def _prepare_complaint_vals(self):
        """Values of the complaint whose touchpoint this is: in the history it counts once."""
        self.ensure_one()
        return {
            "name": self.note or self.kind_id.name,
            "partner_id": self.partner_id.id,
            "company_id": (self.company_id or self.env.company).id,
            "channel_id": self.channel_id.id,
            "opened_on": self.date,
            "user_id": self.user_id.id or self.env.uid,
            "touchpoint_id": self.id,
        }

    def action_open_complaint(self):
        """Open the complaint of this touchpoint; make one where there is none yet."""
        self.ensure_one()
        complaint = self.env["crm.complaint"].search([("touchpoint_id", "=", self.id)], limit=1)
        if not complaint:
            complaint = self.env["crm.complaint"].create(self._prepare_complaint_vals())
        return complaint.get_formview_action()
