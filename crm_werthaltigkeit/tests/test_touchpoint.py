from odoo.exceptions import AccessError
from odoo.tests import Form, tagged, users

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestTouchpoint(WerthaltigkeitCase):
    @users("wert_user")
    def test_log_contact(self):
        """A salesperson logs a call in a few fields; customer, cost and team follow."""
        action = self.contact.with_env(self.env).action_werthaltigkeit_log()
        with Form(self.env["crm.touchpoint"].with_context(**action["context"]), view=action["views"][0][0]) as form:
            form.channel_id = self.env.ref("crm_werthaltigkeit.touchpoint_channel_phone")
            form.satisfaction = "good"
            form.note = "asked for brake pads"
        touchpoint = form.record
        self.assertEqual(touchpoint.commercial_partner_id, self.customer)
        self.assertEqual(touchpoint.user_id, self.env.user)
        self.assertAlmostEqual(touchpoint.cost, 0.2 + 60 / 12, 2, "5 minutes are assumed for a call")
        self.assertEqual(touchpoint.summary, "asked for brake pads")

    def test_only_the_author_changes_a_manual_touchpoint(self):
        colleague = self.env["res.users"].create(
            {
                "name": "Colleague",
                "login": "wert_colleague",
                "group_ids": [(4, self.env.ref("sales_team.group_sale_salesman").id)],
            }
        )
        touchpoint = (
            self.env["crm.touchpoint"].with_user(self.user).create({"partner_id": self.customer.id, "note": "mine"})
        )
        touchpoint.note = "changed"
        self.assertEqual(touchpoint.with_user(colleague).note, "changed", "everybody with customer contact reads it")
        with self.assertRaises(AccessError):
            touchpoint.with_user(colleague).note = "theirs"
        touchpoint.with_user(self.manager).note = "corrected"

    def test_text_of_the_source_needs_its_rights(self):
        """That a contact took place everybody sees; the text only who may read the document."""
        private = self._order(self.customer, [(self.tyres, 1)], user_id=self.manager.id)
        self._capture()
        touchpoint = self._touchpoints(self.customer, "order")
        self.assertEqual(touchpoint.with_user(self.manager).summary, private.name)
        limited = touchpoint.with_user(self.user)
        self.assertEqual(limited.kind_id.code, "order")
        self.assertFalse(limited.summary, "own documents only: the order of another is closed")
        with self.assertRaises(AccessError):
            limited.action_open_document()

    def test_two_companies(self):
        """Nobody sees the touchpoints of a company that is not theirs."""
        company = self.env["res.company"].create({"name": "Second"})
        touchpoint = self.env["crm.touchpoint"].create({"partner_id": self.customer.id, "company_id": company.id})
        with self.assertRaises(AccessError):
            touchpoint.with_user(self.user).read(["date"])
        self.assertNotIn(touchpoint, self.env["crm.touchpoint"].with_user(self.user).search([]))

    def test_employees_without_customer_contact_see_nothing(self):
        employee = self.env["res.users"].create(
            {"name": "E", "login": "wert_employee", "group_ids": [(6, 0, self.env.ref("base.group_user").ids)]}
        )
        for model in ("crm.touchpoint", "crm.customer.value", "crm.consent", "crm.touchpoint.waiting"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(employee).search([])

    def test_moved_contact_takes_its_history(self):
        company = self.env["res.partner"].create({"name": "New Employer", "is_company": True})
        self.env["crm.touchpoint"].create({"partner_id": self.contact.id})
        self.contact.parent_id = company
        self._capture()
        self.assertEqual(self._touchpoints(company).partner_id, self.contact)

    def test_history_outlives_people_and_teams(self):
        """What has no foreign key for speed behaves as if it had one."""
        partner = self.env["res.partner"].create({"name": "Short Visit"})
        user = self.env["res.users"].create({"name": "Intern", "login": "wert_intern"})
        team = self.env["crm.team"].create({"name": "Fair"})
        touchpoint = self.env["crm.touchpoint"].create(
            {"partner_id": partner.id, "user_id": user.id, "team_id": team.id, "note": "met"}
        )
        self.env.flush_all()
        for record in (partner, user, team):
            record.unlink()
        self.env.invalidate_all()
        self.assertRecordValues(
            touchpoint,
            [{"partner_id": False, "commercial_partner_id": False, "user_id": False, "team_id": False, "note": "met"}],
        )

    def test_merged_company_brings_the_history_of_its_contacts(self):
        self.env["crm.touchpoint"].create({"partner_id": self.contact.id})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        self.other.is_company = True
        wizard._merge((self.customer + self.other).ids, self.other)
        self.assertEqual(self._touchpoints(self.other).partner_id, self.contact)

    def test_merged_contacts_keep_every_row(self):
        for partner in (self.customer, self.other):
            self._order(partner, [(self.tyres, 1)])
            self.env["crm.touchpoint"].create({"partner_id": partner.id})
            partner.message_post(body="Hi", message_type="email", author_id=partner.id)
        self._capture()
        self.values._rebuild(self.company)
        self._value(self.other).with_user(self.manager)._override_class("A", "friend of the house")
        count = len(self._touchpoints(self.customer)) + len(self._touchpoints(self.other))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + self.other).ids, self.customer)
        self.assertEqual(len(self._touchpoints(self.customer)), count)
        self.assertEqual(len(self._value(self.customer)), 1)
        self._capture()
        self.values._update(self.company)
        self.assertEqual(len(self._touchpoints(self.customer)), count)
        self.assertEqual(self._value(self.customer).revenue, 200.0)

    def test_merged_leads_keep_every_row(self):
        leads = self.env["crm.lead"].create(
            [{"name": f"Lead {i}", "type": "lead", "email_from": "one@example.com"} for i in range(3)]
        )
        for lead in leads:
            lead.message_post(body="Hi", message_type="email", email_from="one@example.com", author_id=False)
        self._capture()
        touchpoints = self.env["crm.touchpoint"].search([("lead_id", "in", leads.ids)])
        self.assertEqual(len(touchpoints), 6)
        merged = leads.merge_opportunity()
        self._capture()
        self.engine._refresh()
        self.assertEqual(self.env["crm.touchpoint"].search_count([("lead_id", "=", merged.id)]), 6)

    def test_waiting_for_an_answer(self):
        waiting = self.env["crm.touchpoint.waiting"]
        self.env["crm.touchpoint"].create({"partner_id": self.contact.id, "direction": "in", "date": "2026-01-01"})
        old = self.env["crm.touchpoint"].create({"partner_id": self.contact.id, "direction": "in"})
        self.env.flush_all()
        row = waiting.search([("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual(row.touchpoint_id, old)
        action = row.action_answer()
        self.env["crm.touchpoint"].with_context(**action["context"]).create({})
        self.env.flush_all()
        waiting.invalidate_model()
        self.assertFalse(waiting.search([("commercial_partner_id", "=", self.customer.id)]))

    def test_mail_by_bcc(self):
        """A mail of ours with the address in BCC reaches the history of everybody it went to."""
        self.user.partner_id.email = "seller@our.example"
        mail = self.env["crm.touchpoint.mail"].message_new(
            {
                "from": "Seller <seller@our.example>",
                "to": "Anna <anna@taxi-brandt.example>, x@unknown.example",
                "subject": "Offer",
                "date": "2026-03-04 10:00:00",
            }
        )
        touchpoint = self._touchpoints(self.customer)
        self.assertRecordValues(
            touchpoint,
            [{"partner_id": self.contact.id, "direction": "out", "user_id": self.user.id, "res_id": mail.id}],
        )
        stranger = self.env["crm.touchpoint.mail"].message_new(
            {"from": "evil@example.com", "to": "anna@taxi-brandt.example", "subject": "x"}
        )
        self.assertFalse(stranger.touchpoint_ids, "only our own people log contacts by mail")

    def test_mail_by_bcc_through_the_gateway(self):
        """The mail server delivers the blind copy to the address of the history; the alias leads it there."""
        self.user.partner_id.email = "seller@our.example"
        alias = self.env.ref("crm_werthaltigkeit.mail_alias_history")
        alias.alias_domain_id = self.env["mail.alias.domain"].create({"name": "our.example"})
        self.env["mail.thread"].message_process(
            False,
            "Delivered-To: history@our.example\n"
            "From: Seller <seller@our.example>\n"
            "To: Anna <anna@taxi-brandt.example>\n"
            "Subject: Your winter tyres\n"
            "Message-ID: <bcc-1@our.example>\n"
            "Date: Wed, 04 Mar 2026 10:00:00 +0100\n\nHello",
        )
        touchpoint = self._touchpoints(self.customer)
        self.assertEqual(
            (touchpoint.partner_id, touchpoint.direction, touchpoint.user_id), (self.contact, "out", self.user)
        )
        self.assertEqual(touchpoint.action_open_document()["res_model"], "crm.touchpoint.mail")

    def test_opening_a_customer_costs_few_queries(self):
        """Sentence, smart buttons and class on the contact's form, however long the history is."""
        names = [
            "headline",
            "touchpoint_count",
            "value_class",
            "trend",
            "no_profiling",
            "margin_at_risk",
            "currency_id",
        ]
        partner = self.customer.with_user(self.user)
        for orders in (1, 5):
            for _order in range(orders):
                self._order(self.customer, [(self.tyres, 1)])
            self._capture()
            self.values._rebuild(self.company)
            partner.read([f"werthaltigkeit_{name}" for name in names])  # rights and rules are cached from here on
            self.env.flush_all()
            self.env.invalidate_all()
            partner.read(["name", "commercial_partner_id"])
            with self.assertQueryCount(5):
                partner.read([f"werthaltigkeit_{name}" for name in names])

    def test_headline(self):
        for days in (190, 130, 70):
            self._order(self.customer, [(self.tyres, 1)], days_ago=days)
        self.env["crm.touchpoint"].create({"partner_id": self.contact.id, "satisfaction": "bad"})
        self._capture()
        self.values._rebuild(self.company)
        self.assertRegex(
            self.contact.werthaltigkeit_headline,
            r"^Customer since \d{4} · 3 orders, every 60 days, last 70 days ago \(10 overdue\) · ☹ last contact$",
        )
