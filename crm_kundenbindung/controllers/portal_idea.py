from odoo import http
from odoo.http import request

from .portal import RetentionPortal


class PortalIdea(RetentionPortal):
    """Ideas of a customer with our answers, and a new one."""

    @http.route(
        ["/my/ideas", "/my/ideas/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_ideas(self, page=1, sortby=None, **kwargs):
        return self._ideas(page, sortby)

    @http.route("/my/ideas/new", type="http", auth="user", website=True, methods=["GET", "POST"], sitemap=False)
    def my_idea_new(self, subject="", text="", **kwargs):
        """Take an idea; the form stands above the list."""
        self._kundenbindung_area("ideas")
        if request.httprequest.method != "POST":
            return request.redirect("/my/ideas")
        idea, error = self._kundenbindung_try(request.env["crm.portal"]._suggest, subject, text)
        if idea:
            return request.redirect("/my/ideas?done=idea")
        return self._ideas(subject=self._kundenbindung_str(subject), text=self._kundenbindung_str(text), error=error)

    def _ideas(self, page=1, sortby=None, **values):
        area, portal = self._kundenbindung_area("ideas"), request.env["crm.portal"]
        paging, search = self._kundenbindung_rows(portal._own_count("crm.idea"), "/my/ideas", page, sortby)
        ideas = portal._own("crm.idea", order="id" if paging["sortby"] == "oldest" else "id desc", **search)
        values = {"subject": "", "text": "", "error": False, **values}
        answers = {idea.id: portal._messages(idea) for idea in ideas.filtered("answered_on")}
        return self._kundenbindung_page("portal_ideas", area, ideas=ideas, answers=answers, **paging, **values)
