from ast import literal_eval
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class OutreachCase(WerthaltigkeitCase):
    """A group of customers picked by hand, each with another reason to be left out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.kundenbindung_pressure_count = 0
        cls.company.kundenbindung_existing_customer = False
        cls.seller = new_test_user(
            cls.env, "reach_seller", groups="sales_team.group_sale_salesman", email="s@firm.example"
        )
        cls.env["mail.mail"].search([]).unlink()

    @classmethod
    def _person(cls, name, consent="mail", **vals):
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "street": "Lindenweg 4",
                "zip": "24103",
                "city": "Kiel",
                "phone": "+49 431 123456",
                **vals,
            }
        )
        if consent:
            cls._consent(partner, consent)
        return partner

    @classmethod
    def _consent(cls, partner, purpose="mail", state="given", **vals):
        date = fields.Datetime.now() - timedelta(minutes=1)
        return cls.env["crm.consent"].create(
            {"partner_id": partner.id, "purpose": purpose, "state": state, "date": date, **vals}
        )

    @classmethod
    def _outreach(cls, partners, **vals):
        return (
            cls.env["crm.outreach"]
            .with_user(cls.seller)
            .create(
                {
                    "name": "Winter Check",
                    "target": "picked",
                    "partner_ids": [(6, 0, partners.ids)],
                    "subject": "Hello {{ object.first_name }}",
                    **vals,
                }
            )
        )

    def _states(self, outreach):
        self.env.invalidate_all()
        return {row.partner_id: row.reason or row.state for row in outreach.sudo().recipient_ids}

    def _send(self, outreach):
        outreach.action_check()
        outreach.action_send()
        outreach.sudo()._send_mails()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestOutreach(OutreachCase):
    """Who is reached, who is not, and what becomes of it."""

    def test_check_names_every_reason_and_sends_nothing(self):
        good, objected, silent = (
            self._person("Eva Gut"),
            self._person("Otto Nein"),
            self._person("Sara Still", consent=False),
        )
        self._consent(objected, state="withdrawn", date=fields.Datetime.now())
        archived, nowhere = self._person("Anton Alt", active=False), self._person("Nora Niemand", email=False)
        blocked, bounced = self._person("Bert Block"), self._person("Bea Bounce", message_bounce=3)
        self.env["mail.blacklist"].create({"email": blocked.email})
        twin = self._person("Gerd Gut", email=good.email)
        letters = self._person("Lena Brief", werthaltigkeit_channel_id=self._channel("letter").id)
        never = self._person("Nils Nie", kundenbindung_frequency="never")
        people = good | objected | silent | archived | nowhere | blocked | bounced | twin | letters | never
        outreach = self._outreach(people)
        outreach.action_check()
        self.assertEqual(
            self._states(outreach),
            {
                good: "waiting",
                objected: "objected",
                silent: "no_consent",
                archived: "archived",
                nowhere: "no_address",
                blocked: "blacklisted",
                bounced: "bounced",
                twin: "duplicate",
                letters: "channel",
                never: "frequency",
            },
        )
        self.assertEqual((outreach.state, outreach.waiting_count, outreach.excluded_count), ("checked", 1, 9))
        counts = {(row.state, row.reason): row for row in outreach.count_ids}
        self.assertEqual(counts["excluded", "objected"].people, 1)
        action = counts["excluded", "objected"].action_open()
        self.assertEqual(self.env["crm.outreach.recipient"].search(action["domain"]).partner_id, objected)
        self.assertFalse(self.env["mail.mail"].search_count([]))

    def test_mail_goes_out_once_with_name_link_and_header(self):
        eva = self._person("Eva Gut", user_id=self.seller.id)
        outreach = self._outreach(eva)
        self._send(outreach)
        mail = self.env["mail.mail"].search([("subject", "=", "Hello Eva")])
        self.assertEqual(len(mail), 1)
        self.assertIn("Good day Eva Gut,", mail.body_html)
        self.assertIn("/outreach/stop/", mail.body_html)
        headers = literal_eval(mail.headers)
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertGreaterEqual(len(headers["List-Unsubscribe"].rsplit("/", 1)[1]), 32)
        self.assertEqual((outreach.state, outreach.sent_count), ("sent", 1))
        outreach.sudo()._send_mails()
        self.assertEqual(self.env["mail.mail"].search_count([]), 1)
        with self.assertRaises(UserError):
            outreach.action_send()

    def test_becomes_an_outbound_touchpoint_with_cost(self):
        self._channel("letter").with_company(self.company).cost_per_contact = 1.5
        eva = self._person("Eva Gut", consent=False)
        outreach = self._outreach(eva, channel="letter")
        outreach.action_check()
        self.assertEqual(outreach.cost_expected, 1.5)
        outreach.recipient_ids.sudo().write({"printed_on": fields.Datetime.now()})
        outreach.action_contacted()
        self._capture()
        touchpoint = self._touchpoints(eva, "outreach")
        self.assertEqual((touchpoint.direction, touchpoint.channel_id), ("out", self._channel("letter")))
        self.assertGreaterEqual(touchpoint.cost, 1.5)

    def test_objection_between_check_and_sending_counts(self):
        eva, otto = self._person("Eva Gut"), self._person("Otto Nein")
        outreach = self._outreach(eva | otto)
        outreach.action_check()
        outreach.action_send()
        self._consent(otto, state="withdrawn", date=fields.Datetime.now())
        outreach.sudo()._send_mails()
        self.assertEqual(self._states(outreach), {eva: "sent", otto: "objected"})

    def test_a_text_that_breaks_for_one_stops_nobody_else(self):
        people = self._person("Eva Gut") | self._person("Otto Rest") | self._person("Ina Last")
        outreach = self._outreach(people)
        self.env["ir.config_parameter"].sudo().set_param("mail.restrict.template.rendering", False)
        outreach.sudo().subject = "{{ 1 / (0 if object.first_name == 'Otto' else 1) }}"
        outreach.action_check()
        outreach.action_send()
        outreach.sudo()._send_mails()
        states = self._states(outreach)
        self.assertEqual(sorted(states.values()), ["failed", "sent", "sent"])
        self.assertTrue(outreach.recipient_ids.filtered("failure"))
        self.assertEqual(outreach.state, "sent")

    def test_killed_it_goes_on_where_it_was(self):
        people = self.env["res.partner"].union(*(self._person(f"Person N{i}") for i in range(5)))
        outreach = self._outreach(people)
        outreach.action_check()
        outreach.action_send()
        first = outreach.recipient_ids.sudo()[:2]
        outreach.sudo()._send_batch(first)
        outreach.sudo()._send_mails()
        self.assertEqual(self.env["mail.mail"].search_count([]), 5)
        self.assertEqual(set(self._states(outreach).values()), {"sent"})

    def test_post_needs_no_consent_but_phone_does(self):
        eva = self._person("Eva Gut", consent=False)
        for channel, expected in (("letter", "waiting"), ("call", "no_consent")):
            outreach = self._outreach(eva, channel=channel)
            outreach.action_check()
            self.assertEqual(self._states(outreach), {eva: expected})

    def test_existing_customers_by_mail_only_where_the_company_says_so(self):
        eva, new = self._person("Eva Gut", consent=False), self._person("Neu Ling", consent=False)
        self._order(eva, [(self.tyres, 1)])
        self.env.flush_all()
        self.values._rebuild()
        for switched, expected in ((False, "no_consent"), (True, "waiting")):
            self.company.kundenbindung_existing_customer = switched
            outreach = self._outreach(eva | new)
            outreach.action_check()
            self.assertEqual(self._states(outreach), {eva: expected, new: "no_consent"})

    def test_a_change_needs_a_new_check_and_states_are_not_written_by_hand(self):
        eva, otto = self._person("Eva Gut"), self._person("Otto Rest")
        outreach = self._outreach(eva)
        outreach.action_check()
        outreach.partner_ids = eva | otto
        self.assertEqual((outreach.state, len(outreach.recipient_ids)), ("draft", 0))
        with self.assertRaises(AccessError):
            outreach.state = "sent"
        with self.assertRaises(UserError):
            outreach.action_send()

    def test_group_by_rule_leaves_out_who_objected_to_profiling(self):
        eva, otto = self._person("Eva Gut"), self._person("Otto Rest")
        group = self.env["crm.customer.group"].create(
            {"name": "By Name", "kind": "rule", "domain": repr([("id", "in", (eva | otto).ids)])}
        )
        outreach = self._outreach(eva, target="group", group_id=group.id)
        outreach.action_check()
        self.assertEqual(self._states(outreach), {eva: "waiting", otto: "waiting"})
        outreach.action_send()
        self._consent(otto, "profiling", "withdrawn")
        outreach.sudo()._send_mails()
        self.assertEqual(self._states(outreach), {eva: "sent", otto: "profiling"})

    def test_topics(self):
        interests = self.env["crm.interest"].create([{"name": "Oldtimer X"}, {"name": "Camping X"}])
        eva = self._person("Eva Gut", werthaltigkeit_interest_ids=[(6, 0, interests[0].ids)])
        otto = self._person("Otto Rest", werthaltigkeit_interest_ids=[(6, 0, interests[1].ids)])
        nobody = self._person("Ohne Wunsch")
        outreach = self._outreach(eva | otto | nobody, interest_ids=[(6, 0, interests[0].ids)])
        outreach.action_check()
        self.assertEqual(self._states(outreach), {eva: "waiting", otto: "topic", nobody: "waiting"})

    def test_results_are_counted_without_claiming_a_cause(self):
        eva = self._person("Eva Gut")
        outreach = self._outreach(eva)
        self._send(outreach)
        outreach.recipient_ids.sudo().sent_on = fields.Datetime.now() - timedelta(days=2)
        self._order(eva, [(self.tyres, 1)])
        self._capture()
        self.env.invalidate_all()
        self.assertEqual(outreach.bought_count, 1)
        found = self.env["crm.outreach.recipient"].search(outreach.action_view_bought()["domain"])
        self.assertEqual(found.partner_id, eva)

    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        eva = self._person("Eva Gut", company_id=second.id)
        outreach = self._outreach(eva | self.other)
        outreach.action_check()
        self.assertNotIn(eva, self._states(outreach))
        foreign = self.env["crm.outreach"].create(
            {"name": "Foreign", "company_id": second.id, "target": "picked", "partner_ids": eva.ids}
        )
        foreign.action_check()
        seen = self.env["crm.outreach"].with_user(self.seller).search([])
        self.assertNotIn(foreign, seen)
        with self.assertRaises(AccessError):
            foreign.recipient_ids.with_user(self.seller).read(["state"])


@tagged("post_install", "-at_install")
class TestPressure(OutreachCase):
    """One cap over mailing, letter, call and survey together."""

    def _mailed(self, partner, **vals):
        outreach = self._outreach(partner, **vals)
        self._send(outreach)
        return outreach

    def test_cap_counts_all_channels(self):
        self.company.write({"kundenbindung_pressure_count": 2, "kundenbindung_pressure_days": 30})
        eva = self._person("Eva Gut")
        self._mailed(eva)
        letter = self._outreach(eva, channel="letter")
        letter.action_check()
        self.assertEqual(self._states(letter), {eva: "waiting"})
        letter.recipient_ids.sudo().write({"printed_on": fields.Datetime.now()})
        letter.action_contacted()
        third = self._outreach(eva)
        third.action_check()
        self.assertEqual(self._states(third), {eva: "pressure"})
        self._capture()  # captured as touchpoints they count once
        self.company.kundenbindung_pressure_count = 3
        third.action_check()
        self.assertEqual(self._states(third), {eva: "waiting"})
        letter.recipient_ids.sudo().sent_on = fields.Datetime.now() - timedelta(days=31)
        self.company.kundenbindung_pressure_count = 2
        third.action_check()
        self.assertEqual(self._states(third), {eva: "waiting"})

    def test_logged_advertising_counts_and_other_contacts_do_not(self):
        self.company.kundenbindung_pressure_count = 1
        eva, otto = self._person("Eva Gut"), self._person("Otto Rest")
        for partner, kind in ((eva, self._kind("mailing")), (otto, self._kind("contact"))):
            self.env["crm.touchpoint"].create({"partner_id": partner.id, "kind_id": kind.id, "direction": "out"})
        outreach = self._outreach(eva | otto)
        outreach.action_check()
        self.assertEqual(self._states(outreach), {eva: "pressure", otto: "waiting"})

    def test_feedback_requests_obey_the_cap_and_the_wish(self):
        self.company.kundenbindung_pressure_count = 1
        eva, otto = self._person("Eva Gut"), self._person("Otto Nie", kundenbindung_frequency="never")
        engine = self.env["crm.feedback.engine"]
        self.assertEqual(engine._gates(eva | otto, self.company), {eva.id: None, otto.id: "wish"})
        self._mailed(eva)
        self.assertEqual(engine._gates(eva, self.company), {eva.id: "pressure"})

    def test_wished_frequency(self):
        eva = self._person("Eva Gut", kundenbindung_frequency="quarter")
        first = self._mailed(eva)
        second = self._outreach(eva)
        second.action_check()
        self.assertEqual(self._states(second), {eva: "frequency"})
        first.recipient_ids.sudo().sent_on = fields.Datetime.now() - timedelta(days=92)
        second.action_check()
        self.assertEqual(self._states(second), {eva: "waiting"})


@tagged("post_install", "-at_install")
class TestOutreachByHand(OutreachCase):
    """Letters, calls, export."""

    def test_call_list_is_spread_and_done_calls_count_once(self):
        people = self.env["res.partner"].union(
            *(self._person(f"Person C{i}", consent="phone", phone=f"+49 431 55500{i}") for i in range(5))
        )
        people[:3].user_id = self.user
        outreach = self._outreach(people, channel="call", calls_per_day=2)
        outreach.action_check()
        outreach.action_calls()
        activities = outreach.recipient_ids.sudo().activity_id
        self.assertEqual(len(activities), 5)
        mine = activities.filtered(lambda a: a.user_id == self.user)
        self.assertEqual(len(mine), 3)
        self.assertEqual(len(set(mine.mapped("date_deadline"))), 2)
        self.assertTrue(all(day.weekday() < 5 for day in activities.mapped("date_deadline")))
        self.assertEqual(outreach.planned_count, 5)
        mine[0].action_done()
        self.env["crm.outreach.engine"]._sync()
        self._capture()
        self.env.invalidate_all()
        self.assertEqual((outreach.planned_count, outreach.sent_count), (4, 1))
        done = outreach.recipient_ids.filtered(lambda r: r.state == "sent").partner_id
        self.assertEqual(len(self._touchpoints(done)), 1)

    def test_export_is_harmless_and_holds_no_more_than_needed(self):
        eva = self._person("=HYPERLINK(1) Gut", email="eva.gut@example.com", street="@SUM(1)", consent=False)
        outreach = self._outreach(eva, channel="export", export_purpose="post")
        outreach.action_check()
        outreach.action_export()
        text = outreach._files().raw.decode("utf-8-sig")
        self.assertIn("'=HYPERLINK(1)", text)
        self.assertIn("'@SUM(1)", text)
        self.assertNotIn("example.com", text)
        self.assertEqual(outreach._harmless("+49 431 12-3"), "+49 431 12-3")
        self.assertEqual(outreach._harmless("+1+cmd|x"), "'+1+cmd|x")

    def test_letters(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("no wkhtmltopdf")
        import io  # noqa: PLC0415

        from odoo.tools.pdf import PdfFileReader  # noqa: PLC0415

        people = self._person("Eva Gut", consent=False) | self._person("Otto Rest", consent=False)
        outreach = self._outreach(people, channel="letter", subject="Winter Check")
        outreach.action_check()
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content = report._render_qweb_pdf(
            "crm_kundenbindung.action_report_outreach_letter",
            outreach.ids,
            data={"recipient_ids": outreach.recipient_ids.ids},
        )[0]
        self.assertEqual(PdfFileReader(io.BytesIO(content)).getNumPages(), 2)

    def test_posted_only_after_printing(self):
        outreach = self._outreach(self._person("Eva Gut", consent=False), channel="letter")
        outreach.action_check()
        with self.assertRaises(UserError):
            outreach.action_contacted()


@tagged("post_install", "-at_install")
class TestOutreachHttp(OutreachCase, HttpCase):
    """The link to object, as a customer and as a mail program use it."""

    def setUp(self):
        super().setUp()
        self.eva = self._person("Eva Gut")
        self.outreach = self._outreach(self.eva)
        self._send(self.outreach)
        self.recipient = self.outreach.recipient_ids
        self.path = self.outreach.sudo()._stop_url(self.recipient).split("/outreach/")[1]
        self.env.flush_all()
        self.authenticate(None, None)

    def _word(self):
        self.env.invalidate_all()
        return (
            self.env["crm.consent"].search([("partner_id", "=", self.eva.id), ("purpose", "=", "mail")], limit=1).state
        )

    def test_link_shows_a_page_and_its_button_withdraws_at_once(self):
        page = self.url_open(f"/outreach/{self.path}")
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self._word(), "given")
        token = html.fromstring(page.text).xpath("//form//input[@name='csrf_token']/@value")[0]
        self.assertEqual(self.url_open(f"/outreach/{self.path}", data={"csrf_token": token}).status_code, 200)
        self.assertEqual(self._word(), "withdrawn")
        again = self._outreach(self.eva)
        again.action_check()
        self.assertEqual(self._states(again), {self.eva: "objected"})

    def test_one_click(self):
        path = self.path.replace("stop/", "stop/one-click/")
        self.assertEqual(self.url_open(f"/outreach/{path}", data={"List-Unsubscribe": "One-Click"}).status_code, 200)
        self.assertEqual(self._word(), "withdrawn")

    def test_foreign_missing_and_nonsense_answer_alike(self):
        token = self.path.rsplit("/", 1)[1]
        for path in (
            f"0/{token}",
            f"999999999/{token}",
            f"99999999999999/{token}",
            f"{self.recipient.id}/{token[:-1]}x",
            f"{self.recipient.id}/ü",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.url_open(f"/outreach/stop/{path}").status_code, 404)
        self.assertEqual(self._word(), "given")

    def test_tour(self):
        """Group, campaign, check, people left out, send."""
        self._person("Tour Silent", consent=False)
        group = self.env["crm.customer.group"].create(
            {
                "name": "Tour Group",
                "kind": "picked",
                "partner_ids": [
                    (6, 0, (self.eva | self.env["res.partner"].search([("name", "=", "Tour Silent")])).ids)
                ],
            }
        )
        manager = new_test_user(
            self.env,
            "reach_tour",
            groups="sales_team.group_sale_manager,crm_kundenbindung.group_kundenbindung_reach",
            email="t@firm.example",
        )
        action = self.env.ref("crm_kundenbindung.crm_customer_group_action")
        self.start_tour(f"/odoo/action-{action.id}/{group.id}", "crm_kundenbindung_outreach", login=manager.login)
        outreach = self.env["crm.outreach"].search([("name", "=", "Tour Campaign")])
        self.assertEqual((outreach.state, outreach.waiting_count, outreach.excluded_count), ("sending", 1, 1))
