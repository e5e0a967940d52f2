from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..models.crm_portal_message import FILE_BYTES, FILES
from .portal import RetentionPortal

# all files, and a little for the words
UPLOAD_BYTES = FILES * FILE_BYTES + 1024 * 1024


class PortalComplaint(RetentionPortal):
    """Complaints of a customer: what became of them, more words about one, a new one."""

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_complaints(self, page=1, sortby=None, **kwargs):
        area, portal = self._kundenbindung_area("complaints"), request.env["crm.portal"]
        values, search = self._kundenbindung_rows(portal._own_count("crm.complaint"), "/my/complaints", page, sortby)
        order = "opened_on, id" if values["sortby"] == "oldest" else "opened_on desc, id desc"
        complaints = portal._own("crm.complaint", order=order, **search)
        return self._kundenbindung_page("portal_complaints", area, complaints=complaints, **values)

    @http.route(
        "/my/complaints/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=UPLOAD_BYTES,
    )
    def my_complaint_new(self, subject="", text="", order_id="", **kwargs):
        area, portal = self._kundenbindung_area("complaints"), request.env["crm.portal"]
        error = False
        if request.httprequest.method == "POST":
            files = request.httprequest.files.getlist("files")
            number = self._kundenbindung_id(order_id)
            complaint, error = self._kundenbindung_try(portal._complain, subject, text, number, files)
            if complaint:
                return request.redirect(f"/my/complaints/{complaint.id}?done=complaint")
        orders = portal._own("sale.order", order="date_order desc, id desc", limit=50)
        return self._kundenbindung_page(
            "portal_complaint_new",
            area,
            orders=orders,
            error=error,
            subject=self._kundenbindung_str(subject),
            text=self._kundenbindung_str(text),
            order_id=self._kundenbindung_id(order_id),
            files_help=portal._files_help(),
        )

    @http.route(
        "/my/complaints/<int:complaint_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=UPLOAD_BYTES,
    )
    def my_complaint(self, complaint_id, text="", **kwargs):
        """One complaint with what was written about it; another message can be added."""
        area, portal = self._kundenbindung_area("complaints"), request.env["crm.portal"]
        complaint = self._kundenbindung_own("crm.complaint", complaint_id)
        error = False
        if request.httprequest.method == "POST":
            files = request.httprequest.files.getlist("files")
            message, error = self._kundenbindung_try(portal._write_about, complaint, text, files)
            if message:
                return request.redirect(f"/my/complaints/{complaint.id}?done=message")
        return self._kundenbindung_page(
            "portal_complaint",
            area,
            complaint=complaint,
            messages=portal._messages(complaint),
            me=portal._customer(),
            error=error,
            text=self._kundenbindung_str(text),
            files_help=portal._files_help(),
        )

    @http.route(
        "/my/complaints/<int:complaint_id>/files/<int:file_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_complaint_file(self, complaint_id, file_id, **kwargs):
        """A file of a message that the customer may read; always as a download, never shown by the browser."""
        self._kundenbindung_area("complaints")
        complaint = self._kundenbindung_own("crm.complaint", complaint_id)
        files = request.env["crm.portal"]._messages(complaint).attachment_ids
        file = files.filtered(lambda attachment: attachment.id == file_id)
        if not file:
            raise NotFound()
        stream = request.env["ir.binary"].sudo()._get_stream_from(file)
        response = stream.get_response(as_attachment=True)
        response.headers["Cache-Control"] = "no-store"
        return response
