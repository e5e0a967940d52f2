from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request

from odoo.addons.rating.controllers.main import Rating

RATES = (1, 3, 5)


class FeedbackRating(Rating):
    """Odoo's rating page; links of feedback requests expire, and nonsense is not found instead of an error."""

    @http.route()
    def action_open_rating(self, token, rate, **kwargs):
        if rate not in RATES:
            raise NotFound()
        return self._feedback_expired(token) or super().action_open_rating(token, rate, **kwargs)

    @http.route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        if request.httprequest.method == "POST" and str(rate) not in map(str, RATES):
            raise NotFound()
        return self._feedback_expired(token) or super().action_submit_rating(token, rate=rate, **kwargs)

    def _feedback_expired(self, token):
        """Return the page that says so, where the link of a feedback request takes no answer any more."""
        rating, record = self._get_rating_and_record(token)
        if record._name != "crm.feedback.request" or record._is_open():
            return None
        return self._feedback_page("crm_kundenbindung.feedback_page_expired", rating)

    @http.route(
        "/feedback/stop/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    def feedback_stop(self, token, **kwargs):
        """No more e-mail: one page to look at, one button to confirm; mail scanners that open links change nothing.

        It stays valid after the answer's link has expired: objecting is always possible.
        """
        rating, record = self._get_rating_and_record(token)
        if record._name != "crm.feedback.request" or not rating.partner_id:
            raise NotFound()
        done = request.httprequest.method == "POST"
        if done:
            request.env["crm.consent"].sudo().create(
                {
                    "partner_id": rating.partner_id.id,
                    "purpose": "mail",
                    "state": "withdrawn",
                    "date": fields.Datetime.now(),
                    "origin": request.env._("Link in a mail that asked for feedback"),
                }
            )
        return self._feedback_page("crm_kundenbindung.feedback_page_stop", rating, done=done, token=token)

    def _feedback_page(self, template, rating, **values):
        lang = rating.partner_id.lang or request.env.lang
        return (
            request.env["ir.ui.view"].with_context(lang=lang)._render_template(template, {"rating": rating, **values})
        )
