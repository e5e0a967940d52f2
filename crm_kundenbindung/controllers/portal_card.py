import base64

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request
from odoo.tools import file_open
from odoo.tools.image import image_process

from odoo.addons.loyalty.controllers.portal import CustomerPortalLoyalty

from .portal import RetentionPortal

ICON_SIZES = (180, 192, 512)
PRIVATE = [
    ("Cache-Control", "no-store"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"),
]  # fmt: skip


class PortalCard(RetentionPortal, CustomerPortalLoyalty):
    """A customer's cards: behind a secret link without a password, and on /my with the statement of their points."""

    # -- the link -------------------------------------------------------------------------------

    @http.route("/card/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def card(self, token, **kwargs):
        """The card for its holder's phone; our people get the card's form, so that they can stamp it."""
        card = self._card(token)
        if not card:
            return self._no_card()
        user = request.env.user
        if user.has_group("crm_kundenbindung.group_kundenbindung_user") and card.with_user(user).has_access("read"):
            return request.redirect(f"/odoo/loyalty.card/{card.id}")
        values = request.env["crm.portal"]._card_values(card)
        return self._private(
            "card_page", {**values, "token": token, "company": self._company(card), "theme_color": self._color(card)}
        )

    @http.route("/card/<string:token>/card.webmanifest", type="http", auth="public", methods=["GET"], sitemap=False)
    def card_manifest(self, token, **kwargs):
        """What a phone needs to know to put the card on its home screen."""
        card = self._card(token)
        if not card:
            return self._no_card()
        url = f"/card/{token}"
        return request.make_json_response(
            {
                "id": url,
                "name": card.program_id.name,
                "short_name": card.program_id.name[:12].strip(),
                "start_url": url,
                "scope": url,
                "display": "standalone",
                "lang": (request.env.lang or "en").replace("_", "-"),
                "background_color": "#ffffff",
                "theme_color": self._color(card),
                "icons": [
                    {"src": f"{url}/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
                    for size in ICON_SIZES
                ],
            },
            [*PRIVATE, ("Content-Type", "application/manifest+json")],
        )

    @http.route("/card/<string:token>/icon-<int:size>.png", type="http", auth="public", methods=["GET"], sitemap=False)
    def card_icon(self, token, size, **kwargs):
        """The company's logo as a square icon."""
        card = self._card(token)
        if not card or size not in ICON_SIZES:
            return self._no_card()
        logo = base64.b64decode(self._company(card).logo or b"")
        if not logo or logo.lstrip()[:1] == b"<":
            with file_open("crm_kundenbindung/static/description/icon.png", "rb") as file:
                logo = file.read()
        # room on every side: phones cut icons round
        icon = image_process(logo, size=(size, size), expand=True, colorize=(255, 255, 255), padding=size // 6)
        icon = image_process(icon, size=(size, size), expand=True)
        return request.make_response(icon, [*PRIVATE, ("Content-Type", "image/png")])

    def _card(self, token):
        """The card of a token, or nothing: also while too many wrong ones came from this address or session."""
        attempts = request.env["loyalty.code.attempt"]
        keys = attempts._keys(internal=True)
        if attempts._are_blocked(keys):
            return request.env["loyalty.card"]
        card = request.env["crm.portal"]._card_of_token(token)
        if not card:
            attempts._count(keys, code=token)
        elif card.partner_id.lang:
            request.update_context(lang=card.partner_id.lang)
        return card.with_env(request.env(su=True))

    def _no_card(self):
        """One answer to wrong, revoked and blocked."""
        response = self._private("card_page_missing", {"message": request.env["loyalty.code.attempt"]._message()})
        response.status_code = 404
        return response

    def _private(self, template, values):
        body = request.env["ir.ui.view"].sudo()._render_template(f"crm_kundenbindung.{template}", values)
        return request.make_response(body, [*PRIVATE, ("Content-Type", "text/html; charset=utf-8")])

    def _company(self, card):
        return card.company_id or card.program_id.company_id or request.env.company.sudo()

    def _color(self, card):
        company = self._company(card)
        return company.primary_color or company.email_primary_color or "#ffffff"

    # -- with a password ------------------------------------------------------------------------

    @http.route("/my/cards", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def my_cards(self, **kwargs):
        """All cards; somebody with one card sees it at once."""
        area = self._kundenbindung_area("cards")
        cards = request.env["crm.portal"]._own("loyalty.card", order="id")
        if len(cards) == 1:
            return request.redirect(f"/my/cards/{cards.id}")
        return self._kundenbindung_page("portal_cards", area, cards=cards)

    @http.route(
        ["/my/cards/<int:card_id>", "/my/cards/<int:card_id>/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_card(self, card_id, page=1, sortby=None, **kwargs):
        """One card, and below it every movement of its points with the balance after it."""
        area = self._kundenbindung_area("cards")
        card = self._kundenbindung_own("loyalty.card", card_id)
        ledger = request.env["loyalty.ledger"].sudo()
        domain = [("card_id", "=", card.id)]
        values, search = self._kundenbindung_rows(ledger.search_count(domain), f"/my/cards/{card.id}", page, sortby)
        entries = ledger.search(domain, order="id" if values["sortby"] == "oldest" else "id desc", **search)
        return self._kundenbindung_page(
            "portal_card",
            area,
            entries=entries,
            signed=lambda amount: f"{'+' if amount > 0 else ''}{request.env['crm.portal']._number(amount)}",
            number=request.env["crm.portal"]._number,
            **values,
            **request.env["crm.portal"]._card_values(card),
        )

    @http.route(
        [
            "/my/loyalty_card/<int:card_id>/history",
            "/my/loyalty_card/<int:card_id>/history/page/<int:page>",
        ]
    )
    def portal_my_loyalty_card_history(self, card_id, page=1, sortby=None, **kw):
        """Odoo's own history breaks on unknown sort orders and its pages lead nowhere: the statement takes its place."""
        if not request.env["crm.portal"]._area("cards"):
            raise NotFound()
        card = self._kundenbindung_own("loyalty.card", card_id)
        return request.redirect(f"/my/cards/{card.id}")
