from odoo import http
from odoo.http import request

from ..qr import data_address
from .portal import RetentionPortal


class PortalAccount(RetentionPortal):
    """What the customer can look up about itself: history, promises, recommendations, its referral link."""

    @http.route(
        ["/my/history", "/my/history/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_history(self, page=1, sortby=None, **kwargs):
        area, portal = self._kundenbindung_area("history"), request.env["crm.portal"]
        values, search = self._kundenbindung_rows(portal._own_count("crm.touchpoint"), "/my/history", page, sortby)
        order = "date, id" if values["sortby"] == "oldest" else "date desc, id desc"
        return self._kundenbindung_page("portal_history", area, rows=portal._history(order=order, **search), **values)

    @http.route(
        ["/my/promises", "/my/promises/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_promises(self, page=1, sortby=None, **kwargs):
        area, portal = self._kundenbindung_area("promises"), request.env["crm.portal"]
        values, search = self._kundenbindung_rows(portal._own_count("crm.promise"), "/my/promises", page, sortby)
        order = "due_date, id" if values["sortby"] == "oldest" else "due_date desc, id desc"
        promises = portal._own("crm.promise", order=order, **search)
        return self._kundenbindung_page("portal_promises", area, promises=promises, **values)

    @http.route("/my/recommendations", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def my_recommendations(self, **kwargs):
        area, portal = self._kundenbindung_area("recommendations"), request.env["crm.portal"]
        return self._kundenbindung_page(
            "portal_recommendations",
            area,
            recommendations=portal._recommendations(),
            agreed=portal._last_word("profiling") == "given",
            consents_open=bool(portal._area("consents")),
            contact_email=(portal._customer().user_id or request.env.company.sudo().partner_id).email,
        )

    @http.route("/my/referral", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def my_referral(self, **kwargs):
        """The personal link with which the customer recommends us."""
        area, portal = self._kundenbindung_area("referral"), request.env["crm.portal"]
        url = portal._partner()._referral_url()
        return self._kundenbindung_page("portal_referral", area, url=url, qr=data_address(url) if url else False)
