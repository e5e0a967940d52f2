from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class FeedbackCase(WerthaltigkeitCase):
    """A customer with consent, a rule that asks one day after a service, a salesperson who takes care."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.feedback.rule"].search([]).active = False
        cls.engine = cls.env["crm.feedback.engine"]
        cls.requests = cls.env["crm.feedback.request"]
        cls.agent = new_test_user(cls.env, "voice_user", groups="crm_kundenbindung.group_kundenbindung_user")
        cls.boss = new_test_user(cls.env, "voice_boss", groups="crm_kundenbindung.group_kundenbindung_manager")
        cls.customer.user_id = cls.agent
        cls.company.email = "info@workshop.example"
        cls.rule = cls.env["crm.feedback.rule"].create(
            {
                "name": "After a Service",
                "active": True,
                "kind_ids": cls._kind("service").ids,
                "delay": 1,
                "company_id": cls.company.root_id.id,
            }
        )
        cls.rule.since = fields.Datetime.now() - timedelta(days=100)

    @classmethod
    def _consent(cls, partner, state="given", **vals):
        return cls.env["crm.consent"].create(
            {"partner_id": partner.id, "purpose": "mail", "state": state, "date": "2020-01-01", **vals}
        )

    @classmethod
    def _service(cls, partner=None, days_ago=2, **vals):
        return cls.env["crm.touchpoint"].create(
            {
                "partner_id": (partner or cls.contact).id,
                "kind_id": cls._kind("service").id,
                "channel_id": cls._channel("counter").id,
                "date": fields.Datetime.now() - timedelta(days=days_ago),
                **vals,
            }
        )

    def _ask(self):
        created = self.engine._create_due(self.rule)
        self.requests._send_waiting()
        return created

    def _of(self, touchpoint):
        return self.requests.search([("touchpoint_id", "=", touchpoint.id)])

    def _sent(self, partner):
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("recipient_ids", "in", partner.ids), ("model", "=", "crm.feedback.request")])
        )


@tagged("post_install", "-at_install")
class TestFeedbackRequest(FeedbackCase):
    """Who is asked, once, and what becomes of the answer."""

    def test_a_customer_with_consent_is_asked_once(self):
        self._consent(self.contact)
        old, latest = self._service(days_ago=4), self._service(days_ago=2)
        early = self._service(days_ago=0)
        self.assertEqual(self._ask(), 1)
        request = self._of(latest)
        self.assertEqual(
            (request.state, request.partner_id, request.commercial_partner_id), ("sent", self.contact, self.customer)
        )
        self.assertFalse(self._of(old) or self._of(early))
        mail = self._sent(self.contact)
        self.assertEqual(len(mail), 1)
        token = request.rating_ids.access_token
        for rate in (1, 3, 5):
            self.assertIn(f"/rate/{token}/{rate}", mail.body_html)
        self.assertIn("/feedback/stop/", mail.body_html)
        self.assertEqual(self._ask(), 0)
        self.assertEqual(len(self._sent(self.contact)), 1)

    def test_gates(self):
        """Every closed gate keeps a mail from going out, and the preview says which."""
        partners = self.env["res.partner"].create(
            [{"name": f"Person {n}", "email": f"person{n}@example.com"} for n in range(6)]
        )
        for partner in partners:
            self._service(partner)
        self._consent(partners[0])
        self._consent(partners[1], "withdrawn")
        for partner in partners[3:]:
            self._consent(partner)
        partners[3].email = False
        self.env["mail.blacklist"]._add(partners[4].email)
        partners[5].message_bounce = 2
        self.env.flush_all()
        counts = self.engine._preview(self.rule)
        expected = {"due": 1, "objected": 1, "no_consent": 1, "no_email": 1, "blacklisted": 1, "bounced": 1}
        self.assertEqual({name: count for name, count in counts.items() if count}, expected)
        self.assertEqual(self._ask(), 1)
        self.assertEqual(self.requests.search([("partner_id", "in", partners.ids)]).partner_id, partners[0])
        self.assertIn("without consent", self.rule.with_user(self.boss).action_preview()["params"]["message"])
        self.company.root_id.kundenbindung_feedback_consent = "not_objected"
        self.assertEqual(self._ask(), 1)
        self.assertEqual(
            self.requests.search([("partner_id", "in", partners.ids)]).partner_id, partners[0] | partners[2]
        )

    def test_consent_of_the_company_and_the_person_s_own_word(self):
        """The company's consent counts for its people, unless the person said something else."""
        self._consent(self.customer)
        self.assertIsNone(self.engine._gates(self.contact, self.company)[self.contact.id])
        self._consent(self.contact, "withdrawn")
        self.assertEqual(self.engine._gates(self.contact, self.company)[self.contact.id], "objected")
        self._consent(self.contact, "given", date="2021-01-01")
        self.assertIsNone(self.engine._gates(self.contact, self.company)[self.contact.id])

    def test_consent_withdrawn_between_finding_and_sending(self):
        self._consent(self.contact)
        touchpoint = self._service()
        self.engine._create_due(self.rule)
        self._consent(self.contact, "withdrawn", date=fields.Datetime.now())
        self.requests._send_waiting()
        self.assertEqual((self._of(touchpoint).state, self._of(touchpoint).reason), ("failed", "objected to e-mail"))
        self.assertFalse(self._sent(self.contact))

    def test_pause_counts_for_the_whole_customer(self):
        self._consent(self.contact)
        self._consent(self.customer)
        self._service(self.customer)
        self._ask()
        second = self._service(self.contact, days_ago=1.5)
        self.assertEqual(self._ask(), 0)
        self.assertEqual(self.engine._preview(self.rule)["recent"], 1)
        self.env.cr.execute("UPDATE crm_feedback_request SET create_date = create_date - interval '91 days'")
        self.env.invalidate_all()
        self.assertEqual(self._ask(), 1)
        self.assertTrue(self._of(second))

    def test_nothing_before_it_was_switched_on_and_nothing_old(self):
        self._consent(self.contact)
        self.rule.since = fields.Datetime.now() - timedelta(days=3)
        self._service(days_ago=4.5)
        self.assertEqual(self._ask(), 0)
        self.rule.since = fields.Datetime.now() - timedelta(days=300)
        self.rule.max_age_days = 2
        self.assertEqual(self._ask(), 0)
        self.rule.max_age_days = 10
        self.assertEqual(self.engine._preview(self.rule)["due"], 1)
        self.rule.active = False
        self.rule.active = True
        self.assertGreater(self.rule.since, fields.Datetime.now() - timedelta(minutes=1))

    def test_narrowed_by_channel_team_and_what_was_said_already(self):
        self._consent(self.contact)
        self.rule.channel_ids = self._channel("phone")
        self._service()
        self.assertEqual(self._ask(), 0)
        self.rule.channel_ids = False
        self._touchpoints(self.customer, "service").satisfaction = "good"
        self.assertEqual(self._ask(), 0)

    def test_poison_is_set_aside_and_stops_nobody(self):
        """Five of fifty cannot be sent: the others are, the five say why and can be tried again."""
        partners = self.env["res.partner"].create(
            [{"name": f"Person {n}", "email": f"p{n}@example.com"} for n in range(50)]
        )
        for partner in partners:
            self._consent(partner)
            self._service(partner)
        bad = set(partners[::10].ids)
        original = type(self.requests)._template

        def template(request):
            if request.partner_id.id in bad:
                raise ValueError("poisoned")
            return original(request)

        with patch.object(type(self.requests), "_template", template):
            self.assertEqual(self._ask(), 50)
        asked = self.requests.search([("partner_id", "in", partners.ids)])
        self.assertEqual(len(asked.filtered(lambda r: r.state == "sent")), 45)
        failed = asked.filtered(lambda r: r.state == "failed")
        self.assertEqual(set(failed.partner_id.ids), bad)
        self.assertEqual(set(failed.mapped("reason")), {"poisoned"})
        with self.assertRaises(AccessError):
            failed.with_user(self.agent).action_retry()
        failed.with_user(self.boss).action_retry()
        self.requests._send_waiting()
        self.assertEqual(set(asked.mapped("state")), {"sent"})
        self.assertEqual(len(self._sent(partners)), 50)

    def test_killed_between_two_goes_on_without_a_second_mail(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Person {n}", "email": f"p{n}@example.com"} for n in range(10)]
        )
        for partner in partners:
            self._consent(partner)
            self._service(partner)
        self.engine._create_due(self.rule)
        original, seen = type(self.requests)._send, []

        def send(request):
            if len(seen) == 4:
                raise KeyboardInterrupt
            seen.append(request.id)
            return original(request)

        with patch.object(type(self.requests), "_send", send), self._killed():
            self.requests._send_waiting()
        self.env.invalidate_all()
        self._ask()
        asked = self.requests.search([("partner_id", "in", partners.ids)])
        self.assertEqual(set(asked.mapped("state")), {"sent"})
        self.assertEqual(len(asked), 10)
        self.assertEqual(len(self._sent(partners)), 10)

    def test_finding_is_set_based(self):
        """Thirty customers cost the statements of one."""
        for n in range(30):
            partner = self.env["res.partner"].create({"name": f"Person {n}", "email": f"p{n}@example.com"})
            self._consent(partner)
            self._service(partner)
        self.env.flush_all()
        self.engine._create_due(self.rule)
        self.requests.search([]).unlink()
        self.env.flush_all()
        with self.assertQueryCount(10):
            self.assertEqual(self.engine._create_due(self.rule), 30)

    def test_smiley_reaches_the_touchpoint_and_survives_a_rebuild(self):
        """The answer lies in the annotation of a captured touchpoint: reading the source again keeps it."""
        self._consent(self.contact)
        order = self._order(self.contact, [(self.tyres, 1)], days_ago=2)
        self.rule.kind_ids = self._kind("order")
        self._capture_history()
        self._ask()
        touchpoint = self._touchpoints(self.customer, "order")
        request = self._of(touchpoint)
        request.rating_apply(5, rating=request.rating_ids, feedback="Great")
        self.assertEqual(touchpoint.satisfaction, "good")
        touchpoint.source_id.action_read_again()
        self._capture_history()
        self.assertEqual(self._touchpoints(self.customer, "order").satisfaction, "good")
        self.env.cr.execute("DELETE FROM crm_touchpoint WHERE id = %s", [touchpoint.id])
        order.partner_id = self.contact
        touchpoint.source_id.action_read_again()
        self._capture_history()
        again = self._touchpoints(self.customer, "order")
        self.assertEqual(again.satisfaction, "good")
        self.assertEqual(self._ask(), 0, "the touchpoint captured anew was asked about already")

    def _capture_history(self):
        self.env.flush_all()
        self.env["crm.touchpoint.engine"]._run_all()
        self.env.invalidate_all()

    def test_bad_answer_calls_for_somebody_once(self):
        self._consent(self.contact)
        touchpoint = self._service(user_id=self.manager.id)
        self._ask()
        request = self._of(touchpoint)
        request.rating_apply(1, rating=request.rating_ids, feedback="<b>Too late</b>")
        activity = request.activity_id
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual((activity.res_model, activity.res_id), ("res.partner", self.contact.id))
        self.assertNotIn("<b>", activity.note)
        self.assertIn("Too late", activity.note)
        request.rating_apply(1, rating=request.rating_ids, feedback="Really")
        self.assertEqual(request.activity_id, activity)
        request.rating_apply(5, rating=request.rating_ids, feedback="Solved")
        self.assertEqual((request.satisfaction, touchpoint.satisfaction, request.comment), ("good", "good", "Solved"))
        self.assertEqual(len(request.rating_ids), 1)

    def test_who_takes_care(self):
        self._consent(self.contact)
        team = self.env["crm.team"].create({"name": "Service", "user_id": self.boss.id})
        touchpoint = self._service(user_id=self.manager.id, team_id=team.id)
        self._ask()
        request = self._of(touchpoint)
        touchpoint.team_id = team
        for responsible, user in (
            ("salesperson", self.agent),
            ("person", self.manager),
            ("leader", self.boss),
            ("user", self.user),
        ):
            self.rule.write({"responsible": responsible, "user_id": self.user.id})
            self.assertEqual(self.rule._find_responsible(request), user)
        self.agent.active = False
        self.rule.write({"responsible": "salesperson", "user_id": False})
        self.assertFalse(self.rule._find_responsible(request))
        touchpoint.user_id = False
        request.rating_apply(1, rating=request.rating_ids)
        self.assertTrue(request.activity_id.user_id.has_group("crm_kundenbindung.group_kundenbindung_manager"))

    def test_expired(self):
        self._consent(self.contact)
        touchpoint = self._service()
        self._ask()
        request = self._of(touchpoint)
        request.open_until = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(self.engine._expire(), 1)
        self.assertEqual(request.state, "expired")
        with self.assertRaises(UserError):
            request.rating_apply(5, rating=request.rating_ids)

    def test_answers_cannot_be_written_by_us(self):
        self._consent(self.contact)
        touchpoint = self._service()
        self._ask()
        for user in (self.agent, self.boss):
            request = self._of(touchpoint).with_user(user)
            for vals in ({"satisfaction": "good"}, {"state": "answered"}, {"rating": 5}, {"partner_id": self.other.id}):
                with self.assertRaises(AccessError):
                    request.write(vals)
            with self.assertRaises(AccessError):
                request.rating_apply(5, rating=request.rating_ids)
            with self.assertRaises(AccessError):
                request.create({"partner_id": self.other.id})
            request.cause_id = self.env.ref("crm_werthaltigkeit.touchpoint_reason_complaint_delay")

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("crm_kundenbindung.mail_template_feedback_smiley")
        template.with_context(lang="de_DE").subject = "Wie war es?"
        self.contact.lang = "de_DE"
        self._consent(self.contact)
        self._service()
        self._ask()
        self.assertEqual(self._sent(self.contact).subject, "Wie war es?")

    def test_touchpoints_of_asking(self):
        """That we asked is an outbound touchpoint, the answer an inbound one; the smiley counts once."""
        self._consent(self.contact)
        touchpoint = self._service()
        self._ask()
        request = self._of(touchpoint)
        request.rating_apply(1, rating=request.rating_ids, feedback="Too late")
        self._capture_history()
        asked = self._touchpoints(self.customer, "feedback_request")
        answer = self._touchpoints(self.customer, "rating")
        self.assertEqual((asked.direction, asked.channel_id.code), ("out", "email"))
        self.assertEqual((answer.direction, answer.satisfaction), ("in", False))
        self.assertEqual(answer.with_user(self.agent).summary, "Too late")
        smileys = self.env["crm.feedback.report"].search([("commercial_partner_id", "=", self.customer.id)])
        self.assertRecordValues(smileys, [{"measure": "smiley", "origin": "asked", "happy": 0, "delay": "week"}])

    def test_cron(self):
        self._consent(self.contact)
        touchpoint = self._service()
        self.env.ref("crm_kundenbindung.ir_cron_feedback").sudo().active = True
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_feedback").method_direct_trigger()
        self.assertEqual(self._of(touchpoint).state, "sent")

    def test_two_companies(self):
        """A rule asks customers of its company; the other company sees nothing of it."""
        second = self.env["res.company"].create({"name": "Second Workshop"})
        self._consent(self.contact)
        self._consent(self.other)
        mine, theirs = self._service(), self._service(self.other, company_id=second.id)
        self.assertEqual(self._ask(), 1)
        self.assertTrue(self._of(mine))
        self.rule.copy({"company_id": second.id, "active": True}).since = fields.Datetime.now() - timedelta(days=9)
        for rule in self.env["crm.feedback.rule"].search([("company_id", "=", second.id)]):
            self.engine._create_due(rule)
        self.requests._send_waiting()
        self.assertEqual(self._of(theirs).company_id, second)
        self.boss.company_ids = [(4, second.id)]
        for company, touchpoint in ((self.company, mine), (second, theirs)):
            env = self.env(user=self.boss, context={"allowed_company_ids": company.ids})
            for name in ("crm.feedback.request", "crm.feedback.rule"):
                self.assertEqual(env[name].search([]).company_id, company)
            self.assertEqual(env["crm.feedback.request"].search([]).touchpoint_id, touchpoint.with_env(env))


@tagged("post_install", "-at_install")
class TestAskByHand(FeedbackCase):
    def _wizard(self, partners, **vals):
        return (
            self.env["crm.feedback.send"].with_user(self.agent).create({"partner_ids": [(6, 0, partners.ids)], **vals})
        )

    def test_left_out_are_named_before_and_the_rest_is_asked(self):
        self._consent(self.contact)
        wizard = self._wizard(self.contact | self.other)
        self.assertEqual(wizard.asked_count, 1)
        self.assertIn("Petra Klein: without consent", wizard.left_out)
        wizard.action_send()
        request = self.requests.search([("partner_id", "=", self.contact.id)])
        self.assertEqual((request.state, request.user_id), ("sent", self.agent))
        again = self._wizard(self.contact)
        self.assertEqual(again.asked_count, 0)
        with self.assertRaises(UserError):
            again.action_send()
        request.rating_apply(1, rating=request.rating_ids, feedback="")
        self.assertEqual(request.activity_id.user_id, self.agent)
        self.env.flush_all()
        self.env["crm.touchpoint.engine"]._run_all()
        answer = self._touchpoints(self.customer, "rating")
        self.assertEqual(answer.satisfaction, "bad", "no touchpoint was asked about: the answer carries the smiley")
        rows = self.env["crm.feedback.report"].search([("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual(rows.mapped("origin"), ["asked"])

    def test_a_survey_needs_one(self):
        self._consent(self.contact)
        with self.assertRaises(UserError):
            self._wizard(self.contact, means="survey").action_send()


@tagged("post_install", "-at_install")
class TestFeedbackAnswer(FeedbackCase):
    """Filled in surveys become answers, figures and smileys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls.env.ref("crm_kundenbindung.survey_nps")
        cls.answers = cls.env["crm.feedback.answer"]

    def _fill(self, partner, score, request=None, survey=None, done=True, **scores):
        survey = survey or self.survey
        code = survey.get_external_id()[survey.id].rpartition("_")[2]
        answer = request.survey_input_id if request else survey._create_answer(partner=partner, check_attempts=False)
        for name, value in {"score": score, **scores}.items():
            question = self.env.ref(f"crm_kundenbindung.survey_{code}_{name}")
            if question.question_type == "scale":
                answer._save_lines(question, str(value))
            else:
                answer._save_lines(question, str(self.env.ref(f"crm_kundenbindung.survey_{code}_{name}_{value}").id))
        if done:
            answer._mark_done()
        return answer

    def _collect(self):
        return self.env["crm.feedback.answer.engine"]._collect()

    def test_answers_once_with_cause_channel_and_delay(self):
        self._consent(self.contact)
        self.rule.write({"means": "survey", "survey_id": self.survey.id})
        touchpoint = self._service(days_ago=5)
        self._ask()
        request = self._of(touchpoint)
        self.assertIn(request.survey_input_id.access_token, self._sent(self.contact).body_html)
        self._fill(self.contact, 3, request, cause=3, price=4, trust=2)
        self.assertEqual(self._collect(), 3)
        self.assertEqual(self._collect(), 0)
        rows = self.answers.search([("commercial_partner_id", "=", self.customer.id)], order="kind")
        self.assertEqual([(row.kind, row.score) for row in rows], [("nps", 3), ("price", 4), ("trust", 2)])
        self.assertEqual(rows.cause_id, self.env.ref("crm_werthaltigkeit.touchpoint_reason_complaint_delay"))
        self.assertEqual((rows.touchpoint_id, rows.channel_id), (touchpoint, self._channel("counter")))
        self.assertEqual(set(rows.mapped("delay_days")), {5})
        self.assertEqual(request.state, "answered")
        self.assertEqual(request.activity_id.user_id, self.agent, "a detractor calls for somebody")
        self._touchpoints(self.customer)
        self.env["crm.touchpoint.engine"]._run_all()
        self.assertEqual(len(self._touchpoints(self.customer, "survey")), 1)

    def test_csat_becomes_the_smiley(self):
        self._consent(self.contact)
        survey = self.env.ref("crm_kundenbindung.survey_csat")
        self.rule.write({"means": "survey", "survey_id": survey.id})
        touchpoint = self._service()
        self._ask()
        self._fill(self.contact, 4, self._of(touchpoint), survey)
        self._collect()
        self.assertEqual(touchpoint.satisfaction, "good")
        self.assertFalse(self._of(touchpoint).activity_id)

    def test_unfinished_and_test_entries_do_not_count(self):
        self._fill(self.contact, 9, done=False)
        self.survey._create_answer(partner=self.contact, test_entry=True, check_attempts=False)
        test = self._fill(self.contact, 9, done=False)
        test.write({"test_entry": True, "state": "done"})
        self.assertEqual(self._collect(), 0)

    def test_employees_carry_no_person(self):
        survey = self.env.ref("crm_kundenbindung.survey_employee")
        answer = survey._create_answer(user=self.agent, check_attempts=False)
        answer._save_lines(self.env.ref("crm_kundenbindung.survey_employee_nps"), "8")
        answer._mark_done()
        self._collect()
        row = self.answers.search([("survey_id", "=", survey.id)])
        self.assertRecordValues(
            row,
            [{"kind": "nps", "audience": "employee", "score": 8, "partner_id": False, "commercial_partner_id": False}],
        )
        self.assertFalse(self.env["crm.feedback.card"].search([("measure", "=", "nps"), ("answers", ">", 0)]))

    def test_scales_are_fixed(self):
        with self.assertRaisesRegex(ValidationError, "scale from 0 to 10"):
            self.env.ref("crm_kundenbindung.survey_nps_score").scale_max = 5

    def test_card_says_how_sure_it_is(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Person {n}", "company_id": self.company.id} for n in range(12)]
        )
        card = self.env["crm.feedback.card"].search(
            [("measure", "=", "nps"), ("company_id", "=", self.company.root_id.id)]
        )
        self.assertEqual((card.answers, card.figure), (0, "too few answers"))
        for partner, score in zip(partners, (10, 10, 9, 9, 9, 9, 8, 8, 7, 3, 0, 6), strict=True):
            self._fill(partner, score)
        self._collect()
        self.env.invalidate_all()
        self.assertRecordValues(
            card, [{"answers": 12, "high_count": 6, "low_count": 3, "middle_count": 3, "value": 25.0}]
        )
        self.assertEqual(card.figure, "+25")
        self.assertRegex(card.interval, r"between −\d+ and \+\d+")
        action = card.with_user(self.agent).action_open_answers()
        found = self.env["crm.feedback.report"].search(action["domain"])
        self.assertEqual(len(found), 12)
        [(nps, answers)] = self.env["crm.feedback.report"]._read_group(action["domain"], [], ["nps:avg", "answers:sum"])
        self.assertEqual((nps, answers), (25.0, 12))
        self.company.root_id.kundenbindung_feedback_minimum = 20
        self.env.invalidate_all()
        self.assertEqual((card.figure, card.interval), ("too few answers", "20 answers are needed"))

    def test_other_company_sees_nothing(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        self.contact.company_id = self.customer.company_id = self.company
        self._fill(self.contact, 9)
        self._collect()
        self.boss.company_ids = [(4, second.id)]
        env = self.env(user=self.boss, context={"allowed_company_ids": second.ids})
        for name in ("crm.feedback.answer", "crm.feedback.report"):
            self.assertFalse(env[name].search([("commercial_partner_id", "=", self.customer.id)]))
        self.assertEqual(env["crm.feedback.card"].search([]).company_id, second)
        self.assertEqual(sum(env["crm.feedback.card"].search([]).mapped("answers")), 0)


@tagged("post_install", "-at_install")
class TestHeardAndIdeas(FeedbackCase):
    def test_heard_from_customers(self):
        """Employees' log counts as employees' voice in the same report, with or without a customer."""
        action = self.env["crm.touchpoint"].with_user(self.agent).action_log_heard(self.contact.id)
        heard = (
            self.env["crm.touchpoint"].with_user(self.agent).with_context(**action["context"])
            .create({"note": "Saturdays, please", "satisfaction": "bad"})
        )  # fmt: skip
        self.assertEqual(
            (heard.kind_code, heard.direction, heard.commercial_partner_id), ("heard", "internal", self.customer)
        )
        nobody = self.env["crm.touchpoint"].with_user(self.agent).with_context(
            **dict(action["context"], default_partner_id=False)
        ).create({"note": "Many ask for electric cars", "satisfaction": "neutral"})  # fmt: skip
        rows = self.env["crm.feedback.report"].search([("touchpoint_id", "in", (heard | nobody).ids)])
        self.assertEqual(set(rows.mapped("audience")), {"employee"})
        self.assertEqual(set(rows.mapped("origin")), {"heard"})

    def test_idea_from_a_customer_to_its_answer(self):
        idea = (
            self.env["crm.idea"].with_user(self.agent).create({"name": "Loan bicycles", "partner_id": self.contact.id})
        )
        self.assertEqual((idea.origin, idea.state, idea.author_id), ("customer", "new", self.agent))
        idea.action_vote()
        idea.with_user(self.boss).action_vote()
        self.assertEqual(idea.vote_count, 2)
        idea.action_vote()
        self.assertEqual(idea.vote_count, 1)
        with self.assertRaises(AccessError):
            idea.with_user(self.user).name = "Mine now"
        idea.stage_id = self.env.ref("crm_kundenbindung.idea_stage_adopted")
        action = idea.action_answer()
        composer = self.env["mail.compose.message"].with_user(self.agent).with_context(**action["context"]).create({})
        self.assertIn("We will do it", composer.body)
        composer.body += "<p>From June on.</p>"
        composer._action_send_mail()
        self.assertTrue(idea.answered_on)
        self.assertEqual(idea.message_ids[0].partner_ids, self.contact)
        self.env.flush_all()
        self.env["crm.touchpoint.engine"]._run_all()
        self.assertEqual(self._touchpoints(self.customer, "idea").direction, "in")

    def test_uninstalling_lets_go_of_the_history(self):
        """What the addon captured goes with it; what somebody heard and noted stays, as a contact."""
        action = self.env["crm.touchpoint"].action_log_heard(self.contact.id)
        heard = self.env["crm.touchpoint"].with_context(**action["context"]).create({"note": "Saturdays, please"})
        self.env["crm.idea"].create({"name": "Loan bicycles", "partner_id": self.contact.id})
        self.env.flush_all()
        self.env["crm.touchpoint.engine"]._run_all()
        self.assertTrue(self._touchpoints(self.customer, "idea"))
        for statement in self.env["crm.touchpoint.query"]._forget_addon("crm_kundenbindung"):
            self.env.cr.execute(statement)
        self.assertFalse(self._touchpoints(self.customer, "idea"))
        self.assertEqual(heard.kind_id, self._kind("contact"))

    def test_an_idea_said_again(self):
        first, second = self.env["crm.idea"].create([{"name": "One"}, {"name": "Two"}])
        second.duplicate_of_id = first
        self.assertEqual(first.duplicate_ids, second)
        with self.assertRaises(ValidationError):
            first.duplicate_of_id = second
