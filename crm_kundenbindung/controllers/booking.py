from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request

from ..models.crm_booking_steps import SlotTaken
from .booking_form import BookingForm, start_words

MAX_OPEN = 4  # appointments to come that somebody without a login may have under one address


class BookingPages(BookingForm, http.Controller):
    """Pages on which appointments are booked, moved and cancelled; usable without a login and without scripts."""

    # -- choosing ---------------------------------------------------------------------------------

    @http.route(
        ["/book", "/book/company/<int:company_id>"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def book(self, company_id=None, **kwargs):
        """The services of a company."""
        company = self._company(company_id)
        kinds = self._kinds()._offered(company, self._logged_in())
        if not kinds and company_id is not None:
            raise NotFound()
        return request.render("crm_kundenbindung.booking_page_services", {"kinds": kinds, "company": company})

    @http.route("/book/<int:type_id>", type="http", auth="public", website=True, sitemap=False, readonly=True)
    def book_times(self, type_id, day=None, anybody=None, taken=None, **kwargs):
        """The free times of a service, some days at a time."""
        kind = self._kind(type_id)
        responsible = kind._responsible(self._partner()) if not anybody else kind.user_ids.browse()
        slots = kind._slots(responsible or None)
        values = self._days(kind, slots, day)
        values.update(
            kind=kind, responsible=responsible, anybody=anybody, taken=taken, path=f"/book/{kind.id}",
            link=lambda start: f"/book/{kind.id}/{start:%Y%m%dT%H%M}" + ("?anybody=1" if anybody else ""),
        )  # fmt: skip
        return request.render("crm_kundenbindung.booking_page_times", values)

    @http.route("/book/<int:type_id>/<string:start>", type="http", auth="public", website=True, sitemap=False)
    def book_details(self, type_id, start, anybody=None, **post):
        """Who comes with what; a POST books."""
        kind, moment = self._kind(type_id), self._parse_start(start)
        if not moment:
            raise NotFound()
        errors, values = {}, {}
        if request.httprequest.method == "POST":
            values, errors = self._read_form(kind, moment, post)
            if not errors:
                return self._do_book(kind, moment, values, anybody, bool(post.get("fax")))
        elif moment not in kind._slots():
            return request.redirect(f"/book/{kind.id}?taken=1")
        return request.render(
            "crm_kundenbindung.booking_page_details", self._details(kind, moment, anybody, post, errors)
        )

    def _details(self, kind, moment, anybody, post, errors):
        partner = self._partner()
        return {
            "kind": kind,
            "start": start_words(kind, moment),
            "path": f"/book/{kind.id}/{moment:%Y%m%dT%H%M}",
            "anybody": anybody,
            "partner": partner,
            "objects": self._own_objects(kind),
            "object_shown": self._objects_shown(),
            "address": partner._booking_address() if partner else "",
            "post": post,
            "errors": errors,
        }

    def _do_book(self, kind, moment, values, anybody, is_robot):
        """Book, and show the appointment; a robot that filled in what nobody sees is sent to the services."""
        attempts = request.env["loyalty.code.attempt"].sudo()
        keys = [f"booking {key}" for key in attempts._keys()]
        if attempts._are_blocked(keys):
            return self._message(
                request.env._("Too many attempts. Please try again in a few minutes, or call us."), 429
            )
        attempts._count(keys)
        if is_robot:
            return request.redirect("/book")
        partner, bookings = self._partner(), request.env["crm.booking"].sudo()
        vals = dict(values, origin="portal" if partner else "public", lang=request.env.lang)
        if partner:
            vals["partner_id"] = partner.id
        else:
            found = self._known(values, kind.company_id)
            if self._too_many(values):
                return self._message(
                    request.env._("You have several appointments already. Please call us for another one."), 429
                )
            vals["partner_id"] = found.id
        users = (kind._responsible(partner) if partner and not anybody else None) or None
        try:
            booking = bookings._book(kind, moment, vals, users)
        except SlotTaken:
            return request.redirect(f"/book/{kind.id}?taken=1")
        if not booking.partner_id:
            booking._make_lead()
        return request.redirect(f"/appointment/{booking.id}/{booking._ensure_token()}?new=1")

    # -- the appointment --------------------------------------------------------------------------

    @http.route("/appointment/<int:booking_id>/<string:token>", type="http", auth="public", website=True, sitemap=False)
    def appointment(self, booking_id, token, new=None, late=None, **kwargs):
        booking = self._booking(booking_id, token)
        values = {"booking": booking, "token": token, "new": new, "late": late}
        return request.render("crm_kundenbindung.booking_page_appointment", values)

    @http.route(
        "/appointment/<int:booking_id>/<string:token>/move", type="http", auth="public", website=True, sitemap=False
    )
    def appointment_move(self, booking_id, token, day=None, taken=None, start=None, **kwargs):
        """Free times for the appointment; a POST of one of them moves it there."""
        booking = self._booking(booking_id, token)
        own = f"/appointment/{booking.id}/{token}"
        if not booking._may_change():
            return request.redirect(f"{own}?late=1")
        if request.httprequest.method == "POST":
            moment = self._parse_start(start)
            try:
                if not moment:
                    raise SlotTaken("")
                booking._move(moment)
            except SlotTaken:
                return request.redirect(f"{own}/move?taken=1")
            return request.redirect(f"{own}?new=1")
        slots = booking.type_id._slots(booking.user_id, booking=booking) or booking.type_id._slots(booking=booking)
        slots.pop(booking.start, None)
        values = self._days(booking.type_id, slots, day)
        values.update(
            kind=booking.type_id, booking=booking, responsible=booking.user_id, anybody=None, taken=taken,
            path=f"{own}/move", own=own, link=None,
        )  # fmt: skip
        return request.render("crm_kundenbindung.booking_page_times", values)

    @http.route(
        "/appointment/<int:booking_id>/<string:token>/cancel",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def appointment_cancel(self, booking_id, token, **kwargs):
        booking = self._booking(booking_id, token)
        if booking.state == "booked" and not booking._may_change():
            return request.redirect(f"/appointment/{booking.id}/{token}?late=1")
        booking._cancel("customer")
        return request.redirect(f"/appointment/{booking.id}/{token}")

    @http.route("/appointment/<int:booking_id>/<string:token>/ics", type="http", auth="public", sitemap=False)
    def appointment_file(self, booking_id, token, **kwargs):
        """The appointment for the customer's own calendar."""
        booking = self._booking(booking_id, token)
        content = booking.event_id._get_ics_file().get(booking.event_id.id)
        if not content:
            raise NotFound()
        name = f"{request.env._('appointment')}.ics"
        headers = [("Content-Type", "text/calendar"), ("Content-Disposition", http.content_disposition(name))]
        return request.make_response(content, headers)

    # -- who and what -----------------------------------------------------------------------------

    def _switched_on(self):
        if not request.env["res.company"]._kundenbindung_switched_on("booking"):
            raise NotFound()

    def _kinds(self):
        self._switched_on()
        return request.env["crm.booking.type"].sudo()

    def _objects_shown(self):
        return request.env["res.company"]._kundenbindung_switched_on("object")

    def _logged_in(self):
        return not request.env.user._is_public()

    def _partner(self):
        """The customer who is logged in; staff look at the pages as everybody does."""
        user = request.env.user
        return user.partner_id if self._logged_in() and not user._is_internal() else request.env["res.partner"].sudo()

    def _company(self, company_id):
        """The company asked for, else the first one that offers something; wrong and empty ones answer alike."""
        self._switched_on()
        companies = request.env["res.company"].sudo()
        if company_id is not None:
            return companies.browse(company_id if 0 < company_id < 2**31 else 0).exists()
        company = request.env.company.sudo()
        if not self._kinds()._offered(company, self._logged_in()):
            company = self._kinds().search([("audience", "=", "public")], limit=1).company_id or company
        return company

    def _kind(self, type_id):
        """The service, if this visitor may book it; everything else is not found."""
        kind = self._kinds().browse(type_id if 0 < type_id < 2**31 else 0).exists()
        if not kind or not kind.active or kind not in kind._offered(kind.company_id, self._logged_in()):
            raise NotFound()
        return kind.with_company(kind.company_id)

    def _booking(self, booking_id, token):
        """The appointment whose token this is; wrong, missing and foreign answer alike."""
        self._switched_on()
        booking = request.env["crm.booking"].sudo().browse(booking_id if 0 < booking_id < 2**31 else 0).exists()
        if not booking or not booking._knows(token):
            raise NotFound()
        lang = request.env.lang if self._logged_in() else booking.lang or request.env.lang
        return booking.with_context(lang=lang).with_company(booking.company_id)

    def _known(self, values, company):
        """The one contact with this address, if there is one; the page tells nothing about it."""
        address, contacts = values.get("email"), request.env["res.partner"].sudo()
        if not address:
            return contacts
        companies = [*company.root_id.ids, *company.ids, False]
        domain = [("email_normalized", "=", address), ("company_id", "in", companies)]
        found = contacts.search(domain, limit=2)
        return found if len(found) == 1 and not found.user_ids.filtered(lambda u: not u.share) else contacts

    def _too_many(self, values):
        domain = [("state", "=", "booked"), ("start", ">", fields.Datetime.now()), ("origin", "=", "public")]
        reach = [(name, "=", values[name]) for name in ("email", "phone") if values.get(name)]
        return (
            request.env["crm.booking"].sudo().search_count([*domain, *(["|"] * (len(reach) - 1)), *reach]) >= MAX_OPEN
        )

    def _own_objects(self, kind):
        """Objects of the customer that this service is done on."""
        partner = self._partner()
        objects = request.env["crm.customer.object"].sudo()
        if not partner or not self._objects_shown():
            return objects
        domain = [
            ("commercial_partner_id", "=", partner.commercial_partner_id.id),
            ("company_id", "=", kind.company_id.id),
        ]
        return objects.search(domain + ([("kind_id", "=", kind.object_kind_id.id)] if kind.object_kind_id else []))

    def _message(self, text, status):
        response = request.render("crm_kundenbindung.booking_page_message", {"text": text})
        response.status_code = status
        return response
