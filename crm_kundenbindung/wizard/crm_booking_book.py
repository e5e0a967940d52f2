from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

SHOWN = 60


class CrmBookingBook(models.TransientModel):
    """Choose a free time for a customer, while they are on the phone."""

    _name = "crm.booking.book"
    _description = "Book an Appointment"

    partner_id = fields.Many2one("res.partner", "Contact", required=True)
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id", string="Customer")
    type_id = fields.Many2one("crm.booking.type", "Service", required=True, domain=[("user_ids", "!=", False)])
    service_company_id = fields.Many2one(related="type_id.company_id", string="Company of the Service")
    employee_ids = fields.Many2many(related="type_id.user_ids", string="Who Can Do It")
    user_id = fields.Many2one(
        "res.users",
        "Employee",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', employee_ids)]",
        help="Empty: whoever is free, those with the fewest appointments that day first.",
    )
    object_id = fields.Many2one(
        "crm.customer.object",
        domain="[('commercial_partner_id', '=', commercial_partner_id), ('company_id', '=', service_company_id)]",
    )
    note = fields.Text("Wishes")
    day = fields.Date("From", required=True, default=fields.Date.context_today)
    slots = fields.Json("Free Times", compute="_compute_slots")
    chosen = fields.Char("Chosen Time", compute="_compute_chosen", store=True, readonly=False)

    @api.depends("type_id", "partner_id")
    def _compute_user_id(self):
        for wizard in self:
            wizard.user_id = wizard.type_id._responsible(wizard.partner_id) if wizard.type_id else False

    @api.depends("type_id", "user_id", "day")
    def _compute_slots(self):
        """The next free times from the chosen day on, by day: [{"day", "times": [{"start" (UTC), "time"}]}]."""
        for wizard in self:
            kind, days, left = wizard.type_id, {}, SHOWN
            for start in kind._slots(wizard.user_id or None, by_staff=True) if kind and wizard.day else ():
                local = kind._local(start)
                if local.date() >= wizard.day and left:
                    left -= 1
                    days.setdefault(local.date(), []).append({"start": start.isoformat(), "time": f"{local:%H:%M}"})
            wizard.slots = [
                {"day": f"{format_date(self.env, day, date_format='EEE')} {format_date(self.env, day)}", "times": times}
                for day, times in days.items()
            ]

    @api.depends("type_id", "user_id", "day")
    def _compute_chosen(self):
        self.chosen = False

    def action_book(self):
        """Book the chosen time; whoever was faster meanwhile wins."""
        self.ensure_one()
        try:
            start = datetime.fromisoformat(self.chosen or "")
        except ValueError as error:
            raise UserError(self.env._("Please choose a time.")) from error
        (self.partner_id | self.partner_id.commercial_partner_id).check_access("read")
        self.type_id.check_access("read")
        self.object_id.check_access("read")
        vals = {"partner_id": self.partner_id.id, "object_id": self.object_id.id, "note": self.note}
        booking = self.env["crm.booking"]._book(self.type_id, start, vals, self.user_id or None, by_staff=True)
        return booking.get_formview_action()
