from datetime import timedelta
from random import Random
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_measure import MeasureCase

LOGGER = "odoo.addons.crm_kundenbindung.models.crm_measure_evaluation_engine"


@tagged("post_install", "-at_install")
class TestMeasureEvaluation(MeasureCase):
    """What came out, against truths that are known."""

    def _arms(self, measure):
        rows = measure.participant_ids
        return [rows.filtered(lambda row, arm=arm: row.arm == arm).partner_id for arm in ("treated", "control")]

    def _buy(self, customers, quantity=1, days_ago=15):
        for customer in customers:
            self._order(customer, [(self.tyres, quantity)], days_ago=days_ago)

    def test_not_demonstrable(self):
        """The page as sketched: 28 of 100 against 4 of 25 proves nothing."""
        more = self.env["res.partner"].create([{"name": f"More {number}"} for number in range(25)])
        measure = self._running(
            group_id=self._group("All", self.customers | more).id, wanted_effect=10, cost_fixed=310, cost_each=1
        )
        treated, control = self._arms(measure)
        self.assertEqual((len(treated), len(control)), (100, 25))
        self._buy(treated[:28])
        self._buy(control[:4])
        measure.action_evaluate()
        result = measure.result_id
        self.assertEqual(
            (measure.state, result.method, result.verdict, result.final), ("evaluated", "newcombe", "open", True)
        )
        self.assertAlmostEqual(result.difference, 0.12)
        self.assertAlmostEqual(result.low, -0.083, places=2)
        self.assertAlmostEqual(result.high, 0.259, places=2)
        self.assertEqual(result.needed_count, 261)
        self.assertEqual(result.cost, 410)
        self.assertIn("Not demonstrable with this number of customers.", result.words)
        self.assertIn("28 of 100 came again; without the measure it would have been 16.", result.words)
        self.assertIn("about 261 per arm", result.words)
        self.assertTrue(result.margin_known)
        self.assertTrue(result.margin_low < result.margin < result.margin_high)
        self.assertAlmostEqual(result.gain, result.margin - 410)
        arms = [(arm["count"], arm["told"], arm["bounded"]) for arm in result.page["arms"]]
        self.assertEqual(arms, [(100, "28 came again", True), (25, "4 came again", True)])
        self.assertAlmostEqual(result.treated_low, 0.2014, places=4)  # Wilson
        self.assertEqual(result.page["difference"]["text"], "+12.0 pp")
        course = result.course
        self.assertEqual(len(course["dates"]), 30)
        self.assertEqual((course["treated"][-1], course["control"][-1], course["treated"][0]), (0.28, 0.16, 0))
        self.assertTrue(course["treated_low"][-1] < 0.28 < course["treated_high"][-1])
        self.assertEqual(measure.participant_ids.filtered("outcome").partner_id, treated[:28] | control[:4])
        with self.assertRaises(AccessError):
            result.difference = 0.5
        with self.assertRaises(AccessError):
            self.env["crm.measure.result"].create({"measure_id": measure.id})
        library = self.env["crm.measure.library"].search([("company_id", "=", self.company.id)])
        self.assertEqual((library.measure_count, library.proved), (1, False))

    def test_works_and_feeds_the_potential(self):
        """A true effect of the size is found; the potential of the members is computed with it."""
        measure = self._running(control_share=0.5, cost_each=2)
        treated, control = self._arms(measure)
        self._buy(treated[:30])
        self._buy(control[:10])
        measure.action_evaluate()
        self.assertEqual(measure.verdict, "works")
        self.assertIn("+20 additional customers", measure.result_id.words)
        self.assertIn("5.00 for each", measure.result_id.words.replace("$\xa0", "").replace("\xa0€", ""))
        library = self.env["crm.measure.library"].search([("group_id", "=", self.group.id)])
        self.assertAlmostEqual(library.effect, 0.4)
        self.assertEqual((library.cost_each, library.cost_additional), (2, 5))
        self.env["crm.customer.value"].search([("partner_id", "=", self.customers[0].id)]).margin_at_risk = 1000
        self.env["crm.retention.engine"]._run(self.company)
        row = self.env["crm.retention"].search([("partner_id", "=", self.customers[0].id)])
        self.assertTrue(row.potential_known)
        self.assertAlmostEqual(row.potential, 0.4 * 1000 - 2, places=2)
        self.assertEqual(row.instrument, self.letter.name)
        measure.with_user(self.manager).action_adopt()
        self.assertEqual(measure.state, "adopted")

    def test_amounts_are_adjusted(self):
        measure = self._running(control_share=0.5, target="revenue")
        treated, control = self._arms(measure)
        random = Random(3)
        for customers, extra in ((treated, 6), (control, 0)):
            for customer in customers:
                level = random.randint(1, 10)
                self._buy(customer, level, days_ago=45)
                self._buy(customer, level + extra + random.randint(0, 2))
        measure.action_evaluate()
        result = measure.result_id
        self.assertEqual((result.method, result.verdict), ("ancova", "works"))
        self.assertAlmostEqual(result.difference, 600, delta=60)
        self.assertTrue(result.low < 600 < result.high)

    def test_without_control_group_is_no_proof(self):
        measure = self._running(control_share=0)
        self._buy(self.customers[:40])
        self._buy(self.customers[:20], days_ago=45)
        measure.action_evaluate()
        result = measure.result_id
        self.assertEqual((result.method, result.verdict, result.bounded), ("before_after", "no_proof", False))
        self.assertIn("no proof", result.words)
        self.assertIn("Before: 20.0 %, now: 40.0 %", result.words)
        self.assertFalse(self.env["crm.measure.library"].search([]))
        self.assertFalse(result.margin_known)

    def test_satisfaction_of_those_who_showed_it(self):
        measure = self._running(control_share=0.5, target="satisfaction")
        treated, control = self._arms(measure)
        day = self.today - timedelta(days=10)
        self.env["crm.touchpoint"].create(
            [
                {
                    "partner_id": customer.id,
                    "date": day,
                    "kind_id": self._kind("contact").id,
                    "company_id": self.company.id,
                    "satisfaction": "good" if number % 4 else "neutral",
                }
                for number, customer in enumerate(treated[:12] | control[:8])
            ]
        )
        measure.action_evaluate()
        result = measure.result_id
        self.assertEqual((result.method, result.treated_count, result.control_count), ("welch", 12, 8))
        self.assertAlmostEqual(result.treated_value, 87.5)

    def test_looking_early(self):
        """Before the end only at looks agreed on beforehand, with stricter bounds."""
        ends = self.today + timedelta(days=9)
        measure = self._running(date_start=self.today - timedelta(days=20), date_end=ends)
        with self.assertRaisesRegex(UserError, "finds effects where there are none"):
            measure.action_evaluate()
        second = self._running(target="orders", looks=2, date_start=self.today - timedelta(days=20), date_end=ends)
        second.action_evaluate()
        self.assertEqual((second.state, second.result_id.final), ("running", False))
        self.assertGreater(second.result_id.confidence, 0.99)
        with self.assertRaises(UserError):
            second.action_evaluate()

    def test_who_objects_later_goes(self):
        measure = self._running()
        customer = self._arms(measure)[0][0]
        self.env["crm.consent"].create({"partner_id": customer.id, "purpose": "profiling", "state": "withdrawn"})
        measure.action_evaluate()
        self.assertEqual(measure.result_id.treated_count, 79)
        self.assertNotIn(customer, measure.participant_ids.partner_id)
        self.assertEqual(measure.participant_ids.filtered(lambda row: row.excluded == "objected").arm, False)

    def test_nightly_run(self):
        measure = self._running()
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_measure_evaluate").method_direct_trigger()
        measure.invalidate_recordset()
        self.assertEqual(measure.state, "evaluated")

    def test_one_that_fails_holds_up_no_other(self):
        broken, measure = self._running(), self._running(target="revenue")
        engine = type(self.env["crm.measure.engine"])
        evaluate, error = engine._evaluate, UserError("broken")

        def fail(engine, one):
            if one == broken:
                raise error
            return evaluate(engine, one)

        with self.enter_registry_test_mode(), patch.object(engine, "_evaluate", fail), self.assertLogs(LOGGER):
            self.env.ref("crm_kundenbindung.ir_cron_measure_evaluate").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((broken.state, measure.state), ("running", "evaluated"))
