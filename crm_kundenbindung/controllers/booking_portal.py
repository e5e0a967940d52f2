from datetime import date, timedelta

from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from .booking_form import clean

MAX_OBJECTS = 200


class BookingPortal(CustomerPortal):
    """What a customer with a login sees of their appointments and objects: their own and those of their company."""

    def _own(self, model, area):
        """(records with the rights of the app, domain of what belongs to this customer); not found where switched off."""
        if not request.env["crm.portal"]._area(area):
            raise NotFound()
        customer = request.env.user.partner_id.commercial_partner_id
        return request.env[model].sudo(), [("commercial_partner_id", "=", customer.id)]

    # -- appointments -----------------------------------------------------------------------------

    @http.route(
        ["/my/appointments", "/my/appointments/page/<int:page>"], type="http", auth="user", website=True, sitemap=False
    )
    def my_appointments(self, page=1, **kwargs):
        bookings, domain = self._own("crm.booking", "appointments")
        pages = pager("/my/appointments", bookings.search_count(domain), max(1, min(page, 10**6)), self._items_per_page)
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="kundenbindung_bookings",
            bookings=bookings.search(domain, order="start desc", limit=self._items_per_page, offset=pages["offset"]),
            now=fields.Datetime.now(),
            pager=pages if pages["page_count"] > 1 else None,
        )
        return request.render("crm_kundenbindung.portal_my_bookings", values)

    # -- objects ----------------------------------------------------------------------------------

    @http.route("/my/objects", type="http", auth="user", website=True, sitemap=False, readonly=True)
    def my_objects(self, **kwargs):
        objects, domain = self._own("crm.customer.object", "objects")
        values = self._prepare_portal_layout_values()
        values.update(page_name="kundenbindung_objects", objects=objects.search(domain, limit=MAX_OBJECTS))
        return request.render("crm_kundenbindung.portal_my_objects", values)

    @http.route("/my/objects/new", type="http", auth="user", website=True, sitemap=False)
    def my_object_new(self, kind=None, **post):
        """Add one: first its kind, then what tells it apart and what falls due on it."""
        objects, domain = self._own("crm.customer.object", "objects")
        kinds = request.env["crm.customer.object.kind"].sudo().search([])
        chosen = kinds if len(kinds) == 1 else kinds.filtered(lambda k: str(k.id) == str(kind))
        if not chosen:
            values = self._prepare_portal_layout_values()
            values.update(page_name="kundenbindung_object", kinds=kinds)
            return request.render("crm_kundenbindung.portal_my_object_kind", values)
        if request.httprequest.method == "POST":
            vals, dues, errors = self._read_object(chosen, post)
            if not errors and objects.search_count(domain) < MAX_OBJECTS:
                partner = request.env.user.partner_id
                vals.update(kind_id=chosen.id, partner_id=partner.id, company_id=request.env.company.id)
                record = objects.create(vals)
                self._save_dues(record, dues)
                return request.redirect(f"/my/objects/{record.id}?saved=1")
            return self._object_page(objects.browse(), chosen, post, errors)
        return self._object_page(objects.browse(), chosen, {}, {})

    @http.route("/my/objects/<int:object_id>", type="http", auth="user", website=True, sitemap=False)
    def my_object(self, object_id, saved=None, **post):
        record = self._object(object_id)
        errors = {}
        if request.httprequest.method == "POST":
            vals, dues, errors = self._read_object(record.kind_id, post)
            if not errors:
                record.write(vals)
                self._save_dues(record, dues)
                return request.redirect(f"/my/objects/{record.id}?saved=1")
        return self._object_page(record, record.kind_id, post, errors, saved)

    @http.route(
        "/my/objects/<int:object_id>/archive", type="http", auth="user", website=True, methods=["POST"], sitemap=False
    )
    def my_object_archive(self, object_id, **kwargs):
        self._object(object_id).action_archive()
        return request.redirect("/my/objects")

    def _object(self, object_id):
        """The customer's object; a foreign one is not found, like a missing one."""
        objects, domain = self._own("crm.customer.object", "objects")
        record = objects.search([*domain, ("id", "=", object_id if 0 < object_id < 2**31 else 0)])
        if not record:
            raise NotFound()
        return record

    def _object_page(self, record, kind, post, errors, saved=None):
        values = self._prepare_portal_layout_values()
        open_rows = {due.kind_id: due.due_date for due in record.due_ids.filtered(lambda d: d.state == "open")}
        values.update(
            page_name="kundenbindung_object",
            object=record,
            kind=kind,
            dues=[(f"due_{d.id}", d.name, open_rows.get(d, "")) for d in kind.due_kind_ids],
            post=post,
            errors=errors,
            saved=saved,
            booking_area=request.env["res.company"]._kundenbindung_switched_on("booking"),
        )
        return request.render("crm_kundenbindung.portal_my_object", values)

    def _read_object(self, kind, post):
        """Return (values, {due kind: day or None}, {field: what is wrong})."""
        vals = {"name": clean(post.get("name"), 120), "identification": clean(post.get("identification"), 60) or False}
        errors, dues = {}, {}
        if not vals["name"]:
            errors["name"] = request.env._("Please tell us what it is.")
        today = fields.Date.today()
        for due in kind.due_kind_ids:
            text = clean(post.get(f"due_{due.id}"), 10)
            try:
                day = date.fromisoformat(text) if text else None
            except ValueError:
                errors[f"due_{due.id}"] = request.env._("This is no date.")
                continue
            if day and not today - timedelta(days=3660) <= day <= today + timedelta(days=36600):
                errors[f"due_{due.id}"] = request.env._("This date is too far away.")
                continue
            dues[due] = day
        return vals, dues, errors

    def _save_dues(self, record, dues):
        """Enter, change or drop the open rows; what was done stays."""
        rows = {due.kind_id: due for due in record.due_ids.filtered(lambda d: d.state == "open")}
        for kind, day in dues.items():
            row = rows.get(kind)
            if row and day:
                row.due_date = day
            elif row:
                row.state = "dropped"
            elif day:
                record.due_ids.create({"object_id": record.id, "kind_id": kind.id, "due_date": day})
