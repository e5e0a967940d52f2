from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request
from odoo.tools import consteq


class Reminder(http.Controller):
    """The link with which an owner objects to reminders by mail; it stays valid, objecting is always possible."""

    @http.route(
        "/reminder/stop/<int:due_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    def reminder_stop(self, due_id, token, **kwargs):
        """One page to look at, one button to confirm: mail scanners that open links change nothing."""
        due = request.env["crm.customer.object.due"].sudo().browse(due_id if 0 < due_id < 2**31 else 0).exists()
        if not due or not token.isascii() or not consteq(due._stop_signature(), token):
            raise NotFound()
        done = request.httprequest.method == "POST"
        if done:
            request.env["crm.consent"].sudo().create(
                {
                    "partner_id": due.partner_id.id,
                    "purpose": "mail",
                    "state": "withdrawn",
                    "date": fields.Datetime.now(),
                    "origin": request.env._("Link in a reminder"),
                }
            )
        lang = due.partner_id.lang or request.env.lang
        views = request.env["ir.ui.view"].with_context(lang=lang)
        values = {"due": due, "token": token, "done": done}
        return views._render_template("crm_kundenbindung.object_page_stop", values)
