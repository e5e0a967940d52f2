import re

from lxml import html

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .common import LedgerCase

TEN = [
    Command.clear(),
    Command.create({"description": "Coffee", "discount": 3, "required_points": 3}),
    Command.create({"description": "Full Tank", "discount": 80, "required_points": 10}),
]


class PortalCase(LedgerCase, HttpCase):
    """A customer with a login, a stamp card, a complaint, promises and an idea; and another one with the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        everybody = cls.env.ref("base.group_user")
        everybody.implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_service")
        everybody.implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_idea")
        cls.env["res.lang"]._activate_lang("en_US")
        cls.portal_user = cls._login("portal_customer", cls.contact)
        cls.foreign_user = cls._login("portal_foreign", cls.other)
        cls.orders = {partner: cls._order(partner, [(cls.tyres, 1)]) for partner in (cls.customer, cls.other)}
        rules = [Command.clear(), Command.create({"reward_point_mode": "order", "reward_point_amount": 1})]
        cls.stamps = cls._program("Stamp Card", card_kind="stamps", rule_ids=rules, reward_ids=TEN)
        cls.mine = cls._records_of(cls.customer)
        cls.foreign = cls._records_of(cls.other)

    @classmethod
    def _login(cls, login, partner):
        user = new_test_user(cls.env, login, groups="base.group_portal", lang="en_US")
        user.write({"partner_id": partner.id, "password": login})
        partner.lang = "en_US"
        return user

    @classmethod
    def _records_of(cls, partner):
        """One record of everything that has a page."""
        complaint = cls.env["crm.complaint"].create({"name": f"Squeal {partner.name}", "partner_id": partner.id})
        complaint.message_post(body="SECRET NOTE", subtype_xmlid="mail.mt_note")
        answer = complaint.message_post(
            body=f"We look at it, {partner.name}",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("report.txt", b"brakes worn")],
        )
        promise = {"partner_id": partner.id, "due_date": "2030-01-01", "user_id": cls.user.id}
        cls.env["crm.promise"].create(
            [
                {**promise, "name": f"Call {partner.name} back", "customer_visible": True},
                {**promise, "name": "SECRET PROMISE"},
            ]
        )
        return {
            "order": cls.orders[partner],
            "card": cls._card(partner, 7, cls.stamps),
            "complaint": complaint,
            "file": answer.attachment_ids,
            "idea": cls.env["crm.idea"].create({"name": f"Idea of {partner.name}", "partner_id": partner.id}),
        }

    def _open(self, url, login="portal_customer", **options):
        if getattr(self, "_portal_login", False) != login:
            self.authenticate(login, login)
            self._portal_login = login
        return self.url_open(url, **options)

    def assertAlike(self, answer, missing, sent, unknown):
        """A foreign address answers like a missing one, but for the address that the browser sent itself."""
        self.assertEqual((answer.status_code, missing.status_code), (404, 404), sent)
        self.assertEqual(self._anonymous(answer, sent), self._anonymous(missing, unknown))

    def _anonymous(self, answer, sent):
        """The page without the address that was asked for, and without the token of its second."""
        return re.sub(r'csrf_token: "[^"]*"', "", answer.text.replace(str(sent), "ADDRESS"))

    def _text(self, answer):
        return " ".join(html.fromstring(answer.text).text_content().split())

    def _send(self, url, data, page=None, **options):
        """Send a form of a page, with the page's own token."""
        token = html.fromstring(self._open(page or url).text).xpath("//form//input[@name='csrf_token']/@value")[0]
        return self.url_open(url, data={**data, "csrf_token": token}, **options)
