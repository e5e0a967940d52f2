from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class MeasureCase(WerthaltigkeitCase):
    """Customers in two value classes, a hand-picked group of them, and a measure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure_engine = cls.env["crm.measure.engine"]
        cls.company.kundenbindung_measure_minimum = 0
        cls.today = cls.company._werthaltigkeit_today()
        cls.customers = cls.env["res.partner"].create([{"name": f"Customer {number:03}"} for number in range(100)])
        for customer in cls.customers:
            cls.env["crm.customer.value"].create(
                {
                    "partner_id": customer.id,
                    "company_id": cls.company.id,
                    "currency_id": cls.company.currency_id.id,
                    "value_class": "A" if customer.id % 4 == 0 else "C",
                }
            )
        cls.group = cls._group("One-Time Buyers", cls.customers)
        cls.letter = cls.env.ref("crm_kundenbindung.measure_instrument_direct")

    @classmethod
    def _group(cls, name, partners, **vals):
        return cls.env["crm.customer.group"].create(
            {"name": name, "kind": "picked", "partner_ids": [(6, 0, partners.ids)], **vals}
        )

    @classmethod
    def _measure(cls, **vals):
        return cls.env["crm.measure"].create(
            {
                "name": "Letter with inspection voucher",
                "instrument_id": cls.letter.id,
                "group_id": cls.group.id,
                "date_start": cls.today - timedelta(days=30),
                "date_end": cls.today - timedelta(days=1),
                "seed": 1907,
                **vals,
            }
        )

    @classmethod
    def _running(cls, **vals):
        measure = cls._measure(**vals)
        measure.with_user(cls.manager).action_approve()
        measure.action_start()
        return measure


@tagged("post_install", "-at_install")
class TestMeasure(MeasureCase):
    """From the idea to drawn participants."""

    def test_draw_is_stratified_frozen_and_reproducible(self):
        measure = self._running()
        rows = measure.participant_ids
        self.assertEqual((measure.treated_count, measure.control_count, measure.excluded_count), (80, 20, 0))
        for value_class, number in (("A", 5), ("C", 15)):
            control = rows.filtered(lambda row, c=value_class: row.arm == "control" and row.value_class == c)
            self.assertAlmostEqual(len(control), number, delta=1)
        first = set(rows.filtered(lambda row: row.arm == "control").partner_id.ids)
        measure._internal().write({"state": "dropped"})
        again = self._running()
        self.assertEqual(set(again.participant_ids.filtered(lambda row: row.arm == "control").partner_id.ids), first)
        again._internal().write({"state": "dropped"})
        other = self._running(seed=4711)
        self.assertNotEqual(set(other.participant_ids.filtered(lambda row: row.arm == "control").partner_id.ids), first)
        with self.assertRaises(UserError):
            measure.action_start()
        with self.assertRaises(UserError):
            measure.control_share = 0.5
        with self.assertRaises(AccessError):
            rows[0].arm = "control"
        with self.assertRaises(AccessError):
            measure.treated_count = 3
        with self.assertRaises(UserError):
            measure.unlink()

    def test_who_is_left_out(self):
        """Who is in a running measure with the same indicator, and who objected, takes no part."""
        self._running(group_id=self._group("Ten", self.customers[:10]).id)
        objector = self.customers[50]
        self.env["crm.consent"].create({"partner_id": objector.id, "purpose": "profiling", "state": "withdrawn"})
        measure = self._running()
        self.assertEqual(measure.excluded_count, 10)
        self.assertEqual(measure.treated_count + measure.control_count, 89)
        self.assertNotIn(objector, measure.participant_ids.partner_id)
        busy = measure.participant_ids.filtered(lambda row: row.excluded == "busy")
        self.assertEqual(busy.partner_id, self.customers[:10])
        self.assertFalse(any(busy.mapped("arm")))
        other_indicator = self._running(target="revenue")
        self.assertEqual(other_indicator.excluded_count, 0)

    def test_minimum_score(self):
        """Below the minimum it runs only with a manager's reason; a finished assessment counts."""
        self.company.kundenbindung_measure_minimum = 6
        measure = self._measure().with_user(self.manager)
        with self.assertRaisesRegex(UserError, "minimum score"):
            measure.action_approve()
        owner = measure.with_user(self.user)
        with self.assertRaises(AccessError):
            owner.override_reason = "I want to"
        with self.assertRaises(AccessError):
            owner.action_approve()
        measure.override_reason = "The season does not wait"
        self.assertEqual(measure.override_by_id, self.manager)
        measure.action_approve()
        self.assertEqual((measure.state, measure.approved_by_id), ("planned", self.manager))
        measure.date_end = self.today + timedelta(days=5)
        self.assertEqual((measure.state, measure.approved_by_id.id), ("idea", False))
        second = self._measure(name="Second").with_user(self.manager)
        action = second.action_assess()
        assessment = self.env["crm.value.assessment"].with_context(**action["context"]).create({})
        assessment._internal().write({"state": "done", "result": 7.5})
        second.invalidate_recordset()
        self.assertEqual((second.assessed, second.score, second.below_minimum), (True, 7.5, False))
        second.action_approve()

    def test_what_can_be_found(self):
        """The smallest effect by the formula, and the sample of the effect hoped for."""
        for customer in self.customers[:30]:
            self._order(customer, [(self.tyres, 1)], days_ago=45)
        measure = self._measure(wanted_effect=10)
        measure.action_estimate()
        self.assertEqual(measure.expected_count, 100)
        self.assertAlmostEqual(measure.expected_mean, 0.3)
        self.assertAlmostEqual(measure.expected_deviation, 0.4606, places=3)
        self.assertIn("+32.3 pp", measure.plan_text)
        self.assertIn("30.0 %", measure.plan_text)
        self.assertRegex(measure.plan_text, r"\+10.0 pp you would need 8\d\d treated customers and 2\d\d in")
        measure.control_share = 0
        self.assertIn("no effect can be proved", measure.plan_text)

    def test_own_measures(self):
        """Everybody has ideas; other people's measures are read only, other companies' closed."""
        own = self.env["crm.measure"].with_user(self.user).create({"name": "Call", "instrument_id": self.letter.id})
        own.goal = "Come again"
        foreign = self._measure(user_id=self.manager.id).with_user(self.user)
        self.assertEqual(foreign.name, "Letter with inspection voucher")
        with self.assertRaises(AccessError):
            foreign.name = "Mine"
        with self.assertRaises(AccessError):
            own.action_drop()
        second = self.env["res.company"].create({"name": "Second Workshop"})
        outsider = new_test_user(
            self.env, "measure_outsider", groups="crm_kundenbindung.group_kundenbindung_manager",
            company_id=second.id, company_ids=[(6, 0, second.ids)],
        )  # fmt: skip
        running = self._running()
        for model in ("crm.measure", "crm.measure.participant"):
            self.assertFalse(self.env[model].with_user(outsider).search([]))
        with self.assertRaises(AccessError):
            running.with_user(outsider).read(["name"])

    def test_treated_by_hand(self):
        measure = self._running()
        treated = measure.participant_ids.filtered(lambda row: row.arm == "treated")
        treated[:5].with_user(self.manager).action_mark_treated()
        self.assertEqual(set(treated[:5].mapped("treated_on")), {self.today})
        with self.assertRaises(UserError):
            (measure.participant_ids - treated)[:1].with_user(self.manager).action_mark_treated()

    def test_merged_customers_take_part_once(self):
        measure = self._running()
        treated = measure.participant_ids.filtered(lambda row: row.arm == "treated")[0].partner_id
        control = measure.participant_ids.filtered(lambda row: row.arm == "control")[0].partner_id
        self.env["base.partner.merge.automatic.wizard"]._merge((treated | control).ids, control)
        row = self.env["crm.measure.participant"].search([("partner_id", "=", control.id)])
        self.assertEqual((len(row), row.arm), (1, "treated"))

    def test_draws_many_in_few_statements(self):
        many = self.env["res.partner"].create([{"name": f"Many {number}"} for number in range(1000)])
        measure = self._measure(group_id=self._group("Many", many).id)
        measure.with_user(self.manager).action_approve()
        self.env.flush_all()
        with self.assertQueryCount(60):
            measure.action_start()
            self.env.flush_all()
        self.assertEqual((measure.treated_count, measure.control_count), (800, 200))
