from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .test_measure_treatment import TreatmentCase


@tagged("post_install", "-at_install")
class TestMeasureContact(TreatmentCase):
    """A contact logged by hand counts for the measure it belongs to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_measure")
        cls.measure = cls._live(user_id=cls.manager.id, cost_each=1.5)
        cls.row, cls.second = cls._treated(cls.measure)[:2]
        phone = cls._channel("phone").with_company(cls.company)
        phone.write({"cost_per_contact": 2, "default_minutes": 0})

    def _dialog(self, partner, user=None):
        action = (
            self.env["crm.touchpoint"]
            .with_user(user or self.user)
            .action_log_contact({"default_partner_id": partner.id})
        )
        model = self.env["crm.touchpoint"].with_user(user or self.user).with_context(**action["context"])
        return Form(model, view="crm_werthaltigkeit.crm_touchpoint_view_form_log")

    def _logged(self, row, direction="out", **vals):
        with self._dialog(row.partner_id) as form:
            form.direction = direction
            form.channel_id = vals.get("channel", self._channel("phone"))
            form.measure_id = self.measure
        return form.record

    def test_our_contact_is_the_treatment(self):
        """It treats the customer once, with its cost, and no second touchpoint is captured beside it."""
        touchpoint = self._logged(self.row)
        self.assertEqual((self.row.treated_on, self.row.touchpoint_id), (self.today, touchpoint))
        self.assertEqual((self.measure.reached_count, self.measure.cost_actual), (1, 1.5))
        self._logged(self.row)
        self._capture()
        self.env["crm.measure.treatment.engine"]._refresh_costs(self.measure)
        found = self._touchpoints(self.row.partner_id)
        self.assertEqual((len(found), found.measure_id, set(found.mapped("cost"))), (2, self.measure, {2}))
        self.assertEqual(
            (self.measure.reached_count, self.measure.cost_contacts, self.measure.cost_actual), (1, 4, 5.5)
        )
        touchpoint.unlink()
        self.assertEqual((self.row.treated_on, self.measure.reached_count), (False, 0))

    def test_their_contact_is_the_response(self):
        touchpoint = self._logged(self.row, "in")
        self._logged(self.row, "in")
        response = self.measure.response_ids
        self.assertEqual((response.way, response.touchpoint_id, response.user_id), ("phone", touchpoint, self.user))
        self.assertEqual(
            (self.row.responded_on, self.row.treated_on, self.measure.response_count), (self.today, False, 1)
        )
        self._logged(self.second, "in", channel=self._channel("letter"))
        self.assertEqual(self.second.response_ids.way, "other")
        self._capture()
        self.assertFalse(self._touchpoints(self.row.partner_id, "measure_response"))
        self.assertEqual(len(self._touchpoints(self.row.partner_id)), 2)
        touchpoint.direction = "out"
        self.assertFalse(self.row.response_ids)
        self.assertEqual((self.row.responded_on, self.row.treated_on), (False, self.today))
        touchpoint.measure_id = False
        self.assertFalse(self.row.treated_on)

    def test_only_the_treated_of_running_measures(self):
        """The control group is left alone: nothing is offered, and nothing else is taken."""
        control = self._control(self.measure)[0].partner_id
        self.assertFalse(self._dialog(control).measure_choice_ids)
        self.assertEqual(self._dialog(self.row.partner_id).measure_choice_ids[:], self.measure)
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.row.partner_id.id, "type": "contact"}
        )
        self.assertEqual(self._dialog(person).measure_choice_ids[:], self.measure)
        vals = {"direction": "out", "channel_id": self._channel("phone").id, "measure_id": self.measure.id}
        log = self.env["crm.touchpoint"].with_user(self.user)
        with self.assertRaisesRegex(ValidationError, "not treated"):
            log.create({**vals, "partner_id": control.id})
        early = fields.Datetime.now() - timedelta(days=3)
        with self.assertRaisesRegex(ValidationError, "before the measure began"):
            log.create({**vals, "partner_id": self.row.partner_id.id, "date": early})
        plain = new_test_user(self.env, "measure_history", groups="crm_werthaltigkeit.group_werthaltigkeit_user")
        self.assertFalse(self._dialog(self.row.partner_id, plain)._view["fields"].get("measure_id"))
        with self.assertRaises(AccessError):
            self.env["crm.touchpoint"].with_user(plain).create({**vals, "partner_id": self.row.partner_id.id})
        self.measure.with_user(self.manager).action_drop()
        self.assertFalse(self._dialog(self.row.partner_id).measure_choice_ids)
        with self.assertRaisesRegex(ValidationError, "does not run"):
            log.create({**vals, "partner_id": self.row.partner_id.id})

    def test_switched_off(self):
        feature = self.env.ref("crm_kundenbindung.group_kundenbindung_measure")
        self.env.ref("base.group_user").implied_ids -= feature
        feature.user_ids -= self.user
        self.env.invalidate_all()
        self.assertFalse(self._dialog(self.row.partner_id).measure_choice_ids)

    def test_many_in_few_queries(self):
        """A batch of contacts costs a fixed number of queries for the measure, however many there are."""
        rows = self._treated(self.measure)[10:40]
        vals_list = [
            {"partner_id": row.partner_id.id, "direction": "internal", "channel_id": self._channel("phone").id}
            for row in rows
        ]
        touchpoints = self.env["crm.touchpoint"].create(vals_list)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            touchpoints.mapped("measure_choice_ids")
