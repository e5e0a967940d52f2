from odoo import http
from odoo.http import request

from .portal import RetentionPortal


class PortalData(RetentionPortal):
    """The customer's own word: how it wants to hear from us, and what it agrees to."""

    @http.route("/my/preferences", type="http", auth="user", website=True, methods=["GET", "POST"], sitemap=False)
    def my_preferences(self, channel_id="", frequency="", **kwargs):
        area, portal = self._kundenbindung_area("preferences"), request.env["crm.portal"]
        if request.httprequest.method == "POST":
            interests = map(self._kundenbindung_id, request.httprequest.form.getlist("interest"))
            portal._prefer(self._kundenbindung_id(channel_id), frequency, set(interests))
            return request.redirect("/my/preferences?done=saved")
        return self._kundenbindung_page(
            "portal_preferences",
            area,
            partner=portal._partner(),
            channels=portal._channels(),
            frequencies=portal._frequencies(),
            interests=portal._interests(),
        )

    @http.route("/my/consents", type="http", auth="user", website=True, methods=["GET", "POST"], sitemap=False)
    def my_consents(self, purpose="", state="", **kwargs):
        """Consent per purpose; withdrawing is one click, as giving it (Art. 7 (3) GDPR)."""
        area, portal = self._kundenbindung_area("consents"), request.env["crm.portal"]
        if request.httprequest.method == "POST":
            consent = portal._consent(purpose, state)
            return request.redirect(f"/my/consents?done={consent.state}" if consent else "/my/consents")
        return self._kundenbindung_page("portal_consents", area, consents=portal._consents())
