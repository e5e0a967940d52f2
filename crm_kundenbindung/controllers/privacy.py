import json

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request


class Privacy(http.Controller):
    @http.route("/kundenbindung/privacy/<int:partner_id>", type="http", auth="user", methods=["GET"], sitemap=False)
    def privacy_export(self, partner_id, **kwargs):
        """Everything about a person as JSON, for managers; who may not, or nobody there, is not found."""
        partner = request.env["res.partner"].browse(partner_id if 0 < partner_id < 2**31 else 0).exists()
        try:
            data = partner._privacy_export() if partner else None
        except (AccessError, MissingError):
            data = None
        if data is None:
            raise NotFound()
        content = json.dumps(data, ensure_ascii=False, indent=2, default=str)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Disposition", content_disposition(f"contact-{partner.id}.json")),
            ],
        )
