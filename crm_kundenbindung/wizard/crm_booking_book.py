from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

SHOWN = 60


class CrmBookingBook(models.TransientModel):
    """Choose a free time for a customer, while they are on the phone."""

    _name = "crm.booking.book"
    _description = "Book an Appointment"

    partner_id = fields.Many2one("res.partner", "Contact", required=True)
    type_id = fields.Many2one("crm.booking.type", "Service", required=True, domain=[("user_ids", "!=", False)])
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
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
    slot_ids = fields.One2many(
        "crm.booking.book.slot", "wizard_id", compute="_compute_slot_ids", store=True, readonly=False
    )

    @api.depends("type_id", "partner_id")
    def _compute_user_id(self):
        for wizard in self:
            wizard.user_id = wizard.type_id._responsible(wizard.partner_id) if wizard.type_id else False

    @api.depends("type_id", "user_id", "day")
    def _compute_slot_ids(self):
        for wizard in self:
            wizard.slot_ids = [(5, 0, 0)] + [(0, 0, {"start": start}) for start in wizard._starts()]

    def _starts(self):
        """The next free times from the chosen day on."""
        if not self.type_id or not self.day:
            return []
        slots = self.type_id._slots(self.user_id or None, by_staff=True)
        day = datetime.combine(self.day, datetime.min.time()) - timedelta(hours=14)
        return [start for start in slots if start >= day and self.type_id._local(start).date() >= self.day][:SHOWN]

    def _book(self, start):
        self.ensure_one()
        self.partner_id.check_access("read")
        self.type_id.check_access("read")
        if self.object_id:
            self.object_id.check_access("read")
        vals = {"partner_id": self.partner_id.id, "object_id": self.object_id.id, "note": self.note}
        booking = self.env["crm.booking"]._book(self.type_id, start, vals, self.user_id or None, by_staff=True)
        return booking.get_formview_action()


class CrmBookingBookSlot(models.TransientModel):
    """A free time to choose."""

    _name = "crm.booking.book.slot"
    _description = "Free Time"
    _order = "start, id"

    wizard_id = fields.Many2one("crm.booking.book", required=True, ondelete="cascade", index=True)
    start = fields.Datetime(required=True)
    day = fields.Char(compute="_compute_words")
    time = fields.Char(compute="_compute_words")

    @api.depends("start")
    def _compute_words(self):
        for slot in self:
            local = slot.wizard_id.type_id._local(slot.start) if slot.start and slot.wizard_id.type_id else False
            slot.day = local and f"{format_date(self.env, local, date_format='EEE')} {format_date(self.env, local)}"
            slot.time = local and local.strftime("%H:%M")

    def action_book(self):
        self.ensure_one()
        if not self.wizard_id.partner_id:
            raise UserError(self.env._("For whom is the appointment?"))
        return self.wizard_id._book(self.start)
