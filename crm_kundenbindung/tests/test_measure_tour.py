from odoo.tests import HttpCase, tagged

from .test_measure import MeasureCase


@tagged("post_install", "-at_install")
class TestMeasureTour(MeasureCase, HttpCase):
    """From the plan to the result, in a browser, as a manager."""

    def test_plan_assess_draw_carry_out_evaluate(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.manager.lang = "en_US"
        self.env.ref("base.group_user").implied_ids |= self.env.ref("crm_kundenbindung.group_kundenbindung_measure")
        self.company.kundenbindung_measure_minimum = 6
        # which half of the treated will come again is known from the seed
        rehearsal = self._running(override_reason="Rehearsal")
        arms = rehearsal.participant_ids.grouped("arm")
        for rows, part in ((arms["treated"], 40), (arms["control"], 2)):
            for customer in rows.partner_id[:part]:
                self._order(customer, [(self.tyres, 1)], days_ago=15)
        for customer in self.customers[::4]:
            self._order(customer, [(self.tyres, 1)], days_ago=45)
        rehearsal.with_user(self.manager).action_drop()
        measure = self._measure(name="Tour Measure", user_id=self.manager.id)
        self.start_tour(f"/odoo/measures/{measure.id}", "crm_kundenbindung_measure", login=self.manager.login)
        self.assertEqual((measure.state, measure.verdict, measure.reached_count), ("evaluated", "works", 80))
