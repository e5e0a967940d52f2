from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class ObjectCase(WerthaltigkeitCase):
    """A firm that looks after cars, and a customer who agreed to mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_object")
        cls.today = cls.company._werthaltigkeit_today()
        cls.car = cls.env.ref("crm_kundenbindung.object_kind_car")
        cls.inspection = cls.env.ref("crm_kundenbindung.object_due_inspection")
        cls.service = cls.env.ref("crm_kundenbindung.object_due_service")
        cls.company.write({"kundenbindung_pressure_count": 0, "kundenbindung_existing_customer": False})
        cls.customer.user_id = cls.user
        cls.due_model = cls.env["crm.customer.object.due"]

    @classmethod
    def _consent(cls, partner, state="given"):
        cls.env["crm.consent"].create({"partner_id": partner.id, "purpose": "mail", "state": state, "origin": "test"})

    @classmethod
    def _object(cls, partner=None, due=20, kind=None, **vals):
        """Create a car; `due` are the days until something is due on it, None for nothing."""
        rows = [] if due is None else [
            (0, 0, {"kind_id": (kind or cls.inspection).id, "due_date": cls.today + timedelta(days=due)})
        ]  # fmt: skip
        return cls.env["crm.customer.object"].create(
            {"name": "VW Golf", "identification": "GÖ-AB 123", "kind_id": cls.car.id,
             "partner_id": (partner or cls.customer).id, "due_ids": rows, **vals}
        )  # fmt: skip

    def _remind(self):
        """Run the reminders; return the mails that it put into the queue."""
        before = self.env["mail.mail"].search([])
        self.due_model._remind(self.company)
        return self.env["mail.mail"].search([]) - before


@tagged("post_install", "-at_install")
class TestCustomerObject(ObjectCase):
    def test_next_due_and_its_successor(self):
        car = self._object(due=20)
        self.env["crm.customer.object.due"].create(
            {"object_id": car.id, "kind_id": self.service.id, "due_date": self.today + timedelta(days=5)}
        )
        self.assertEqual((car.due_kind_id, car.due_date), (self.service, self.today + timedelta(days=5)))
        self.assertEqual((car.user_id, car.display_name), (self.user, "VW Golf · GÖ-AB 123"))
        due = car.due_ids.filtered(lambda d: d.kind_id == self.inspection)
        due.action_done()
        following = car.due_ids.filtered(lambda d: d.kind_id == self.inspection and d.state == "open")
        self.assertEqual(following.due_date, self.today + timedelta(days=20) + relativedelta(months=24))
        with self.assertRaises(UserError):
            due.action_done()

    def test_done_late_counts_from_the_day_it_was_done(self):
        car = self._object(due=-10)
        self.assertTrue(car.overdue)
        car.due_ids.action_done()
        following = car.due_ids.filtered(lambda d: d.state == "open")
        self.assertEqual(following.due_date, self.today + relativedelta(months=24))
        self.assertFalse(car.overdue)

    def test_nothing_follows_what_was_dropped_or_comes_once(self):
        car = self._object(kind=self.env.ref("crm_kundenbindung.object_due_warranty"))
        car.due_ids.action_done()
        self.assertEqual((car.state, car.due_date), ("none", False))
        other = self._object()
        other.due_ids.action_drop()
        self.assertEqual(other.state, "none")

    def test_one_open_row_per_kind(self):
        car = self._object()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.due_model.create({"object_id": car.id, "kind_id": self.inspection.id, "due_date": self.today})

    def test_one_mail_for_all_that_is_due_and_only_once(self):
        self._consent(self.customer)
        self._object(due=20)
        self._object(due=9, kind=self.service, name="Ford Transit", identification="GÖ-T 7")
        self._object(due=200, name="Too Early")
        mail = self._remind()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        for text in ("VW Golf", "Ford Transit", "/reminder/stop/"):
            self.assertIn(text, mail.body_html)
        self.assertNotIn("Too Early", mail.body_html)
        self.assertFalse(self._remind())

    def test_a_changed_day_is_reminded_of_again(self):
        self._consent(self.customer)
        car = self._object(due=20)
        self.assertTrue(self._remind())
        car.due_ids.due_date += timedelta(days=3)
        self.assertTrue(self._remind())
        self.assertFalse(self._remind())

    def test_a_new_owner_is_reminded_too(self):
        self._consent(self.customer)
        self._consent(self.other)
        car = self._object(due=20)
        self._remind()
        car.partner_id = self.other
        self.assertEqual(self._remind().recipient_ids, self.other)

    def test_in_the_language_of_the_owner(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self._consent(self.customer)
        self.inspection.with_context(lang="de_DE").name = "Hauptuntersuchung"
        self.customer.lang = "de_DE"
        self._object()
        self.assertIn("Hauptuntersuchung", self._remind().body_html)

    def test_without_consent_it_is_a_task_for_us(self):
        car = self._object()
        self.assertFalse(self._remind())
        activity = car.activity_ids
        self.assertEqual((activity.user_id, car.due_ids.reminder), (self.user, "activity"))
        self.assertIn("No consent", activity.note)
        self._remind()
        self.assertEqual(car.activity_ids, activity)

    def test_who_objected_gets_no_mail(self):
        self._consent(self.customer)
        self._consent(self.customer, "withdrawn")
        car = self._object()
        self.assertFalse(self._remind())
        self.assertTrue(car.activity_ids)

    def test_the_cap_waits_and_its_last_days_become_a_task(self):
        self.company.write({"kundenbindung_pressure_count": 1, "kundenbindung_pressure_days": 30})
        self._consent(self.customer)
        first, second, late = self._object(due=20), self._object(due=30), self._object(due=3, name="Late")
        second.due_ids.lead_days = late.due_ids.lead_days = 1
        self.assertTrue(self._remind())
        self.assertEqual(first.due_ids.reminder, "mail")
        second.due_ids.lead_days = 40
        self.assertFalse(self._remind(), "one mail in 30 days is the cap, and a reminder counts")
        self.assertEqual((second.due_ids.reminder, second.activity_ids.ids), (False, []))
        late.due_ids.lead_days = 5
        self.assertFalse(self._remind())
        self.assertEqual(late.due_ids.reminder, "activity")

    def test_two_people_of_one_firm_share_the_cap(self):
        self.company.write({"kundenbindung_pressure_count": 1, "kundenbindung_pressure_days": 30})
        self._consent(self.customer)
        self._object()
        self._object(self.contact)
        self.assertEqual(len(self._remind()), 1)

    def test_poison_is_set_aside(self):
        for partner in (self.customer, self.other):
            self._consent(partner)
        bad, good = self._object(), self._object(self.other)
        remind_owner = type(self.due_model)._remind_owner

        def failing(dues, *args):
            if bad in dues.object_id:
                raise ValueError("a bad row")
            return remind_owner(dues, *args)

        self.patch(type(self.due_model), "_remind_owner", failing)
        self.assertEqual(self._remind().recipient_ids, self.other)
        self.assertEqual((bad.due_ids.reminder, bad.due_ids.reason), ("failed", "a bad row"))
        self.assertEqual(good.due_ids.reminder, "mail")

    def test_killed_it_goes_on_where_it_was(self):
        for partner in (self.customer, self.other):
            self._consent(partner)
            self._object(partner)
        remind_owner, calls = type(self.due_model)._remind_owner, []

        def dying(dues, *args):
            calls.append(dues)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return remind_owner(dues, *args)

        before = self.env["mail.mail"].search([])
        self.patch(type(self.due_model), "_remind_owner", dying)
        with self._killed():
            self.due_model._remind(self.company)
        self.due_model._remind(self.company)
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(sorted(mails.recipient_ids.ids), sorted((self.customer | self.other).ids))

    def test_switched_off_nobody_is_reminded(self):
        self._consent(self.customer)
        self._object()
        group = self.env.ref("crm_kundenbindung.group_kundenbindung_object")
        self.env.ref("base.group_user").implied_ids -= group
        before = self.env["mail.mail"].search_count([])
        self.due_model._cron_remind()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_reminder_is_a_touchpoint(self):
        self._consent(self.customer)
        self._object()
        self._remind()
        self._capture()
        self.assertEqual(len(self._touchpoints(self.customer, "object_reminder")), 1)

    def test_count_on_the_contact_in_the_shared_statement(self):
        self._object()
        self._object(self.contact)
        self.env.invalidate_all()
        self.assertEqual(self.contact.with_user(self.user).kundenbindung_object_count, 2)
        action = self.contact.action_kundenbindung_objects()
        self.assertEqual(self.env["crm.customer.object"].search_count(action["domain"]), 2)

    def test_another_company_sees_nothing(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        stranger = new_test_user(
            self.env, "object_stranger", groups="crm_kundenbindung.group_kundenbindung_manager",
            company_id=second.id, company_ids=[(6, 0, second.ids)],
        )  # fmt: skip
        car = self._object()
        self.assertFalse(self.env["crm.customer.object"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            car.due_ids.with_user(stranger).read(["due_date"])

    def test_form_as_a_salesperson(self):
        with Form(self.env["crm.customer.object"].with_user(self.user)) as form:
            form.name, form.partner_id = "Bagger", self.customer
            with form.due_ids.new() as due:
                due.kind_id, due.due_date = self.service, self.today
        self.assertEqual((form.record.due_ids.lead_days, form.record.user_id), (30, self.user))


@tagged("post_install", "-at_install")
class TestReminderLink(ObjectCase, HttpCase):
    def test_no_more_mails(self):
        self._consent(self.customer)
        car = self._object()
        path = f"/reminder/stop/{car.due_ids.id}/{car.due_ids._stop_signature()}"
        page = self.url_open(path)
        self.env.invalidate_all()
        self.assertIsNone(self.env["crm.contact.pressure"]._reasons(self.customer, self.company)[self.customer.id])
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(path, data={"csrf_token": token})
        self.env.invalidate_all()
        reasons = self.env["crm.contact.pressure"]._reasons(self.customer, self.company)
        self.assertEqual(reasons[self.customer.id], "objected")

    def test_foreign_missing_and_nonsense_answer_alike(self):
        mine, foreign = self._object().due_ids, self._object(self.other).due_ids
        for number, token in (
            (foreign.id, mine._stop_signature()), (mine.id, "x"), (0, "x"), (-1, "x"), ("text", "x"), (2**40, "ü"),
            (fields.Datetime.now().year * 10**6, mine._stop_signature()),
        ):  # fmt: skip
            with self.subTest(number=number):
                self.assertEqual(self.url_open(f"/reminder/stop/{number}/{token}").status_code, 404)
