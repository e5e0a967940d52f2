from datetime import date, datetime, time, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.crm_kundenbindung.models.crm_measure_terms import TOKEN

from .test_measure_treatment import TreatmentCase


@tagged("post_install", "-at_install")
class TestMeasureStanding(TreatmentCase):
    """Whether a standing rule works: its customers of a half-year against those it leaves out for good."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = date(2026, 3, 10)
        cls.company.werthaltigkeit_as_of = cls.today
        cls.stages = {stage.code: stage for stage in cls.env["crm.retention.stage"].search([])}
        origin = cls._running(
            treatment="activity", task_type_id=cls.env.ref("mail.mail_activity_data_call").id, user_id=cls.manager.id,
            date_start=date(2025, 5, 1), date_end=date(2025, 5, 30),
        )  # fmt: skip
        origin.action_evaluate()
        origin.standing_stage_id = cls.stages["at_risk"]
        origin.with_user(cls.manager).action_adopt()
        cls.origin, cls.standing = origin, origin.standing_ids
        cls.standing._internal().date_start = date(2025, 7, 1)

    def _enter(self, customers, day, control):
        """These customers entered on this day; the first so many were left out."""
        rows = self.env["crm.measure.participant"].with_context(measure_token=TOKEN).create(
            [
                {
                    "measure_id": self.standing.id,
                    "company_id": self.company.id,
                    "partner_id": customer.id,
                    "arm": "control" if number < control else "treated",
                    "treated_on": day if number >= control else False,
                }
                for number, customer in enumerate(customers)
            ]
        )  # fmt: skip
        self.env.flush_all()
        moment = datetime.combine(day, time(12))
        self.env.cr.execute(
            SQL("UPDATE crm_measure_participant SET create_date = %s WHERE id = ANY(%s)", moment, rows.ids)
        )
        self.env.invalidate_all()
        self.standing._count_reached()
        arms = self.standing.participant_ids.grouped("arm")
        self.standing._internal().write({"treated_count": len(arms["treated"]), "control_count": len(arms["control"])})

    def _buy(self, customers, day):
        for customer in customers:
            order = self._order(customer, [(self.tyres, 1)])
            order.date_order = datetime.combine(day, time(12))

    def _nightly(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_measure_evaluate").method_direct_trigger()
        self.env.invalidate_all()

    def test_half_year_is_compared_once(self):
        """Each over 30 days from the day after they entered; what lies before, on that day or after counts for nobody."""
        self.assertEqual(self.standing.standing_days, 30)
        early, late = self.customers[:50], self.customers[50:90]
        self._enter(early, date(2025, 9, 1), 20)
        self._enter(late, date(2025, 12, 31), 10)
        self._enter(self.customers[90:], date(2026, 1, 1), 5)
        self._buy(early[20:44], date(2025, 10, 1))  # the last day that counts
        self._buy(early[:20], date(2025, 10, 2))
        self._buy(late[10:34], date(2026, 1, 1))
        self._buy(late[:10], date(2025, 12, 31))  # why they entered
        self._buy(late[:3], date(2026, 1, 30))
        self.standing._internal().write({"cost_each": 1})
        self._nightly()
        result = self.standing.result_ids
        self.assertEqual((result.entered_from, result.entered_until), (date(2025, 7, 1), date(2025, 12, 31)))
        self.assertEqual((result.treated_count, result.control_count, result.confidence), (60, 30, 0.95))
        self.assertAlmostEqual(result.treated_value, 48 / 60)
        self.assertAlmostEqual(result.control_value, 3 / 30)
        self.assertEqual((result.verdict, result.final, self.standing.state), ("works", True, "running"))
        self.assertEqual(result.cost, 60, "the cost of those compared, not of the five treated since")
        self.assertEqual((result.course["days"][-1], len(result.course["treated"])), (30, 30))
        self.assertAlmostEqual(result.course["treated"][-1], 0.8)
        self.assertAlmostEqual(result.course["treated"][0], 24 / 60, msg="day 1 is the day after they entered")
        for text in (result.words, " ".join(result.page["sentences"])):
            self.assertIn("Who entered from", text)
            self.assertIn("each over 30 days", text)
        self.assertIn("48 of 60 came again", result.words)
        # the library learns from it, beside the measure it was adopted from
        library = self.env["crm.measure.library"].search([("group_id", "=", self.group.id)])
        self.assertEqual(library.measure_count, len(self.origin.result_ids.filtered("bounded") | result))
        self._nightly()
        self.assertEqual(self.standing.result_ids, result, "nobody looks twice")
        with self.assertRaisesRegex(UserError, "5 customers have been left out"):
            self.standing.with_user(self.manager).action_evaluate()

    def test_waits_until_everybody_was_watched(self):
        self._enter(self.customers[:60], date(2025, 12, 1), 20)
        self.company.werthaltigkeit_as_of = date(2026, 1, 30)
        self._nightly()
        self.assertFalse(self.standing.result_ids)
        with self.assertRaisesRegex(UserError, "is compared on"):
            self.standing.with_user(self.manager).action_evaluate()
        self.company.werthaltigkeit_as_of = date(2026, 1, 31)
        self.env.invalidate_all()
        self.assertTrue(self.standing.standing_due)
        self.standing.with_user(self.manager).action_evaluate()
        self.assertEqual(self.standing.verdict, "open")

    def test_too_few_wait_for_the_next_half_year(self):
        self._enter(self.customers[:40], date(2025, 8, 1), 12)
        self._enter(self.customers[40:80], date(2026, 2, 1), 12)
        self.assertIn("is compared on", self.standing.standing_text)
        self.assertFalse(self.standing.standing_due)
        self.company.werthaltigkeit_as_of = date(2026, 8, 1)
        self._nightly()
        result = self.standing.result_ids
        self.assertEqual(
            (result.entered_until, result.treated_count, result.control_count), (date(2026, 6, 30), 56, 24)
        )

    def test_who_is_told_that_it_harms(self):
        self._enter(self.customers[:80], date(2025, 9, 1), 30)
        self._buy(self.customers[:25], date(2025, 9, 10))
        self._nightly()
        self.assertEqual((self.standing.verdict, self.standing.activity_ids.user_id), ("harms", self.manager))

    def test_what_stays(self):
        """Who is left out is not chosen afterwards."""
        standing = self.standing.with_user(self.manager)
        for vals in ({"standing_share": 0.5}, {"standing_stage_id": self.stages["loyal"].id}, {"standing_days": 90}):
            with self.assertRaises(AccessError):
                standing.write(vals)

    def test_satisfaction_over_time(self):
        """Means of those who showed it so far; nothing before two of each arm did."""
        start = self.today - timedelta(days=30)
        measure = self._running(
            target="satisfaction", control_share=0.5, date_start=start, date_end=self.today - timedelta(days=1)
        )
        treated, control = self._treated(measure).partner_id, self._control(measure).partner_id
        for number, (customers, smiley) in enumerate(
            ((treated[:4], "good"), (control[:4], "bad"), (treated[:2], "neutral"))
        ):
            self.env["crm.touchpoint"].create(
                [
                    {
                        "partner_id": customer.id,
                        "date": datetime.combine(start + timedelta(days=5 * (number + 1)), time(12)),
                        "kind_id": self._kind("contact").id,
                        "company_id": self.company.id,
                        "satisfaction": smiley,
                    }
                    for customer in customers
                ]
            )
        measure.action_evaluate()
        course = measure.course
        self.assertEqual(
            (course["treated"][4], course["treated"][5], course["control"][5], course["control"][10]),
            (None, 100, None, 0),
        )
        self.assertEqual((course["treated"][-1], course["control_low"][-1]), (87.5, 0))
        self.assertEqual(measure.result_id.treated_value, 87.5)
