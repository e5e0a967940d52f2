from datetime import datetime, timedelta
from urllib.parse import urljoin

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

AUDIENCES = [
    ("staff", "Only by us"),
    ("customer", "Customers with a login"),
    ("public", "Everybody, new customers too"),
]


class CrmBookingType(models.Model):
    """A service for which appointments are made: how long, by whom, how far ahead, on which conditions."""

    _name = "crm.booking.type"
    _description = "Bookable Service"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    audience = fields.Selection(AUDIENCES, "Who Books", required=True, default="public")
    description = fields.Text(translate=True, help="What customers read before they book.")
    price_text = fields.Char(
        "Price in Words", translate=True, help="For example “from 89 €”. Empty: no price is shown."
    )
    duration = fields.Integer("Duration (Minutes)", required=True, default=60)
    buffer = fields.Integer("Buffer (Minutes)", help="Stays free after each appointment.")
    step = fields.Integer("Starts Every (Minutes)", required=True, default=30, help="30: on the hour and at half past.")
    lead_hours = fields.Integer("At Least Ahead (Hours)", default=24, help="Nobody books shorter before.")
    horizon_days = fields.Integer("At Most Ahead (Days)", required=True, default=60)
    change_hours = fields.Integer(
        "Move and Cancel Until (Hours Before)", default=24, help="Later customers have to call us."
    )
    reminder_hours = fields.Integer("Remind Before (Hours)", default=24, help="0: no reminder.")
    user_ids = fields.Many2many(
        "res.users", string="Employees", domain=[("share", "=", False)], help="Who can do it; one of them is booked."
    )
    pick_up = fields.Boolean(
        "Pick-Up and Return", help="Customers may ask us to fetch their object and to bring it back."
    )
    object_kind_id = fields.Many2one(
        "crm.customer.object.kind", "Done on", ondelete="set null", help="Customers choose one of their objects."
    )
    due_kind_id = fields.Many2one(
        "crm.customer.object.due.kind",
        "Settles",
        ondelete="set null",
        index="btree_not_null",
        help="When somebody notes that the appointment was kept, this is done on the object and the next one is planned.",
    )
    booking_ids = fields.One2many("crm.booking", "type_id", "Appointments")
    booking_count = fields.Integer("Appointments to Come", compute="_compute_booking_count")

    _duration_range = models.Constraint(
        "CHECK(duration BETWEEN 5 AND 1440 AND step BETWEEN 5 AND 1440 AND buffer BETWEEN 0 AND 1440)",
        "Durations and steps lie between 5 minutes and a day, the buffer between 0 and a day.",
    )
    _ahead_range = models.Constraint(
        "CHECK(lead_hours BETWEEN 0 AND 8784 AND change_hours BETWEEN 0 AND 8784 AND reminder_hours BETWEEN 0 AND 8784"
        " AND horizon_days BETWEEN 1 AND 366)",
        "Appointments are made at most a year ahead; hours cannot be negative.",
    )

    @api.constrains("user_ids", "company_id")
    def _check_user_ids(self):
        for kind in self:
            strangers = kind.user_ids.sudo().filtered(lambda u, company=kind.company_id: company not in u.company_ids)
            if strangers:
                raise ValidationError(
                    self.env._("%s does not work for this company.", ", ".join(strangers.mapped("name")))
                )

    def _compute_booking_count(self):
        domain = [("type_id", "in", self.ids), ("state", "=", "booked"), ("start", ">", fields.Datetime.now())]
        counts = dict(self.env["crm.booking"]._read_group(domain, ["type_id"], ["__count"]))
        for kind in self:
            kind.booking_count = counts.get(kind, 0)

    def action_view_bookings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_booking_action")
        return dict(action, display_name=self.name, domain=[("type_id", "=", self.id)])

    # -- times --------------------------------------------------------------------------------------

    def _tz(self):
        """Time zone of the place where it is done: all times are told in it."""
        return pytz.timezone(self.company_id._werthaltigkeit_tz())

    def _local(self, moment):
        """A moment in UTC as it is on the clock of the place."""
        return pytz.utc.localize(moment).astimezone(self._tz())

    def _window(self, by_staff=False):
        """Return the first and last moment (UTC) at which an appointment may start; we ourselves may book at once."""
        now = fields.Datetime.now()
        day = self._local(now).date() + timedelta(days=self.horizon_days)
        end = self._tz().localize(datetime.combine(day, datetime.max.time().replace(microsecond=0)))
        lead = timedelta() if by_staff else timedelta(hours=self.lead_hours)
        return now + lead, end.astimezone(pytz.utc).replace(tzinfo=None)

    def _responsible(self, partner):
        """The customer's salesperson, where they can do it."""
        user = partner.user_id or partner.commercial_partner_id.user_id
        return user & self._employees()

    def _employees(self):
        return self.sudo().user_ids.filtered(lambda user: user.active and not user.share)

    def _slots(self, users=None, booking=None, by_staff=False):
        """Return {start (UTC): users who are free}, for these users or all who can do it.

        :param booking: appointment to be moved
        """
        self.ensure_one()
        users = self._employees() if users is None else users
        earliest, latest = self._window(by_staff)
        return self.env["crm.booking.engine"]._free_starts(self, users, earliest, latest, booking)

    def _in_turn(self, users, start, first=None):
        """Return these users as a list: the one asked for, then those with the fewest appointments on that day."""
        if len(users) < 2:
            return list(users)
        day = datetime.combine(self._local(start).date(), datetime.min.time())
        begin = self._tz().localize(day).astimezone(pytz.utc).replace(tzinfo=None)
        loads = self.env["crm.booking.engine"]._loads(users, begin, begin + timedelta(days=1))
        return sorted(users, key=lambda user: (user != first, loads.get(user.id, 0), user.id))

    # -- web ----------------------------------------------------------------------------------------

    @api.model
    def _offered(self, company, logged_in):
        """Return the services that somebody may book in the web."""
        audiences = ("customer", "public") if logged_in else ("public",)
        domain = [("company_id", "=", company.id), ("audience", "in", audiences), ("user_ids", "!=", False)]
        return self.search(domain)

    def _book_url(self):
        self.ensure_one()
        return urljoin(self.get_base_url(), f"/book/{self.id}")

    def action_open_page(self):
        """Look at the page on which customers book."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self._book_url(), "target": "new"}
