from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request
from odoo.tools import consteq


class Measure(http.Controller):
    """The link with which a customer responds to a measure."""

    def _recipient(self, recipient_id, token):
        """The row that the link names; wrong, missing and foreign answer alike."""
        recipient = request.env["crm.outreach.recipient"].sudo().browse(recipient_id)
        known = recipient.exists() if 0 < recipient_id < 2**31 else recipient.browse()
        signature = known.env["crm.outreach"]._sign_answer(known) if known else ""
        if not token.isascii() or not known.outreach_id.measure_id or not consteq(signature, token):
            raise NotFound()
        return known

    @http.route(
        "/outreach/answer/<int:recipient_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    def outreach_answer(self, recipient_id, token, **kwargs):
        """One page, one button: mail scanners that open links are no responses."""
        recipient = self._recipient(recipient_id, token)
        measure, done = recipient.outreach_id.measure_id, request.httprequest.method == "POST"
        if done:
            customers = recipient.partner_id | recipient.commercial_partner_id
            rows = measure.env["crm.measure.participant"].search(
                [("measure_id", "=", measure.id), ("partner_id", "in", customers.ids), ("arm", "=", "treated")]
            )
            if measure.state == "running":
                request.env["crm.measure.response"].sudo()._log(rows, "link")
        lang = recipient.partner_id.lang or request.env.lang
        return (
            request.env["ir.ui.view"]
            .with_context(lang=lang)
            ._render_template(
                "crm_kundenbindung.measure_page_answer",
                {"recipient": recipient, "measure": measure, "token": token, "done": done},
            )
        )
