from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LedgerCase


class ReferralCase(LedgerCase):
    """A customer card that gives 100 points for a recommendation, and 50 to whoever was recommended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.tyres | cls.labour).invoice_policy = "order"
        cls.env["loyalty.program"].search([]).referral_active = False
        cls.program.rule_ids.unlink()
        cls.program.write(
            {"referral_active": True, "referral_points_referrer": 100, "referral_points_new": 50, "referral_limit": 0}
        )
        cls.referrals = cls.env["crm.referral"]
        cls.referrer = cls.env["res.partner"].create(
            {"name": "Rita Empfehler", "email": "rita@example.com", "phone": "0151 23456789", "street": "Hauptstr. 1", "zip": "24103", "city": "Kiel"}
        )  # fmt: skip
        cls.newcomer = cls.env["res.partner"].create({"name": "Nils Neu", "email": "nils@example.com"})

    def _enter(self, referrer=None, partner=None, **vals):
        partner = self.newcomer if partner is None else partner
        return self.referrals._enter(
            referrer or self.referrer, self.company, partner_id=partner.id, contact_name=partner.name, **vals
        )

    def _follow(self):
        for referral in self.referrals.browse(self.env["crm.referral.engine"]._due()):
            referral._follow()
        self.env.flush_all()
        self.env.invalidate_all()

    def _points(self, partner):
        return sum(self.env["loyalty.card"].search([("partner_id", "=", partner.id)]).mapped("points"))

    def assertGiven(self, referral, state, referrer, new):
        self._follow()
        given = referral.state, self._points(self.referrer), self._points(self.newcomer)
        self.assertEqual(given, (state, referrer, new))
        entries = self.env["loyalty.ledger"].search(
            [("origin_model", "=", "crm.referral"), ("origin_id", "=", referral.id), ("cause", "=", "referral")]
        )
        self.assertEqual(sum(entries.mapped("amount")), referral.points_referrer + referral.points_new)
        self.assertProved()


@tagged("post_install", "-at_install")
class TestReferral(ReferralCase):
    def test_rewarded_when_the_first_order_is_invoiced_and_not_before(self):
        referral = self._enter()
        self.assertGiven(referral, "named", 0, 0)
        order = self._order(self.newcomer, [(self.tyres, 2)])
        self.assertGiven(referral, "customer", 0, 0)
        self.assertEqual(referral.order_id, order)
        invoice = order._create_invoices()
        self.assertGiven(referral, "customer", 0, 0)
        invoice.action_post()
        self.assertGiven(referral, "rewarded", 100, 50)
        self.assertEqual(referral.order_id, order)
        self.assertNotIn(referral.id, self.env["crm.referral.engine"]._due())
        referral._follow()
        self.assertGiven(referral, "rewarded", 100, 50)
        card = referral.card_referrer_id
        self.assertEqual(self._statement(card), [("referral", 100, 100)])
        self.assertEqual(self._entries(card).description, f"Thanks for a referral: {referral.display_name}")

    def test_a_later_invoice_does_not_reward_before_the_first(self):
        referral = self._enter()
        first = self._order(self.newcomer, [(self.tyres, 2)])
        second = self._order(self.newcomer, [(self.tyres, 2)])
        self._invoice(second)
        self.assertGiven(referral, "customer", 0, 0)
        first._action_cancel()
        self.assertGiven(referral, "rewarded", 100, 50)
        self.assertEqual(referral.order_id, second)

    def test_taken_back_on_a_full_refund_not_on_half_of_one(self):
        referral = self._enter()
        invoice = self._invoice(self._order(self.newcomer, [(self.tyres, 2)]))
        self.assertGiven(referral, "rewarded", 100, 50)
        half = self._credit(invoice, 0.5)
        self.assertGiven(referral, "rewarded", 100, 50)
        rest = self._credit(invoice, 0.5)
        self.assertGiven(referral, "named", 0, 0)
        self.assertTrue(referral.taken_back_on)
        self.assertGiven(referral, "named", 0, 0)
        # The credit note is withdrawn: the order stands again.
        rest.button_draft()
        self._follow_all(referral)
        self.assertGiven(referral, "rewarded", 100, 50)
        self.assertFalse(referral.taken_back_on)
        self.assertEqual(half.state, "posted")

    def _follow_all(self, referrals):
        for referral in referrals:
            referral._follow()

    def test_taken_back_on_cancellation_even_when_spent(self):
        referral = self._enter()
        order = self._order(self.newcomer, [(self.tyres, 2)])
        self._invoice(order)
        self.assertGiven(referral, "rewarded", 100, 50)
        card = referral.card_referrer_id
        spent = self._spend(self._order(self.referrer, [(self.tyres, 1)], confirm=False), card)
        spent.action_confirm()
        self.assertEqual(card.points, 0)
        order.invoice_ids.button_draft()
        order.invoice_ids.button_cancel()
        order._action_cancel()
        self.assertGiven(referral, "named", 0, 0)
        self.assertEqual(card.ledger_debt, 100)
        again = self._order(self.newcomer, [(self.tyres, 1)])
        self._invoice(again)
        self.assertGiven(referral, "rewarded", 0, 50)
        self.assertEqual(card.ledger_debt, 0, "the points given again pay back the debt")

    def test_the_documents_only_wake_the_job(self):
        referral = self._enter()
        cron = self.env.ref("crm_kundenbindung.ir_cron_referral")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([]).unlink()
        order = self._order(self.newcomer, [(self.tyres, 2)])
        self._invoice(self._order(self.other, [(self.tyres, 1)]))
        self.assertFalse(triggers.search([("cron_id", "=", cron.id)]))
        self._invoice(order)
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))
        self.assertEqual(referral.state, "named")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertGiven(referral, "rewarded", 100, 50)

    def test_a_minimum_for_the_first_order(self):
        self.program.referral_minimum = 150
        referral = self._enter()
        self._invoice(self._order(self.newcomer, [(self.tyres, 1)]))
        self.assertGiven(referral, "named", 0, 0)
        self._invoice(self._order(self.newcomer, [(self.tyres, 2)]))
        self.assertGiven(referral, "rewarded", 100, 50)

    def test_the_limit_of_a_referrer(self):
        """Beyond the limit the referrer gets nothing more; the new customer does, who cannot know of it."""
        self.program.write({"referral_limit": 2, "referral_limit_months": 6})
        given = []
        for number in range(4):
            partner = self.env["res.partner"].create({"name": f"New {number}"})
            referral = self._enter(partner=partner)
            self._invoice(self._order(partner, [(self.tyres, 1)]))
            self._follow()
            given.append((referral.state, referral.limited, self._points(partner)))
            if number == 2:
                self.referrals.search([("points_referrer", ">", 0)], limit=1).rewarded_on = "2020-01-01"
        rewarded, limited = ("rewarded", False, 50), ("rewarded", True, 50)
        self.assertEqual(given, [rewarded, rewarded, limited, rewarded])
        self.assertEqual(self._points(self.referrer), 300)
        self.assertProved()

    # -- what is none --------------------------------------------------------------------------------------

    def _refused(self, **vals):
        partner = self.env["res.partner"].create({"name": "Doubtful", **vals})
        return self._enter(partner=partner).refusal

    def test_one_and_the_same_is_refused_with_the_reason(self):
        self.referrer.vat = False
        company = self.env["res.partner"].create({"name": "Rita GmbH", "is_company": True, "vat": "DE 136 695 976"})
        self.assertEqual(self._enter(partner=self.referrer).refusal, "self")
        child = self.env["res.partner"].create({"name": "Sub", "parent_id": self.referrer.id})
        self.assertEqual(self._enter(partner=child).refusal, "self")
        self.assertEqual(self._refused(email="RITA@Example.com "), "email")
        self.assertEqual(self._refused(phone="+49 151 23456789") or "phone", "phone")
        self.assertEqual(self._refused(street="hauptstr 1", zip="24103", city="Kiel"), "address")
        self.assertFalse(self._refused(street="Hauptstr. 2", zip="24103", city="Kiel"))
        vat = self.env["res.partner"].create({"name": "Rita II", "vat": "DE136695976"})
        self.assertEqual(self._enter(referrer=company, partner=vat).refusal, "vat")

    def test_the_same_phone_in_another_notation(self):
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(self._refused(phone="+49 151 23456789"), "phone")
        self.assertFalse(self._refused(phone="+49 151 99999999"))

    def test_what_a_lead_says_is_checked_too(self):
        referral = self._enter(partner=self.env["res.partner"], email="rita@example.com")
        self.assertEqual(referral.refusal, "email")

    def test_circles_of_any_length(self):
        chain = self.env["res.partner"].create([{"name": f"Link {number}"} for number in range(4)])
        for referrer, partner in zip(chain, chain[1:]):
            self.assertFalse(self._enter(referrer, partner).refusal)
        self.assertEqual(self._enter(chain[3], chain[0]).refusal, "circle")
        self.assertEqual(self._enter(chain[1], chain[0]).refusal, "circle")

    def test_the_first_who_names_somebody_counts(self):
        first = self._enter()
        second = self._enter(referrer=self.other)
        self.assertEqual((first.refusal, second.refusal), (False, "already"))

    def test_whoever_bought_before_is_no_new_customer(self):
        self._order(self.newcomer, [(self.tyres, 1)], days_ago=3)
        self.assertEqual(self._enter().refusal, "known")

    def test_an_order_on_the_day_of_the_referral_counts(self):
        self._invoice(self._order(self.newcomer, [(self.tyres, 1)]))
        referral = self._enter()
        self.assertEqual((referral.refusal, referral.state), (False, "rewarded"))

    def test_in_time(self):
        self.program.referral_days = 30
        referral = self._enter()
        referral.named_on = datetime.now() - timedelta(days=31)
        self._follow()
        self.assertEqual(referral.refusal, "expired")
        referral.with_user(self.manager).action_accept()
        self.assertEqual((referral.state, referral.accepted_by_id), ("named", self.manager))
        self._follow()
        self.assertEqual(referral.state, "named")

    def test_who_never_became_a_customer_is_forgotten(self):
        vals = {"contact_name": "Nobody", "email": "rita@example.com", "phone": "0431 1"}
        old, young = (self.referrals._enter(self.referrer, self.company, **vals) for _number in range(2))
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_referral SET write_date = now() - interval '7 months' WHERE id = %s", [old.id])
        self.env.invalidate_all()
        self.referrals._gc_contact_data()
        self.assertEqual((old.state, old.contact_name, old.email, old.phone), ("refused", False, False, False))
        self.assertEqual(young.contact_name, "Nobody")

    def test_a_manager_knows_better_but_not_of_a_circle(self):
        doubtful = self._enter(
            partner=self.env["res.partner"].create({"name": "Daughter", "email": "rita@example.com"})
        )
        own = self._enter(partner=self.referrer)
        with self.assertRaises(AccessError):
            doubtful.with_user(self.user).action_accept()
        doubtful.with_user(self.manager).action_accept()
        self.assertEqual((doubtful.state, doubtful.refusal), ("named", False))
        with self.assertRaises(UserError):
            own.with_user(self.manager).action_accept()

    # -- who may what ------------------------------------------------------------------------------------------

    def test_nothing_is_written_by_hand(self):
        referral = self._enter()
        for user in (self.user, self.manager):
            for vals in ({"stage_id": self.referrals._stage("rewarded").id}, {"points_new": 5}, {"order_id": 1}):
                with self.assertRaises(AccessError):
                    referral.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                self.referrals.with_user(user).create({"contact_name": "Made Up"})
        referral.with_user(self.user).note = "Met at the fair"

    def test_entered_by_code_or_name(self):
        code = self.env["crm.referral.code"]._of(self.referrer, self.company)
        self.assertEqual(self.env["crm.referral.code"]._of(self.referrer, self.company), code)
        lead = self.env["crm.lead"].create(
            {"name": "Enquiry", "contact_name": "Lea Lead", "phone": "040 1234", "user_id": self.user.id}
        )
        written = " ".join(code.code[i : i + 4].lower() for i in range(0, 16, 4))
        wizard = self.env["crm.referral.enter"].with_user(self.user).create({"lead_id": lead.id, "code": written})
        referral = self.referrals.browse(wizard.action_enter()["res_id"])
        self.assertEqual((referral.referrer_id, referral.lead_id, referral.state), (self.referrer, lead, "lead"))
        self.assertEqual(lead.with_user(self.manager).kundenbindung_referrer_id, self.referrer)
        with self.assertRaises(UserError):
            wizard.create({"lead_id": lead.id, "code": "ABCD EFGH JKLM NPQR"}).action_enter()
        lead.partner_id = self.newcomer
        self._follow()
        self.assertEqual((referral.customer_id, referral.state), (self.newcomer, "lead"))

    def test_codes_are_strong_and_revocable(self):
        url = self.referrer._referral_url()
        self.assertEqual(self.referrer._referral_url(), url)
        code = self.env["crm.referral.code"].search([("partner_id", "=", self.referrer.id)])
        self.assertTrue(url.endswith(f"/refer/{code.code}"))
        self.assertGreaterEqual(len(code.code) * 5, 64)
        code.with_user(self.user).action_new_code()
        self.assertNotEqual(self.referrer._referral_url(), url)
        self.assertFalse(code._find(code.code))
        self.program.referral_active = False
        self.assertFalse(self.referrer._referral_url())

    # -- figures, touchpoints, contact ---------------------------------------------------------------------------

    def test_referral_rate_touchpoint_and_contact(self):
        self._enter()
        self._enter(referrer=self.other, partner=self.other)
        self.env.flush_all()
        self.env["crm.touchpoint.engine"]._run_all()
        self.assertEqual(len(self._touchpoints(self.referrer, "referral")), 1)
        self.assertFalse(self._touchpoints(self.other, "referral"), "a refused one is no recommendation")
        kpi = self.env.ref("crm_kundenbindung.kpi_referral_rate")
        period = (fields.Date.today().replace(day=1), fields.Date.today() + timedelta(days=1))

        def measure():
            found = self.env["crm.kpi.engine"]._measure(self.company, kpi, [period])
            return found[kpi, period][1:3]

        self.assertEqual(measure(), (1, 1))
        self.env.cr.execute("DELETE FROM crm_touchpoint")
        self.assertEqual(measure(), (1, 1), "the referral itself counts, once")
        contact = self.referrer.with_user(self.user)
        self.env.invalidate_all()
        self.assertEqual(contact.kundenbindung_referral_count, 1)

    def test_template(self):
        self.assertIn("kundenbindung_referral", self.env["loyalty.program"].get_program_templates())
        self.program.referral_active = False
        action = self.env["loyalty.program"].create_from_template("kundenbindung_referral")
        program = self.env["loyalty.program"].browse(action["res_id"])
        self.assertTrue(program.referral_active)
        self.assertFalse(program.rule_ids)
        self.assertEqual(self.env["loyalty.program"]._referral_program(self.company), program)
        with self.assertRaises(ValidationError):
            self._promotion(referral_active=True)

    # -- merges ----------------------------------------------------------------------------------------------------

    def test_a_merged_referrer_is_still_the_one(self):
        referral = self._enter()
        invoice = self._invoice(self._order(self.newcomer, [(self.tyres, 1)]))
        self.assertGiven(referral, "rewarded", 100, 50)
        twin = self.env["res.partner"].create({"name": "Rita E."})
        self._card(twin, 7)
        self.env["base.partner.merge.automatic.wizard"]._merge((twin | self.referrer).ids, twin)
        self.assertEqual(referral.referrer_customer_id, twin)
        self.assertEqual(self._points(twin), 107)
        self._credit(invoice)
        self._follow()
        self.assertEqual(self._points(twin), 7)
        self.assertEqual((referral.points_referrer, referral.points_new), (0, 0))
        self.assertProved()

    def test_merged_into_one_before_the_reward_is_a_self_referral(self):
        referral = self._enter()
        self._invoice(self._order(self.newcomer, [(self.tyres, 1)]))
        self.env["base.partner.merge.automatic.wizard"]._merge((self.referrer | self.newcomer).ids, self.referrer)
        self._follow()
        self.assertEqual((referral.state, referral.refusal), ("refused", "self"))
        self.assertEqual(self._points(self.referrer), 0)

    def test_merged_leads_keep_their_referral(self):
        leads = self.env["crm.lead"].create(
            [{"name": "One", "type": "opportunity"}, {"name": "Two", "type": "opportunity"}]
        )
        referral = self._enter(partner=self.env["res.partner"], lead_id=leads[1].id)
        kept = leads.merge_opportunity()
        self.assertEqual(referral.lead_id, kept)

    # -- companies ---------------------------------------------------------------------------------------------------

    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        theirs = self._program("Theirs", company_id=second.id, referral_active=True)
        own = self._enter()
        foreign = self.referrals._enter(self.referrer, second, partner_id=self.newcomer.id)
        self.assertEqual((own.program_id, foreign.program_id), (self.program, theirs))
        self.assertFalse(foreign.refusal, "each company has its own referrals")
        self._invoice(self._order(self.newcomer, [(self.tyres, 1)]))
        self._follow()
        self.assertEqual((own.state, foreign.state), ("rewarded", "named"))
        code = self.env["crm.referral.code"]._of(self.referrer, second)
        self.assertFalse(code._find(code.code, self.company))
        self.manager.write({"company_ids": [Command.link(second.id)]})
        seen = self.referrals.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(seen.search([]), own)
        with self.assertRaises(AccessError):
            seen.browse(foreign.id).read(["contact_name"])

    def test_a_bad_one_stops_no_other(self):
        bad, good = self._enter(), self._enter(partner=self.other)
        for partner in (self.newcomer, self.other):
            self._invoice(self._order(partner, [(self.tyres, 1)]))
        follow = type(bad)._follow

        def broken(referral):
            if referral == bad:
                raise ValueError("broken")
            return follow(referral)

        self.patch(type(bad), "_follow", broken)
        with self.enter_registry_test_mode(), self.assertLogs("odoo.addons.crm_kundenbindung", "WARNING"):
            self.env.ref("crm_kundenbindung.ir_cron_referral").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((bad.state, good.state), ("named", "rewarded"))
        self.assertTrue(
            self.env["loyalty.ledger.issue"].search([("res_model", "=", "crm.referral"), ("res_id", "=", bad.id)])
        )


@tagged("post_install", "-at_install")
class TestReferralThanks(ReferralCase):
    """The referrer hears of the reward, where a mail may be sent."""

    def _reward(self):
        referral = self._enter()
        self._invoice(self._order(self.newcomer, [(self.tyres, 2)]))
        self._follow()
        self.assertEqual((referral.state, self._points(self.referrer)), ("rewarded", 100))
        return referral

    def _agree(self):
        self.env["crm.consent"].create({"partner_id": self.referrer.id, "purpose": "mail", "state": "given"})

    def _mails(self):
        return self.env["mail.mail"].search([("recipient_ids", "in", self.referrer.ids)])

    def test_a_mail_once_to_who_agreed(self):
        self._agree()
        referral = self._reward()
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertTrue(referral.thanked_on)
        self.assertIn("100", mail.subject)
        self.assertIn("/card/", mail.body_html)
        self.assertNotIn("Nils", mail.body_html, "who bought is nobody else's business")
        referral._take_back()
        referral._settle()
        self.assertEqual(self._mails(), mail, "not thanked twice for the same person")

    def test_no_mail_without_consent_but_the_points(self):
        self.company.kundenbindung_existing_customer = False
        referral = self._reward()
        self.assertFalse(self._mails())
        self.assertFalse(referral.thanked_on)
        self.assertIn("no mail", str(referral.message_ids[0].body))

    def test_the_mail_counts_as_a_contact(self):
        self._agree()
        self.company.write({"kundenbindung_pressure_count": 1, "kundenbindung_pressure_days": 30})
        reasons = self.env["crm.contact.pressure"]._reasons
        self.assertFalse(reasons(self.referrer, self.company)[self.referrer.id])
        self._reward()
        self.assertEqual(reasons(self.referrer, self.company)[self.referrer.id], "pressure")

    def test_a_mail_that_fails_takes_back_no_points(self):
        self._agree()
        template = self.env.ref("crm_kundenbindung.mail_template_referral_rewarded")
        template.body_html = "<p><t t-out='object.no_such_field'/></p>"
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            referral = self._reward()
        self.assertFalse(self._mails() or referral.thanked_on)
