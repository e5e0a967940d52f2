from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request
from odoo.tools import consteq


class Outreach(http.Controller):
    """The link with which somebody objects to advertising; it stays valid, objecting is always possible."""

    def _recipient(self, recipient_id, token):
        """The row that the link names; wrong, missing and foreign answer alike."""
        recipient = request.env["crm.outreach.recipient"].sudo().browse(recipient_id)
        known = recipient.exists() if 0 < recipient_id < 2**31 else recipient.browse()
        signature = known.env["crm.outreach"]._sign(known) if known else ""
        if not token.isascii() or not known.partner_id or not consteq(signature, token):
            raise NotFound()
        return known

    def _object(self, recipient, origin):
        """No more advertising by e-mail, from this moment on: it is a consent withdrawn, and every check asks for it."""
        request.env["crm.consent"].sudo().create(
            {
                "partner_id": recipient.partner_id.id,
                "purpose": "mail",
                "state": "withdrawn",
                "date": fields.Datetime.now(),
                "origin": origin,
            }
        )

    @http.route(
        "/outreach/stop/<int:recipient_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    def outreach_stop(self, recipient_id, token, **kwargs):
        """One page to look at, one button to confirm: mail scanners that open links change nothing."""
        recipient = self._recipient(recipient_id, token)
        done = request.httprequest.method == "POST"
        if done:
            self._object(recipient, "Link in a mail")
        lang = recipient.partner_id.lang or request.env.lang
        return (
            request.env["ir.ui.view"]
            .with_context(lang=lang)
            ._render_template(
                "crm_kundenbindung.outreach_page_stop", {"recipient": recipient, "token": token, "done": done}
            )
        )

    @http.route(
        "/outreach/stop/one-click/<int:recipient_id>/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        sitemap=False,
    )
    def outreach_one_click(self, recipient_id, token, **kwargs):
        """The mail program's own button (RFC 8058): one POST without a page; the signed link is the proof."""
        self._object(self._recipient(recipient_id, token), "Button of the mail program")
        return request.make_response("", status=200)
