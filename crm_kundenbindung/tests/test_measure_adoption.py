from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_measure_treatment import TreatmentCase


@tagged("post_install", "-at_install")
class TestMeasureAdoption(TreatmentCase):
    """What worked becomes a rule of Odoo; a few customers are always left out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages = {stage.code: stage for stage in cls.env["crm.retention.stage"].search([])}
        cls.rows = cls.env["crm.retention"].create(
            [
                {
                    "partner_id": customer.id,
                    "company_id": cls.company.id,
                    "currency_id": cls.company.currency_id.id,
                    "stage_id": cls.stages["loyal"].id,
                    "stage_computed_id": cls.stages["loyal"].id,
                }
                for customer in cls.customers
            ]
        )

    def _adopted(self, **vals):
        measure = self._running(**vals)
        measure.action_evaluate()
        measure.standing_stage_id = self.stages["at_risk"]
        measure.with_user(self.manager).action_adopt()
        return measure.standing_ids

    def _enter(self, rows):
        rows.write({"stage_id": self.stages["at_risk"].id})
        self.env.flush_all()

    def test_rule_treats_who_enters_and_leaves_some_out(self):
        call = self.env.ref("mail.mail_activity_data_call")
        standing = self._adopted(treatment="activity", task_type_id=call.id, standing_share=0.2)
        self.assertEqual((standing.state, standing.origin_id.state, standing.date_end), ("running", "adopted", False))
        rule = standing.automation_id
        self.assertEqual((rule.model_name, rule.action_server_ids.state), ("crm.retention", "crm_measure"))
        self.assertFalse(rule.action_server_ids.warning)
        outsider = self.env["res.partner"].create({"name": "Not in the group"})
        stranger = self.rows[0].copy_data()[0] | {"partner_id": outsider.id}
        stranger = self.env["crm.retention"].create(stranger)
        self._enter(self.rows[:60] | stranger)
        rows = standing.participant_ids
        held_back = rows.filtered(lambda row: row.arm == "control").partner_id
        self.assertEqual(len(rows), 61)
        self.assertTrue(3 <= len(held_back) <= 22, len(held_back))
        self.assertEqual(held_back - outsider, (self.rows[:60].partner_id).filtered(standing._held_back))
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_measure_treat").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(rows.filtered(lambda row: row.partner_id == outsider).excluded, "group")
        treated = rows.filtered(lambda row: row.arm == "treated")
        self.assertTrue(all(treated.mapped("activity_id")))
        self.assertFalse((rows - treated).activity_id)
        # who comes again is not treated again, and who was left out stays so
        self.rows[:60].write({"stage_id": self.stages["loyal"].id})
        self._enter(self.rows[:60])
        self.assertEqual(len(standing.participant_ids), 61)
        # nobody is kept from other measures by it, and the nightly evaluation passes by
        other = self._live()
        self.assertEqual(other.excluded_count, 0)
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_measure_evaluate").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(standing.state, "running")
        standing.with_user(self.manager).action_drop()
        self.assertFalse(rule.active)

    def test_rule_sends_the_campaign(self):
        self.customers.write({"street": "Road 1", "city": "Town"})
        standing = self._adopted(treatment="outreach", outreach_channel="letter", user_id=self.manager.id)
        self._enter(self.rows[:30])
        self.rows[0].partner_id.street = False
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_measure_treat").method_direct_trigger()
        self.env.invalidate_all()
        treated = standing.participant_ids.filtered(lambda row: row.arm == "treated").partner_id
        self.assertNotIn(self.rows[0].partner_id, treated)
        self.assertEqual(standing.outreach_id.recipient_ids.partner_id, treated)
        self.assertEqual(standing.activity_ids.user_id, self.manager)

    def test_who_adopts(self):
        measure = self._running(treatment="activity", task_type_id=self.env.ref("mail.mail_activity_data_call").id)
        measure.action_evaluate()
        measure.standing_stage_id = False
        with self.assertRaises(AccessError):
            measure.with_user(self.user).action_adopt()
        with self.assertRaisesRegex(UserError, "Choose the stage"):
            measure.with_user(self.manager).action_adopt()
        by_hand = self._running(target="orders")
        by_hand.action_evaluate()
        by_hand.with_user(self.manager).action_adopt()
        self.assertEqual((by_hand.state, by_hand.standing_ids.ids), ("adopted", []))
        with self.assertRaises(AccessError):
            by_hand.with_user(self.manager).standing = True
