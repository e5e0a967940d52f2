import hashlib
import hmac

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .test_referral import ReferralCase


@tagged("post_install", "-at_install")
class TestReferralPage(ReferralCase, HttpCase):
    """The page of a referral link, for whoever was sent it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.row = cls.env["crm.referral.code"]._of(cls.referrer, cls.company)
        cls.path = f"/refer/{cls.row.code}"

    def setUp(self):
        super().setUp()
        self.env["loyalty.code.attempt"].search([]).unlink()

    def _send(self, path=None, **vals):
        page = self.url_open(path or self.path)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, "name": "Nina Neu", "phone": "0431 4711", "email": "", "consent": "1", **vals}
        return self.url_open(path or self.path, data={key: value for key, value in data.items() if value is not None})

    def _sent(self):
        self.env.invalidate_all()
        return self.referrals.search([("origin", "=", "page")])

    def test_a_form_becomes_a_lead_with_its_referrer(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Rita", page.text)
        self.assertIn("<textarea", page.text)
        self.assertNotIn("Empfehler", page.text, "no more than the first name")
        self.assertNotIn("rita@example.com", page.text)
        answer = self._send(message="<script>alert(1)</script> brakes")
        self.assertIn("Thank you", answer.text)
        referral = self._sent()
        self.assertEqual(
            (referral.referrer_id, referral.contact_name, referral.state), (self.referrer, "Nina Neu", "lead")
        )
        self.assertTrue(referral.consented_on)
        self.assertIn(self.company.name, referral.consent_text)
        lead = referral.lead_id
        self.assertEqual((lead.contact_name, lead.phone, lead.company_id), ("Nina Neu", "0431 4711", self.company))
        self.assertNotIn("<script>", str(lead.description))
        self.assertEqual(lead.source_id, self.env.ref("crm_kundenbindung.utm_source_referral"))

    def test_what_is_missing_is_said_and_nothing_is_written(self):
        for vals, text in (
            ({"consent": None}, "agreement"),
            ({"name": ""}, "your name"),
            ({"phone": "", "email": ""}, "e-mail address or a phone"),
            ({"email": "no address"}, "does not look like"),
        ):
            self.assertIn(text, self._send(**vals).text)
        self.assertFalse(self._sent())
        self.assertIn('value="Nina Neu"', self._send(consent=None).text, "what was typed stays")

    def test_programs_and_repetitions_are_told_the_same(self):
        first = self._send(website="http://spam.example")
        self.assertFalse(self._sent())
        second = self._send()
        self.assertEqual(len(self._sent()), 1)
        again = self._send()
        self.assertEqual(len(self._sent()), 1)
        self.assertTrue(first.text == second.text == again.text or "Thank you" in first.text)

    def test_missing_revoked_foreign_and_blocked_answer_alike(self):
        second = self.env["res.company"].create({"name": "No Program"})
        foreign = self.env["crm.referral.code"]._of(self.referrer, second)
        revoked = self.env["crm.referral.code"]._of(self.other, self.company)
        revoked.active = False
        answers, counted = [], []
        self.patch(
            type(self.env["loyalty.code.attempt"]), "_count", lambda _self, keys, code=None: counted.append(code)
        )
        for code in (foreign.code, revoked.code, "A" * 16, "0", "-1", "x", "ä" * 16, "%27%20OR%201=1"):
            answer = self.url_open(f"/refer/{code}")
            answers.append((answer.status_code, answer.text.count("Rita")))
        self.assertEqual(set(answers), {(404, 0)})
        self.assertEqual(len(counted), len(answers), "each wrong code is counted")
        secret = self.env["ir.config_parameter"].get_param("database.secret").encode()
        self.env["loyalty.code.attempt"].create(
            {
                "key": hmac.new(secret, b"address 127.0.0.1", hashlib.sha256).hexdigest(),
                "started": fields.Datetime.now(),
                "count": 10,
            }
        )
        self.assertEqual(self.url_open(self.path).status_code, 404, "after ten wrong codes none is looked up")

    def test_too_many_forms(self):
        for number in range(12):
            self._send(phone=f"0431 {number}", name=f"Number {number}")
        self.assertEqual(len(self._sent()), 10)

    def test_the_form_needs_its_token(self):
        answer = self.url_open(self.path, data={"name": "Nina", "phone": "1", "consent": "1"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._sent())

    def test_a_customer_finds_the_own_link_on_the_portal(self):
        self.env.ref("base.group_user").implied_ids |= self.env.ref("crm_kundenbindung.group_kundenbindung_referral")
        for login, partner in (("portal_rita", self.referrer), ("portal_other", self.other)):
            user = new_test_user(self.env, login, groups="base.group_portal", lang="en_US")
            user.partner_id = partner
        self.authenticate("portal_rita", "portal_rita")
        page = self.url_open("/my/referral")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.path, page.text)
        self.assertIn("data:image/", page.text, "the link as a QR code")
        self.assertEqual(self.url_open(self.path).status_code, 200, "it works")
        self.authenticate("portal_other", "portal_other")
        page = self.url_open("/my/referral")
        self.assertNotIn(self.row.code, page.text)
        self.assertIn(self.env["crm.referral.code"]._of(self.other, self.company).code, page.text)
        # without a programme there is no link to give
        self.program.referral_active = False
        page = self.url_open("/my/referral")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("/refer/", page.text)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/referral").url)
