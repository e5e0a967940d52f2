from urllib.parse import quote

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestCall(WerthaltigkeitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.de")
        cls.customer.phone = "+49 711 8882200"
        cls.calls = cls.env["crm.touchpoint.call"].with_user(cls.user)

    def _callers(self, number, user=None):
        call = self.env["crm.touchpoint.call"].with_user(user or self.user).get_call(number)
        return call["status"], [caller["name"] for caller in call["callers"]]

    def test_the_same_number_in_every_writing(self):
        for number in (
            "+497118882200",
            "+49 711 888-2200",
            " 497118882200",  # "+" of an address that was not encoded
            "00497118882200",
            "497118882200",
            "0711 8882200",
            "0711/888.22.00",
            "+49 (0)711 8882200",
            "tel:+497118882200",
            "sip:+497118882200@pbx.example;user=phone",
            " 0711 8882200",
        ):
            with self.subTest(number=number):
                self.assertEqual(self._callers(number), ("found", [self.customer.name]))

    def test_nothing_to_find(self):
        for number in (
            "",
            "anonymous",
            "unterdrückt",
            "12",
            "+",
            "+++",
            "0" * 500,
            "<script>",
            "١٢٣٤٥",
            None,
            5,
            [],
            {},
            True,
            "%",
        ):
            with self.subTest(number=str(number)[:20]):
                self.assertEqual(self._callers(number), ("invalid", []))
        self.assertEqual(self._callers("+49 711 8882299"), ("none", []))
        self.assertEqual(self._callers("4711"), ("invalid", []), "no complete number, and nobody has it")

    def test_extensions_that_somebody_has(self):
        self.other.phone = "123"
        self.assertFalse(self.other.phone_sanitized)
        self.env.flush_all()
        self.assertEqual(self._callers("123"), ("found", [self.other.name]))

    def test_several_are_a_choice(self):
        self.contact.phone = "0711 8882200"
        self.contact.country_id = self.env.ref("base.de")
        call = self.calls.get_call("+497118882200")
        self.assertEqual({caller["id"] for caller in call["callers"]}, {self.customer.id, self.contact.id})
        self.assertEqual(call["number"], "+49 711 8882200")
        self.assertIn(self.customer.name, [caller["customer"] for caller in call["callers"]])

    def test_prospects(self):
        lead = self.env["crm.lead"].create(
            {"name": "Towbar", "contact_name": "Udo Neu", "phone": "+49 711 5550001", "user_id": self.user.id}
        )
        self.assertEqual(self._callers("+497115550001"), ("found", ["Udo Neu"]))
        action = self.calls.action_log("crm.lead", lead.id)
        self.assertEqual(action["context"]["default_lead_id"], lead.id)

    def test_log(self):
        context = self.calls.action_log("res.partner", self.customer.id)["context"]
        self.assertEqual(context["default_partner_id"], self.customer.id)
        self.assertEqual(context["default_direction"], "in")
        self.assertEqual(context["default_channel_id"], self._channel("phone").id)
        for model, res_id in (("res.users", 1), ("crm.lead", "1"), ("ir.cron", 1), (None, None)):
            with self.subTest(model=model), self.assertRaises(UserError):
                self.calls.action_log(model, res_id)

    def test_contacts_of_other_companies_stay_closed(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["res.partner"].create({"name": "Foreign", "phone": "+49 711 7770000", "company_id": company.id})
        self.assertEqual(self._callers("+497117770000"), ("none", []))

    def test_only_with_customer_contact(self):
        employee = new_test_user(self.env, "wert_call_plain", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._callers("+497118882200", employee)


@tagged("post_install", "-at_install")
class TestCallRoute(WerthaltigkeitCase, HttpCase):
    def _open(self, query):
        return self.url_open(f"/crm/call{query}", allow_redirects=False)

    def test_leads_to_the_web_client(self):
        self.authenticate(self.user.login, self.user.login)
        answer = self._open("?number=%2B49711123456")
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/odoo/incoming-call?number=tel%3A%2B49711123456"))
        self.assertEqual(self.url_open(answer.headers["Location"]).status_code, 200)

    def test_wrong_input_is_no_error(self):
        self.authenticate(self.user.login, self.user.login)
        for query in (
            "",
            "?number=",
            "?number=abc&number=def",
            "?x=1",
            "?number=%00%ff",
            f"?number={'9' * 5000}",
            "?number=" + quote("\r\nSet-Cookie: a=b"),
        ):
            with self.subTest(query=query[:40]):
                answer = self._open(query)
                self.assertEqual(answer.status_code, 303)
                self.assertNotIn("\n", answer.headers["Location"])
                self.assertNotIn("a", answer.cookies)

    def test_who_may_not(self):
        answer = self._open("?number=1234567")
        self.assertIn("/web/login", answer.headers["Location"])
        for login, groups in (("wert_route_plain", "base.group_user"), ("wert_route_portal", "base.group_portal")):
            new_test_user(self.env, login, groups=groups)
            self.authenticate(login, login)
            with self.subTest(login=login):
                self.assertEqual(self._open("?number=1234567").status_code, 403)

    def test_a_call_in_the_browser(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.lang = "en_US"
        self.company.country_id = self.env.ref("base.de")
        self.customer.write({"name": "Tour Customer", "phone": "+49 711 8882200"})
        self.start_tour("/crm/call?number=%2B497118882200", "crm_werthaltigkeit_call", login=self.user.login)
        touchpoint = self.env["crm.touchpoint"].search(
            [("partner_id", "=", self.customer.id), ("note", "=", "Asked for winter tyres")]
        )
        self.assertEqual((touchpoint.direction, touchpoint.channel_id.code), ("in", "phone"))
        self.assertGreater(touchpoint.minutes, 0)
        self.assertLess(touchpoint.minutes, 10)

    def test_choice_and_new_contact_in_the_browser(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.lang = "en_US"
        self.user.group_ids |= self.env.ref("base.group_partner_manager")
        self.company.country_id = self.env.ref("base.de")
        (self.customer | self.other).write({"phone": "+49 711 8882200"})
        self.start_tour("/crm/call?number=07118882200", "crm_werthaltigkeit_call_choice", login=self.user.login)
        self.start_tour("/crm/call?number=+49+711+8882233", "crm_werthaltigkeit_call_new", login=self.user.login)
        self.start_tour("/crm/call?number=anonymous", "crm_werthaltigkeit_call_hidden", login=self.user.login)
