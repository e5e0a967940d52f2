from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase

MAIL = """From: {sender}
To: {to}
Subject: Bremsen quietschen
Message-Id: <{number}@customer.example>
Date: Mon, 02 Feb 2026 10:00:00 +0100
Content-Type: text/plain

Seit gestern quietschen die Bremsen wieder.
"""


class ServiceCase(WerthaltigkeitCase):
    """A firm that has switched on complaints and promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_service")
        cls.complaints = cls.env["crm.complaint"]
        cls.promises = cls.env["crm.promise"]
        cls.today = cls.company._werthaltigkeit_today()
        cls.rework = cls.env.ref("crm_kundenbindung.complaint_remedy_rework")
        cls.refund = cls.env.ref("crm_kundenbindung.complaint_remedy_refund")

    @classmethod
    def _complaint(cls, partner=None, days_ago=0, **vals):
        return cls.complaints.create(
            {
                "name": "Brakes squeal again",
                "partner_id": (partner or cls.customer).id,
                "opened_on": fields.Datetime.now() - timedelta(days=days_ago),
                "cause_id": cls.env.ref("crm_kundenbindung.complaint_cause_work_again").id,
                **vals,
            }
        )

    @classmethod
    def _promise(cls, partner=None, due=3, **vals):
        return cls.promises.create(
            {
                "name": "Call back with the price",
                "partner_id": (partner or cls.customer).id,
                "due_date": cls.today + timedelta(days=due),
                "user_id": cls.user.id,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestComplaint(ServiceCase):
    def test_due_date_follows_the_severity_and_the_clock_stops_with_the_stage(self):
        complaint = self._complaint(days_ago=5)
        self.assertEqual(complaint.due_date, complaint._day(complaint.opened_on) + timedelta(days=7))
        self.assertFalse(complaint.overdue)
        complaint.severity_id = self.env.ref("crm_kundenbindung.complaint_severity_serious")
        self.assertTrue(complaint.overdue)
        self.assertIn(complaint, self.complaints.search([("overdue", "=", True)]))
        complaint.with_user(self.user).action_solve()
        self.assertEqual((complaint.state, complaint.timeliness), ("solved", "late"))
        self.assertAlmostEqual(complaint.days_to_solve, 5, places=1)
        self.assertNotIn(complaint, self.complaints.search([("overdue", "=", True)]))
        complaint.action_reopen()
        self.assertFalse(complaint.closed_on or complaint.timeliness)

    def test_causes_have_two_levels(self):
        cause = self.env.ref("crm_kundenbindung.complaint_cause_work_again")
        self.assertEqual(self._complaint().cause_field_id, cause.parent_id)
        with self.assertRaises(ValidationError):
            self.env["crm.complaint.cause"].create({"name": "Third", "parent_id": cause.id})

    def test_history_and_result_hear_of_complaint_and_remedy(self):
        self._order(self.customer, [(self.tyres, 4)], days_ago=30)
        self.company.action_confirm_rates()
        self._kind("complaint").handling_cost = 25
        complaint = self._complaint(days_ago=2, channel_id=self._channel("phone").id)
        self._capture()
        opened = self._touchpoints(self.customer, "complaint")
        self.assertEqual((opened.channel_id.code, opened.direction), ("phone", "in"))
        complaint.write({"remedy_id": self.rework.id, "remedy_cost": 120})
        complaint.action_solve()
        self._capture()
        solved = self._touchpoints(self.customer, "complaint_solved")
        self.assertEqual((solved.cost, solved.own_cost), (120, 120))
        self.values._rebuild(self.company)
        value = self._value(self.customer)
        self.assertEqual(value.touchpoint_cost, sum(self._touchpoints(self.customer).mapped("cost")))
        self.assertAlmostEqual(value.db3, value.db2 - value.touchpoint_cost)
        with self.subTest("rates that change keep the remedy"):
            self._kind("complaint_solved_").handling_cost = 10
            self._capture()
            self.assertEqual(self._touchpoints(self.customer, "complaint_solved").cost, 130)
        with self.subTest("booked elsewhere it is not charged again"):
            complaint.remedy_id = self.refund
            self._capture()
            self.assertEqual(self._touchpoints(self.customer, "complaint_solved").own_cost, 0)
        with self.subTest("reopened, its solution is gone"):
            complaint.action_reopen()
            self._capture()
            self.assertFalse(self._touchpoints(self.customer, "complaint_solved"))
            self.assertTrue(self._touchpoints(self.customer, "complaint"))

    @classmethod
    def _kind(cls, code):
        if code == "complaint_solved_":
            return cls.env.ref("crm_kundenbindung.touchpoint_kind_complaint_solved")
        return super()._kind(code)

    def test_mail_makes_a_complaint(self):
        self.env["mail.alias.domain"].create({"name": "workshop.example"})
        self.company.kundenbindung_complaint_alias_name = "reklamation"
        alias = self.company.kundenbindung_complaint_alias_id
        process = self.env["mail.thread"].message_process
        known = process("crm.lead", MAIL.format(sender="anna@taxi-brandt.example", to=alias.alias_full_name, number=1))
        complaint = self.complaints.browse(known)
        self.assertEqual((complaint._name, complaint.name), ("crm.complaint", "Bremsen quietschen"))
        self.assertEqual((complaint.partner_id, complaint.commercial_partner_id), (self.contact, self.customer))
        self.assertEqual(complaint.company_id, self.company)
        unknown = process("crm.lead", MAIL.format(sender="new@somewhere.example", to=alias.alias_full_name, number=2))
        complaint = self.complaints.browse(unknown)
        self.assertEqual((complaint.email_from, complaint.partner_id.id), ("new@somewhere.example", False))
        self.assertFalse(complaint.user_id)
        with self.subTest("our answer to a new contact makes it the customer"):
            partner = self.env["res.partner"].create({"name": "New", "email": "new@somewhere.example"})
            complaint.with_user(self.user).message_post(body="We are sorry", partner_ids=partner.ids)
            self.assertEqual(complaint.partner_id, partner)

    def test_a_complaint_logged_as_contact_counts_once(self):
        form = Form(self.env["crm.touchpoint"].with_user(self.user), "crm_werthaltigkeit.crm_touchpoint_view_form_log")
        form.partner_id = self.contact
        form.kind_id = self._kind("complaint")
        form.channel_id = self._channel("phone")
        self.assertTrue(form.open_complaint)
        form.note = "Brakes squeal"
        touchpoint = form.save()
        complaint = self.complaints.search([("touchpoint_id", "=", touchpoint.id)])
        self.assertEqual((complaint.name, complaint.partner_id), ("Brakes squeal", self.contact))
        self._capture()
        self.assertEqual(len(self._touchpoints(self.customer, "complaint")), 1)

    def test_report_of_causes_and_times(self):
        in_time, late = self._complaint(days_ago=2), self._complaint(days_ago=30, product_id=self.tyres.id)
        (in_time | late).action_solve()
        self._complaint(days_ago=1).action_cancel()
        self._complaint(days_ago=20)
        report = self.env["crm.complaint.report"].with_user(self.user)
        domain = [("commercial_partner_id", "=", self.customer.id)]
        [(count, rate, days)] = report._read_group(
            domain, [], ["complaint_count:sum", "in_time_rate:avg", "days_to_solve:avg"]
        )
        self.assertEqual((count, round(rate, 4)), (3, round(1 / 3, 4)))
        self.assertAlmostEqual(days, 16, places=1)
        self.assertEqual(report.search([*domain, ("product_id", "=", self.tyres.id)]).complaint_id, late)

    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        theirs = self.complaints.with_company(second).create(
            {"name": "Theirs", "partner_id": self.customer.id, "company_id": second.id}
        )
        promise = self._promise(company_id=second.id)
        own = {"allowed_company_ids": self.company.ids}
        for record in (theirs, promise):
            seen = record.with_user(self.user).with_context(**own)
            self.assertNotIn(record, seen.search([]))
            with self.assertRaises(AccessError):
                seen.read(["name"])
        for model in ("crm.complaint.report", "crm.promise.report"):
            self.assertFalse(
                self.env[model].with_user(self.user).with_context(**own).search([("company_id", "=", second.id)])
            )


@tagged("post_install", "-at_install")
class TestPromise(ServiceCase):
    def test_log_contact_with_a_promise_in_one_line(self):
        form = Form(self.env["crm.touchpoint"].with_user(self.user), "crm_werthaltigkeit.crm_touchpoint_view_form_log")
        form.partner_id = self.contact
        form.channel_id = self._channel("phone")
        form.note = "Asked for brake pads, promised a call by Friday"
        form.promise = True
        form.promise_due = self.today + timedelta(days=4)
        touchpoint = form.save()
        promise = self.promises.search([("touchpoint_id", "=", touchpoint.id)])
        self.assertEqual((promise.name, promise.direction), (touchpoint.note, "to"))
        self.assertEqual((promise.commercial_partner_id, promise.user_id), (self.customer, self.user))
        self.assertEqual(promise.record_ref, touchpoint)
        reminder = promise.activity_ids
        self.assertEqual((reminder.date_deadline, reminder.user_id), (self.today + timedelta(days=3), self.user))
        promise.with_user(self.user).action_kept()
        self.assertFalse(promise.activity_ids)
        self._capture()
        kept = self._touchpoints(self.customer, "promise_kept")
        self.assertEqual((kept.direction, kept.automatic), ("out", True))
        with self.assertRaises(UserError):
            promise.action_broken()

    def test_a_promise_to_a_prospect_moves_along(self):
        lead = self.env["crm.lead"].create({"name": "New fleet", "contact_name": "Somebody"})
        touchpoint = self.env["crm.touchpoint"].create(
            {"lead_id": lead.id, "note": "Send the offer", "promise": True, "promise_due": self.today}
        )
        promise = self.promises.search([("touchpoint_id", "=", touchpoint.id)])
        self.assertEqual((promise.lead_id, promise.partner_id.id), (lead, False))
        lead.partner_id = self.other
        self.promises._cron_promises()
        self.assertEqual(promise.commercial_partner_id, self.other)

    def test_a_promise_to_a_prospect_follows_its_lead(self):
        """Merged with another the lead takes it along; deleted, it leaves no promise to nobody."""
        leads = self.env["crm.lead"].create([{"name": name, "type": "opportunity"} for name in ("One", "Two")])
        first, second = (self._promise(partner_id=False, lead_id=lead.id) for lead in leads)
        known = self._promise(lead_id=leads[1].id)
        kept = leads.merge_opportunity()
        self.assertEqual((first | second | known).lead_id, kept)
        kept.unlink()
        self.assertFalse((first | second).exists())
        self.assertEqual((known.exists(), known.lead_id.id), (known, False))

    def test_time_breaks_a_promise_only_where_the_company_says_so(self):
        promise, fresh = self._promise(due=-10), self._promise(due=-2)
        self.assertTrue(promise.overdue)
        self.promises._cron_promises()
        self.assertEqual(promise.state, "open")
        self.company.kundenbindung_promise_broken_days = 5
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_promise").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((promise.state, promise.automatic, fresh.state), ("broken", True, "open"))
        promise.action_reopen()
        self.assertFalse(promise.automatic or promise.closed_on)

    def test_kept_rate_counts_what_is_overdue_and_leaves_out_what_was_withdrawn(self):
        self._promise(due=-1).action_kept()
        self._promise(due=-1).action_broken()
        self._promise(due=-1).action_withdraw()
        self._promise(due=-1)
        self._promise(due=5)
        report = self.env["crm.promise.report"].with_user(self.user)
        [(kept, due, rate)] = report._read_group(
            [("commercial_partner_id", "=", self.customer.id)], [], ["kept_count:sum", "due_count:sum", "kept_rate:avg"]
        )
        self.assertEqual((kept, due, round(rate, 4)), (1, 3, round(1 / 3, 4)))

    def test_nobody_is_counted_per_person_unless_the_company_wants_it(self):
        self._promise(due=-1).action_kept()
        report = self.env["crm.promise.report"].with_user(self.manager)
        domain = [("commercial_partner_id", "=", self.customer.id)]
        self.assertEqual(report._read_group(domain, ["user_id"], ["kept_count:sum"])[0][0].id, False)
        self.assertFalse(report.search(domain).user_id)
        promises = self.promises.with_user(self.manager)
        for path in ("user_id", "create_uid", "touchpoint_id.user_id"):
            with self.subTest(path), self.assertRaises(AccessError):
                promises.formatted_read_group(domain, [path], ["__count"])
        self.company.kundenbindung_promise_per_person = True
        self.assertEqual(report._read_group(domain, ["user_id"], ["kept_count:sum"])[0][0], self.user)
        self.assertTrue(promises.formatted_read_group(domain, ["user_id"], ["__count"]))

    def test_reminders_follow_the_promise(self):
        promise = self._promise(due=10)
        self.company.kundenbindung_promise_reminder_days = 2
        promise.write({"due_date": self.today + timedelta(days=20), "user_id": self.manager.id})
        self.assertEqual(promise.activity_ids.date_deadline, self.today + timedelta(days=18))
        self.assertEqual(promise.activity_ids.user_id, self.manager)
        promise.action_broken()
        self.assertFalse(promise.activity_ids)
        promise.action_reopen()
        self.assertTrue(promise.activity_ids)

    def test_internal_promises_need_no_customer(self):
        self.assertTrue(self.promises.create({"name": "Lift free", "scope": "internal", "due_date": self.today}))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.promises.create({"name": "To nobody", "due_date": self.today}).flush_recordset()
