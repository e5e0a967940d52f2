from urllib.parse import quote

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..models.res_partner import USER_GROUP

LONGEST = 64  # characters of a number, with everything a softphone may put around it


class CallController(http.Controller):
    @http.route("/crm/call", type="http", auth="user", methods=["GET"], readonly=True)
    def call(self, number="", **_other):
        """Open the caller: any softphone that can open an address calls `/crm/call?number=+49…`.

        The page that looks the number up is part of the web client, where the call is logged, too.
        """
        if not request.env.user.has_group(USER_GROUP):
            raise AccessError(request.env._("Calls open for people with customer contact only."))
        # "tel:" keeps the web client from reading the digits as a number without its plus
        return request.redirect(f"/odoo/incoming-call?number={quote('tel:' + number[:LONGEST], safe='')}")
