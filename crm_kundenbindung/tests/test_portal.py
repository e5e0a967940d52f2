import re

from lxml import html

from odoo.exceptions import AccessError
from odoo.http import _generate_routing_rules
from odoo.tests import tagged
from odoo.tools import mute_logger

from .portal import PortalCase

# the pages with a record in their address, and which record it is
RECORDS = {
    "/my/cards/%s": "card",
    "/my/cards/%s/page/2": "card",
    "/my/loyalty_card/%s/history": "card",
    "/my/complaints/%s": "complaint",
}
LISTS = (
    "/my/cards",
    "/my/history",
    "/my/complaints",
    "/my/complaints/new",
    "/my/promises",
    "/my/ideas",
    "/my/recommendations",
    "/my/preferences",
    "/my/consents",
)
PAGED = ("/my/history", "/my/complaints", "/my/promises", "/my/ideas")
NONSENSE = ("0", "-1", "999999999", "99999999999999999999", "text", "%E2%82%AC", "1%27--", "1.5")


@tagged("post_install", "-at_install")
class TestPortalRoutes(PortalCase):
    """Every address of the portal: own, foreign, missing, 0, −1, text."""

    def test_own_pages_answer(self):
        for url, key in RECORDS.items():
            answer = self._open(url % self.mine[key].id)
            self.assertEqual(answer.status_code, 200, url)
        for url in LISTS:
            self.assertEqual(self._open(url).status_code, 200, url)
        file = self._open(f"/my/complaints/{self.mine['complaint'].id}/files/{self.mine['file'].id}")
        self.assertEqual((file.status_code, file.content), (200, b"brakes worn"))
        self.assertIn("attachment", file.headers["Content-Disposition"])

    @mute_logger("odoo.http")
    def test_foreign_answers_like_missing_and_nonsense_never_breaks(self):
        own, complaint = self.mine["complaint"].id, self.foreign["complaint"].id
        cases = [(url, self.foreign[key].id) for url, key in RECORDS.items()]
        cases += [
            (f"/my/complaints/{own}/files/%s", self.foreign["file"].id),
            (f"/my/complaints/{complaint}/files/%s", self.foreign["file"].id),
            (f"/my/complaints/{complaint}/files/%s", self.mine["file"].id),
        ]
        for url, foreign_id in cases:
            foreign, missing = self._open(url % foreign_id), self._open(url % 999999)
            self.assertAlike(foreign, missing, url % foreign_id, url % 999999)
            for nonsense in NONSENSE:
                answer = self._open(url % nonsense)
                self.assertEqual(answer.status_code, 404, url % nonsense)

    def test_parameters_never_break(self):
        pages = [*LISTS, f"/my/cards/{self.mine['card'].id}", f"/my/complaints/{self.mine['complaint'].id}"]
        for url in pages:
            for query in (
                "sortby=xx",
                "page=-1",
                "done=%3Cscript%3E",
                "done=given",
                "sortby=oldest&page=x",
                "purpose=x",
            ):
                answer = self._open(f"{url}?{query}")
                self.assertEqual(answer.status_code, 200, f"{url}?{query}")
                self.assertNotIn("<script>%3C", answer.text)
        for url in PAGED:
            for page in ("0", "1", "7", "99999999999"):
                self.assertEqual(self._open(f"{url}/page/{page}").status_code, 200, url)

    def test_every_route_of_the_portal_is_tried(self):
        """A new page is not forgotten here."""
        tried = {url.replace("%s", "<id>") for url in RECORDS} | set(LISTS) | {f"{url}/page/<id>" for url in PAGED}
        tried |= {
            "/my/cards/<id>/page/<id>",
            "/my/complaints/<id>/files/<id>",
            "/my/ideas/new",
            "/my/referral",
            "/my/loyalty_card/<id>/history/page/<id>",
        }
        ours = set()
        for url, endpoint in _generate_routing_rules(
            ["crm_kundenbindung", *self.registry._init_modules], nodb_only=False
        ):
            owner = getattr(endpoint, "original_endpoint", endpoint)
            if ".controllers.portal" in owner.__module__ and "crm_kundenbindung" in owner.__module__:
                ours.add(re.sub("<[^>]*>", "<id>", url))
        ours = {url for url in ours if url.startswith("/my/")}
        self.assertTrue(ours)
        self.assertLessEqual(ours, tried)

    def test_every_link_answers(self):
        """Follow every link of the portal, as the customer."""
        self.env["crm.touchpoint.engine"]._run_all()
        self._invoice(self.mine["order"])
        self.env["crm.touchpoint.engine"]._run_all()
        self.env.flush_all()
        waiting, seen = ["/my/home"], {}
        while waiting:
            url = waiting.pop()
            if url in seen:
                continue
            answer = self._open(url)
            seen[url] = answer.status_code
            self.assertEqual(answer.status_code, 200, url)
            if "html" not in answer.headers["Content-Type"] or len(seen) > 150:
                continue
            for link in html.fromstring(answer.text).xpath("//main//a/@href | //main//img/@src"):
                link = link.split("#")[0]
                if link.startswith(("/my/", "/card/")) and "/my/security" not in link and "download" not in link:
                    waiting.append(link)
        for url in (f"/my/orders/{self.mine['order'].id}", f"/my/complaints/{self.mine['complaint'].id}", *LISTS):
            self.assertIn(url, seen)

    def test_visitors_are_asked_to_log_in(self):
        self.authenticate(None, None)
        for url in (*LISTS, f"/my/cards/{self.mine['card'].id}"):
            self.assertIn("/web/login", self.url_open(url).url)


@tagged("post_install", "-at_install")
class TestPortal(PortalCase):
    """What a customer finds on the portal, and what it does there."""

    def test_own_things_and_nothing_else(self):
        for url, own in (
            ("/my/complaints", "Squeal"),
            ("/my/promises", "Call"),
            ("/my/ideas", "Idea of"),
            (f"/my/complaints/{self.mine['complaint'].id}", "We look at it"),
        ):
            text = self._text(self._open(url))
            self.assertIn(f"{own}", text, url)
            self.assertIn(self.customer.name, text, url)
            for other in ("SECRET", self.other.name):
                self.assertNotIn(other, text, url)

    def test_portal_users_have_no_rights_over_rpc(self):
        """The pages read as superuser; RPC shows a portal user nothing."""
        for model in (
            "crm.complaint",
            "crm.promise",
            "crm.idea",
            "crm.consent",
            "loyalty.card",
            "loyalty.ledger",
            "crm.touchpoint",
            "crm.portal.area",
        ):
            with self.assertRaises(AccessError, msg=model):
                self.env[model].with_user(self.portal_user).search_read([], ["id"])

    def test_another_company_stays_out(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        complaint = self.env["crm.complaint"].create(
            {"name": "In the second one", "partner_id": self.customer.id, "company_id": second.id}
        )
        portal = self.env["crm.portal"].with_user(self.portal_user)
        self.assertNotIn(complaint, portal._own("crm.complaint"))
        self.assertFalse(portal._own_record("crm.complaint", complaint.id))
        self.portal_user.company_ids |= second
        self.assertIn(complaint, portal._own("crm.complaint"))

    def test_closed_pages_are_not_found(self):
        area = self.env.ref("crm_kundenbindung.portal_area_ideas")
        area.active = False
        self.env.flush_all()
        self.assertEqual(self._open("/my/ideas").status_code, 404)
        self.assertNotIn("/my/ideas", self._open("/my/home").text)
        everybody = self.env.ref("base.group_user")
        everybody.implied_ids -= self.env.ref("crm_kundenbindung.group_kundenbindung_service")
        self.env.flush_all()
        for url in (
            "/my/complaints",
            "/my/complaints/new",
            f"/my/complaints/{self.mine['complaint'].id}",
            "/my/promises",
        ):
            self.assertEqual(self._open(url).status_code, 404, url)

    def test_a_complaint_with_a_file(self):
        order = self.mine["order"]
        data = {
            "subject": "Tyre <b>flat</b>",
            "text": "Lost air.\n<script>alert(1)</script>",
            "order_id": str(order.id),
        }
        files = [("files", ("../../tyre.html", b"<html><script>alert(1)</script></html>", "text/html"))]
        answer = self._send("/my/complaints/new", data, files=files)
        self.assertIn("Thank you", self._text(answer))
        complaint = self.env["crm.complaint"].search([("name", "=", "Tyre <b>flat</b>")])
        self.assertEqual(
            (complaint.partner_id, complaint.order_id, complaint.company_id), (self.contact, order, self.company)
        )
        self.assertEqual(complaint.state, "open")
        for raw in ("<script>alert(1)", "<b>flat"):
            self.assertNotIn(raw, answer.text)
            self.assertNotIn(raw, complaint.description)
        attachment = self.env["crm.portal"]._messages(complaint).attachment_ids
        self.assertEqual((attachment.name, attachment.mimetype), ("tyre.html", "text/plain"))

    def test_what_is_wrong_with_a_complaint_is_said(self):
        before = self.env["crm.complaint"].search_count([])
        long, foreign = "x" * 201, str(self.foreign["order"].id)
        for data, words in (
            ({"subject": "", "text": "x"}, "in a few words"),
            ({"subject": "x", "text": " "}, "what happened"),
            ({"subject": long, "text": "x"}, "at most 200"),
            ({"subject": "x", "text": "x" * 10001}, "at most 10000"),
            ({"subject": "x", "text": "x", "order_id": foreign}, "one of your orders"),
            ({"subject": "x", "text": "x", "order_id": "999999"}, "one of your orders"),
        ):
            answer = self._send("/my/complaints/new", data)
            self.assertEqual(answer.status_code, 200)
            self.assertIn(words, self._text(answer))
        files = [("files", (f"{number}.txt", b"x", "text/plain")) for number in range(6)]
        self.assertIn(
            "at most 5 files", self._text(self._send("/my/complaints/new", {"subject": "x", "text": "x"}, files=files))
        )
        self.patch(type(self.env["crm.portal"]), "_check_files", type(self.env["crm.portal"])._check_files)
        big = [("files", ("big.bin", b"x" * (10 * 1024 * 1024 + 1), "application/octet-stream"))]
        self.assertIn(
            "at most 10 MB", self._text(self._send("/my/complaints/new", {"subject": "x", "text": "x"}, files=big))
        )
        odd = [("text", ("text.txt", b"x", "text/plain"))]
        self.assertEqual(self._send("/my/complaints/new", {"subject": "x"}, files=odd).status_code, 200)
        self.assertEqual(self.env["crm.complaint"].search_count([]), before)

    @mute_logger("odoo.http")
    def test_forms_need_their_token(self):
        before = self.env["crm.consent"].search_count([])
        for url in (
            "/my/complaints/new",
            "/my/ideas/new",
            "/my/preferences",
            "/my/consents",
            f"/my/complaints/{self.mine['complaint'].id}",
        ):
            data = {"subject": "x", "text": "x", "purpose": "mail", "state": "given"}
            self.assertEqual(self._open(url, data=data).status_code, 400, url)
        self.assertEqual(self.env["crm.consent"].search_count([]), before)

    def test_a_message_reaches_who_is_responsible(self):
        complaint = self.mine["complaint"]
        complaint.user_id = self.user
        complaint.message_subscribe(self.user.partner_id.ids)
        self._send(f"/my/complaints/{complaint.id}", {"text": "When may I come?"})
        message = self.env["crm.portal"]._messages(complaint)[-1]
        self.assertEqual((message.author_id, message.notified_partner_ids), (self.contact, self.user.partner_id))
        self.assertIn("When may I come?", self._text(self._open(f"/my/complaints/{complaint.id}")))

    def test_more_than_a_day_s_worth_is_refused(self):
        portal = self.env["crm.portal"].with_user(self.portal_user)
        for number in range(30):
            portal._suggest(f"Idea {number}", "")
        self.assertIn("call us", self._text(self._send("/my/ideas/new", {"subject": "One more"}, page="/my/ideas")))

    def test_ideas_and_their_answers(self):
        self._send("/my/ideas/new", {"subject": "Loan bicycles", "text": "While the car is here"}, page="/my/ideas")
        idea = self.env["crm.idea"].search([("name", "=", "Loan bicycles")])
        self.assertEqual((idea.origin, idea.partner_id, idea.author_id.id), ("customer", self.contact, False))
        idea.with_context(crm_idea_answer=True).message_post(
            body="Next spring!", subtype_xmlid="mail.mt_comment", message_type="comment"
        )
        self.env.flush_all()
        self.assertIn("Next spring!", self._text(self._open("/my/ideas")))

    def test_consent_is_withdrawn_at_once_and_kept_as_evidence(self):
        consents = self.env["crm.consent"]
        for state, times in (("given", 2), ("withdrawn", 1), ("given", 1)):
            for _time in range(times):
                self._send("/my/consents", {"purpose": "profiling", "state": state})
        rows = consents.search([("partner_id", "=", self.customer.id)], order="id")
        self.assertEqual(rows.mapped("state"), ["given", "withdrawn", "given"], "the same word twice is one row")
        self.assertEqual(set(rows.mapped("user_id.login")), {"portal_customer"})
        self.assertTrue(all(self.company.name in row.wording and row.origin for row in rows))
        self._send("/my/consents", {"purpose": "mail", "state": "withdrawn"})
        self.assertEqual(consents.search([("purpose", "=", "mail")], limit=1).partner_id, self.contact)
        for data in ({"purpose": "world", "state": "given"}, {"purpose": "mail", "state": "maybe"}, {}):
            self.assertEqual(self._send("/my/consents", data).status_code, 200)
        self.assertEqual(consents.search_count([("partner_id", "in", (self.customer | self.contact).ids)]), 4)

    def test_recommendations_are_for_those_who_agreed(self):
        values = {"partner_id": self.customer.id, "company_id": self.company.id, "rank": 1, "score": 1.0}
        self.env["crm.product.recommendation"].create(
            {**values, "product_id": self.labour.id, "because_product_id": self.tyres.id}
        )
        self.env.flush_all()
        self.assertNotIn("Labour Hour", self._text(self._open("/my/recommendations")))
        self._send("/my/consents", {"purpose": "profiling", "state": "given"})
        self.assertIn("Labour Hour because you bought Winter Tyre", self._text(self._open("/my/recommendations")))
        self._send("/my/consents", {"purpose": "profiling", "state": "withdrawn"})
        self.assertNotIn("Labour Hour", self._text(self._open("/my/recommendations")))
        self.env.invalidate_all()
        self.assertTrue(self.customer.werthaltigkeit_objected)

    def test_preferences(self):
        hiking, archived = self.env["crm.interest"].create([{"name": "Hiking"}, {"name": "Old", "active": False}])
        self.contact.werthaltigkeit_interest_ids = archived
        phone = self._channel("phone")
        data = {
            "channel_id": str(phone.id),
            "frequency": "quarter",
            "interest": [str(hiking.id), str(archived.id), "x", "0"],
        }
        self._send("/my/preferences", data)
        self.env.invalidate_all()
        self.assertEqual(self.contact.werthaltigkeit_channel_id, phone)
        self.assertEqual(self.contact.kundenbindung_frequency, "quarter")
        self.assertEqual(self.contact.with_context(active_test=False).werthaltigkeit_interest_ids, hiking | archived)
        counter = self._channel("counter")
        self._send("/my/preferences", {"channel_id": str(counter.id), "frequency": "hourly"})
        self.env.invalidate_all()
        self.assertFalse(self.contact.werthaltigkeit_channel_id or self.contact.kundenbindung_frequency)

    def test_history_shows_what_happened_and_no_notes(self):
        self.env["crm.touchpoint"].create(
            {"partner_id": self.customer.id, "kind_id": self._kind("visit").id, "note": "SECRET NOTE"}
        )
        self.env["crm.touchpoint.engine"]._run_all()
        self.env.flush_all()
        answer = self._open("/my/history")
        text = self._text(answer)
        self.assertIn(self.mine["order"].name, text)
        self.assertIn(f"/my/orders/{self.mine['order'].id}", answer.text)
        self.assertNotIn("SECRET", text)
        self.assertNotIn(self.foreign["order"].name, text)

    def test_pages_ask_few_queries(self):
        """A list asks as many queries for twenty rows as for one."""
        portal = self.env["crm.portal"].with_user(self.portal_user)
        for _number in range(15):
            self._order(self.customer, [(self.tyres, 1)])
        self.env["crm.touchpoint.engine"]._run_all()
        self.env.flush_all()
        self.env.invalidate_all()
        portal._history(limit=20)
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            self.assertEqual(len(portal._history(limit=20)), 17)


@tagged("post_install", "-at_install")
class TestPortalTour(PortalCase):
    """The customer in a browser: sees the card, opens a complaint, withdraws a consent."""

    def test_customer(self):
        self.env["crm.consent"].create({"partner_id": self.contact.id, "purpose": "mail", "state": "given"})
        self.start_tour("/my/home", "crm_kundenbindung_portal", login="portal_customer")
        complaint = self.env["crm.complaint"].search([("name", "=", "Tyre lost air")])
        self.assertEqual(complaint.commercial_partner_id, self.customer)
        consent = self.env["crm.consent"].search([("partner_id", "=", self.contact.id)], limit=1)
        self.assertEqual((consent.purpose, consent.state), ("mail", "withdrawn"))
