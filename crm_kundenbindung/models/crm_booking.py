import secrets
from datetime import datetime, timedelta
from urllib.parse import urljoin

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import consteq

STATES = [
    ("booked", "Booked"),
    ("kept", "Kept"),
    ("missed", "Did Not Come"),
    ("cancelled", "Cancelled"),
]
ORIGINS = [("public", "New customer, online"), ("portal", "Customer, online"), ("staff", "By us")]
# written by the app alone: over buttons, pages and the calendar
OWN_FIELDS = {
    "state", "token", "event_id", "moves", "first_start", "changed_on", "cancelled_on", "cancelled_by", "kept_on",
    "automatic", "origin", "reminded_for", "failure", "lead_id",
}  # fmt: skip


class CrmBooking(models.Model):
    """An appointment of a customer with one of our people; the database lets nobody be booked twice at a time."""

    _name = "crm.booking"
    _description = "Appointment"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.guarded.mixin"]
    _order = "start desc, id desc"
    _check_company_auto = True

    type_id = fields.Many2one("crm.booking.type", "Service", required=True, ondelete="restrict", index=True, tracking=1)
    company_id = fields.Many2one(related="type_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        "Employee",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
        index=True,
        tracking=2,
    )
    partner_id = fields.Many2one("res.partner", "Contact", ondelete="restrict", index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_commercial_partner_id",
        store=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    lead_id = fields.Many2one("crm.lead", readonly=True, ondelete="set null", index="btree_not_null", copy=False)
    contact_name = fields.Char("Name", compute="_compute_contact", store=True, readonly=False, precompute=True)
    email = fields.Char(compute="_compute_contact", store=True, readonly=False, precompute=True)
    phone = fields.Char(compute="_compute_contact", store=True, readonly=False, precompute=True)
    lang = fields.Char("Language", compute="_compute_contact", store=True, readonly=False, precompute=True)
    object_id = fields.Many2one("crm.customer.object", ondelete="set null", index="btree_not_null", check_company=True)
    object_text = fields.Char(
        "What It Is About", help="As a new customer wrote it: make and licence plate, for example."
    )
    note = fields.Text("Wishes")
    start = fields.Datetime(required=True, index=True, tracking=3)
    duration = fields.Integer(
        "Duration (Minutes)", compute="_compute_duration", store=True, readonly=False, precompute=True
    )
    stop = fields.Datetime("End", compute="_compute_stop", store=True, precompute=True)
    blocked_until = fields.Datetime(
        compute="_compute_stop", store=True, precompute=True, help="With the buffer of the service."
    )
    state = fields.Selection(STATES, "Status", required=True, default="booked", copy=False, index=True, tracking=4)
    moves = fields.Integer("Times Moved", readonly=True, copy=False)
    first_start = fields.Datetime("First Booked for", readonly=True, copy=False)
    changed_on = fields.Datetime("Told Last", readonly=True, copy=False, default=fields.Datetime.now)
    cancelled_on = fields.Datetime(readonly=True, copy=False)
    cancelled_by = fields.Selection([("customer", "The customer"), ("us", "Us")], readonly=True, copy=False)
    kept_on = fields.Datetime("Noted On", readonly=True, copy=False)
    automatic = fields.Boolean(
        "Kept by Lapse of Time", readonly=True, copy=False, help="Nobody said so: the days set in Settings had passed."
    )
    origin = fields.Selection(ORIGINS, "Booked By", required=True, readonly=True, default="staff", copy=False)
    token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    event_id = fields.Many2one(
        "calendar.event", "In the Calendar", readonly=True, ondelete="set null", index="btree_not_null", copy=False
    )
    reminded_for = fields.Datetime("Reminded of", readonly=True, copy=False)
    failure = fields.Char("Mail Not Sent", readonly=True, copy=False)
    pick_up = fields.Boolean("Fetch It")
    pick_up_address = fields.Char("Fetch From")
    pick_up_at = fields.Datetime("Fetch At")
    bring_back = fields.Boolean("Bring It Back")
    return_address = fields.Char("Bring Back To")
    return_at = fields.Datetime("Bring Back At")

    _no_double_booking = models.Constraint(
        "EXCLUDE USING gist (int4range(user_id, user_id, '[]') WITH &&, tsrange(start, blocked_until) WITH &&)"
        " WHERE (state = 'booked')",
        "Another appointment is booked at this time already.",
    )
    _start_before_stop = models.Constraint(
        "CHECK(start < stop AND stop <= blocked_until)", "An appointment ends after it has started."
    )
    _somebody = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR contact_name IS NOT NULL)", "An appointment needs a contact or a name."
    )
    _customer_idx = models.Index("(commercial_partner_id, company_id) WHERE state = 'booked'")

    # -- computes -----------------------------------------------------------------------------------

    @api.depends("type_id", "contact_name", "partner_id")
    def _compute_display_name(self):
        for booking in self:
            who = booking.contact_name or booking.partner_id.name
            booking.display_name = ": ".join(text for text in (booking.type_id.name, who) if text)

    @api.depends("partner_id.commercial_partner_id")
    def _compute_commercial_partner_id(self):
        for booking in self:
            booking.commercial_partner_id = booking.partner_id.commercial_partner_id

    @api.depends("partner_id")
    def _compute_contact(self):
        """From the contact, unless somebody wrote something else; kept as it was told to the customer."""
        for booking in self:
            partner, known = booking.partner_id, not booking.partner_id
            booking.contact_name = (booking.contact_name if known else partner.name) or False
            booking.email = (booking.email if known else partner.email) or False
            booking.phone = (booking.phone if known else partner.phone) or False
            booking.lang = (booking.lang if known else partner.lang) or False

    @api.depends("type_id")
    def _compute_duration(self):
        for booking in self:
            booking.duration = booking.type_id.duration

    @api.depends("start", "duration", "type_id")
    def _compute_stop(self):
        for booking in self:
            booking.stop = booking.start and booking.start + timedelta(minutes=booking.duration or 0)
            booking.blocked_until = booking.stop and booking.stop + timedelta(minutes=booking.type_id.buffer)

    # -- what people may change ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.keys() & (OWN_FIELDS - {"state", "origin"}) for vals in vals_list):
            raise AccessError(self.env._("This is noted by the app itself."))
        if not self.env.su:
            vals_list = [{**vals, "state": "booked", "origin": "staff"} for vals in vals_list]
        bookings = super().create(vals_list)
        bookings.flush_recordset()  # whoever comes too late learns it before anything else is done
        coming = bookings.filtered(lambda booking: booking.state == "booked")
        coming.sudo()._make_events()
        coming.sudo()._tell("confirmed")
        return bookings

    def write(self, vals):
        if not self.env.su and vals.keys() & OWN_FIELDS:
            raise AccessError(self.env._("This is noted by the app itself."))
        before = {booking: booking.start for booking in self} if "start" in vals else {}
        result = super().write(vals)
        moved = self.browse().union(*(b for b, start in before.items() if b.start != start and b.state == "booked"))
        if {"start", "duration", "user_id", "type_id", "partner_id", "active"} & vals.keys():
            self.flush_recordset()
            self.sudo()._sync_events()
        for booking in moved.sudo():
            booking._note_move(before[booking])
        moved.sudo()._tell("moved")
        return result

    def _note_move(self, old):
        """Count it, and shift what was agreed about fetching with it: the same time of the day, days later."""
        days = (self.type_id._local(self.start).date() - self.type_id._local(old).date()).days
        shifted = {
            name: self._on_another_day(self[name], days) for name in ("pick_up_at", "return_at") if self[name] and days
        }
        self.write(
            {
                "moves": self.moves + 1,
                "first_start": self.first_start or old,
                "changed_on": fields.Datetime.now(),
                **shifted,
            }
        )

    def _on_another_day(self, moment, days):
        """The same time on the clock so many days later, across the change to summer time too."""
        local = self.type_id._local(moment).replace(tzinfo=None) + timedelta(days=days)
        return self.type_id._tz().localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    def _at_clock(self, hour, minute, start=None):
        """The moment (UTC) of this time of the day of the appointment."""
        day = self.type_id._local(start or self.start).date()
        local = self.type_id._tz().localize(datetime(day.year, day.month, day.day, hour, minute))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    # -- link ---------------------------------------------------------------------------------------

    def _ensure_token(self):
        """The token (192 bit) with which this appointment is looked at, moved and cancelled without a login."""
        self.ensure_one()
        if not self.sudo().token:
            self.sudo().token = secrets.token_urlsafe(24)
        return self.sudo().token

    def _url(self):
        self.ensure_one()
        return urljoin(self.get_base_url(), f"/appointment/{self.id}/{self._ensure_token()}")

    def _knows(self, token):
        """Whether this is the token of the appointment; compared in constant time."""
        own = self.sudo().token
        return bool(own) and token.isascii() and consteq(own, token)
