from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class RetentionPortal(CustomerPortal):
    """What all pages of the customer portal share. Which records are whose is decided by `crm.portal` alone."""

    _kundenbindung_step = 20

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        portal = request.env["crm.portal"]
        if not counters:
            values["kundenbindung_areas"] = portal._areas()
        values.update(portal._counts(counters))
        return values

    # -- what a page starts with ------------------------------------------------------------------

    def _kundenbindung_area(self, code):
        """The open area behind a page; a closed one is not found."""
        area = request.env["crm.portal"]._area(code)
        if not area:
            raise NotFound()
        return area

    def _kundenbindung_own(self, model, record_id):
        """The customer's own record; foreign and missing answer alike."""
        record = request.env["crm.portal"]._own_record(model, record_id)
        if not record:
            raise NotFound()
        return record

    def _kundenbindung_try(self, method, *args):
        """Return what the method returned and no error, or nothing and what to tell the customer; then nothing is kept."""
        try:
            with request.env.cr.savepoint():
                return method(*args), False
        except UserError as problem:
            return None, problem.args[0]

    @staticmethod
    def _kundenbindung_str(text):
        """The words in a form's field; anything else that may be sent in its place is no words."""
        return text if isinstance(text, str) else ""

    @staticmethod
    def _kundenbindung_id(text):
        """The id in a form's field, or nothing."""
        return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 10 else None

    def _kundenbindung_rows(self, count, url, page=1, sortby=None):
        """Return the values of a list in pages, and the arguments that search it: newest first unless asked otherwise."""
        sortby = "oldest" if sortby == "oldest" else "newest"
        pager = portal_pager(
            url=url,
            total=count,
            page=page,
            step=self._kundenbindung_step,
            url_args={"sortby": sortby} if sortby == "oldest" else None,
        )
        values = {"pager": pager, "sortby": sortby, "sort_url": url}
        return values, {"offset": pager["offset"], "limit": self._kundenbindung_step}

    def _kundenbindung_page(self, template, area, **values):
        """Render a page; it holds personal data, so no cache keeps it."""
        response = request.render(
            f"crm_kundenbindung.{template}",
            {
                **self._prepare_portal_layout_values(),
                "page_name": f"kundenbindung_{area.code}",
                "kundenbindung_area": area,
                "kundenbindung_done": self._kundenbindung_done(request.params.get("done")),
                **values,
            },
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def _kundenbindung_done(self, key):
        """What the page says after something was sent; only these sentences, whatever the address carries."""
        _ = request.env._
        return {
            "complaint": _("Thank you. We have your complaint and will come back to you."),
            "message": _("Thank you. Your message is with us."),
            "idea": _("Thank you for your idea. You will find our answer here."),
            "saved": _("Saved."),
            "given": _("Noted. You can withdraw it here at any time."),
            "withdrawn": _("Noted. It holds from this moment on."),
        }.get(key)
