from odoo.tests import new_test_user, tagged

from odoo.addons.crm_kundenbindung.models.loyalty_code_engine import LIMIT

from .portal import PortalCase


@tagged("post_install", "-at_install")
class TestPortalCard(PortalCase):
    """The card behind its link: for everybody who has the link, for nobody else."""

    def setUp(self):
        super().setUp()
        self.card = self.mine["card"]
        self.card._card_url()
        self.token = self.card.kundenbindung_token
        self.env.flush_all()

    def _card_page(self, token):
        self.authenticate(None, None)
        return self.url_open(f"/card/{token}")

    def test_face_without_a_login(self):
        answer = self._card_page(self.token)
        self.assertEqual(answer.status_code, 200)
        text = self._text(answer)
        for words in ("Stamp Card", self.customer.name, "7 of 10 stamps", "Full Tank", "3 stamps to go"):
            self.assertIn(words, text)
        self.assertIn('aria-label="7 of 10 stamps"', answer.text)
        self.assertEqual(answer.text.count("o_card_stamp_given"), 7)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        for secret in (self.card.code, self.customer.email, "csrf"):
            self.assertNotIn(secret, answer.text)

    def test_home_screen(self):
        self.authenticate(None, None)
        manifest = self.url_open(f"/card/{self.token}/card.webmanifest")
        self.assertIn("application/manifest+json", manifest.headers["Content-Type"])
        data = manifest.json()
        self.assertEqual((data["start_url"], data["display"]), (f"/card/{self.token}", "standalone"))
        self.assertIn(data["start_url"], self._card_page(self.token).text)
        for icon in data["icons"]:
            image = self.url_open(icon["src"])
            self.assertEqual((image.status_code, image.headers["Content-Type"]), (200, "image/png"))
            width = int.from_bytes(image.content[16:20], "big")
            self.assertEqual(f"{width}x{width}", icon["sizes"])
        self.assertEqual(self.url_open(f"/card/{self.token}/icon-7.png").status_code, 404)

    def test_wrong_and_revoked_answer_alike(self):
        self.card.action_new_link()
        self.env.flush_all()
        revoked = self._card_page(self.token)
        answers = [
            self._card_page(token)
            for token in ("nonsense", "0", "-1", "%00", "ümlaut", "x" * 500, "../../etc", "' OR 1=1--")
        ]
        for answer in answers[:6] + answers[7:]:
            self.assertEqual((answer.status_code, answer.text), (revoked.status_code, revoked.text))
        self.assertEqual(revoked.status_code, 404)
        self.assertEqual(answers[6].status_code, 404)
        for end in ("card.webmanifest", "icon-192.png"):
            answer = self.url_open(f"/card/{self.token}/{end}")
            self.assertEqual((answer.status_code, answer.text), (404, revoked.text))

    def test_ten_wrong_links_block(self):
        missing = self._card_page("nonsense")
        for number in range(LIMIT):
            self._card_page(f"nonsense{number}")
        blocked = self._card_page(self.token)
        self.assertEqual((blocked.status_code, blocked.text), (404, missing.text))
        self.env.cr.execute("UPDATE loyalty_code_attempt SET started = started - interval '11 minutes'")
        self.assertEqual(self._card_page(self.token).status_code, 200)

    def test_tokens_have_128_bits_and_are_compared_in_constant_time(self):
        self.assertGreaterEqual(len(self.token) * 6, 128)
        portal = self.env["crm.portal"]
        self.assertEqual(portal._card_of_token(self.token), self.card)
        for wrong in ("", None, self.token[:-1], self.token.swapcase(), "ü" * 32, self.token + "\n"):
            self.assertFalse(portal._card_of_token(wrong), repr(wrong))

    def test_our_people_get_the_form(self):
        self.user.password = "wert_user"
        answer = self._open(f"/card/{self.token}", login=self.user.login, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith(f"/odoo/loyalty.card/{self.card.id}"))
        new_test_user(self.env, "portal_employee", groups="base.group_user", password="portal_employee")
        self.assertEqual(
            self._open(f"/card/{self.token}", login="portal_employee", allow_redirects=False).status_code, 200
        )

    def test_statement_has_pages_that_work(self):
        for number in range(45):
            self.card._grant_once(f"event {number}", 1)
        self.env.flush_all()
        first = self._open(f"/my/cards/{self.card.id}")
        self.assertIn("52", self._text(first))
        self.assertIn(f"/my/cards/{self.card.id}/page/2", first.text)
        last = self._open(f"/my/cards/{self.card.id}/page/3?sortby=oldest")
        self.assertIn("52", self._text(last))
        for address in ("?sortby=xx", "/page/0", "/page/999999", "/page/2?sortby=%00"):
            self.assertEqual(self._open(f"/my/cards/{self.card.id}{address}").status_code, 200, address)

    def test_odoos_own_history_leads_to_the_statement(self):
        answer = self._open(f"/my/loyalty_card/{self.card.id}/history?sortby=xx")
        self.assertTrue(answer.url.endswith(f"/my/cards/{self.card.id}"))
        foreign = self._open(f"/my/loyalty_card/{self.foreign['card'].id}/history")
        missing = self._open("/my/loyalty_card/999999/history")
        self.assertAlike(foreign, missing, f"/{self.foreign['card'].id}/", "/999999/")

    def test_somebody_with_one_card_sees_it_at_once(self):
        own = self.env["crm.portal"].with_user(self.portal_user)._own("loyalty.card")
        (own - self.card).active = False
        self.env.flush_all()
        self.assertTrue(self._open("/my/cards").url.endswith(f"/my/cards/{self.card.id}"))
