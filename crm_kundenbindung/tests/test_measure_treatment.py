from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .test_measure import MeasureCase


class TreatmentCase(MeasureCase):
    @classmethod
    def _treated(cls, measure):
        return measure.participant_ids.filtered(lambda row: row.arm == "treated")

    @classmethod
    def _control(cls, measure):
        return measure.participant_ids.filtered(lambda row: row.arm == "control")

    @classmethod
    def _live(cls, **vals):
        """A measure that runs at this moment."""
        vals = {"date_start": cls.today, "date_end": cls.today + timedelta(days=29), **vals}
        return cls._running(**vals)

    @classmethod
    def _coupons(cls, program_type="coupons", **vals):
        return cls.env["loyalty.program"].create(
            {
                "name": "Inspection Voucher",
                "program_type": program_type,
                "applies_on": "both" if program_type == "loyalty" else "current",
                "trigger": "auto" if program_type == "loyalty" else "with_code",
                "rule_ids": [(5, 0, 0)],
                "reward_ids": [(5, 0, 0), (0, 0, {"discount_mode": "percent", "discount": 10, "required_points": 1})],
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestMeasureTreatment(TreatmentCase):
    """The measure carries itself out: the treated alone, each once."""

    def test_activity_for_each(self):
        """Activities for the salesperson, spread over the days; done, the customer is treated and it is in the history."""
        call = self.env.ref("mail.mail_activity_data_call")
        self.customers[:50].user_id = self.user
        measure = self._live(
            treatment="activity", task_type_id=call.id, task_summary="Offer the inspection", task_days=4, user_id=self.manager.id
        )  # fmt: skip
        measure.invalidate_recordset()
        measure.with_user(self.manager).action_treat()
        measure.action_treat()
        activities = self.env["mail.activity"].search([("summary", "=", "Offer the inspection")])
        self.assertEqual(len(activities), 80)
        self.assertEqual(set(activities.mapped("res_id")), set(self._treated(measure).partner_id.ids))
        self.assertFalse(self._control(measure).activity_id)
        self.assertEqual(activities.user_id, self.user | self.manager)
        self.assertEqual(len(set(activities.mapped("date_deadline"))), 5)
        self.assertEqual(measure.reached_count, 0)
        row = self._treated(measure)[0]
        row.activity_id.with_user(row.activity_id.user_id).action_feedback("Comes on Friday")
        self.env["crm.measure.treatment.engine"]._sync()
        self.assertEqual((row.treated_on, measure.reached_count), (self.today, 1))
        self._capture()
        measure.action_view_touchpoints()
        touchpoint = self.env["crm.touchpoint"].search([("measure_id", "=", measure.id)])
        self.assertEqual(touchpoint.commercial_partner_id, row.partner_id)

    def test_coupon_for_each(self):
        program = self._coupons()
        measure = self._live(treatment="reward", program_id=program.id, points=1, cost_each=1.5, cost_fixed=50)
        self.assertEqual(measure.cost_actual, 50)
        measure.with_user(self.manager).action_treat()
        self.assertEqual(program.coupon_ids.partner_id, self._treated(measure).partner_id)
        self.assertEqual(len(program.coupon_ids), 80)
        self.assertEqual(set(self._treated(measure).mapped("treated_on")), {self.today})
        measure.with_user(self.manager).action_treat()
        self.assertEqual(len(program.coupon_ids), 80)
        self.assertEqual((measure.reached_count, measure.cost_actual), (80, 170))
        self._capture()
        letter = measure.channel_id.with_company(self.company)
        letter.write({"cost_per_contact": 0.75, "default_minutes": 0})
        self.env["crm.touchpoint.engine"]._update_costs()
        self.env["crm.measure.treatment.engine"]._refresh_costs(measure)
        touchpoints = self.env["crm.touchpoint"].search([("measure_id", "=", measure.id)])
        self.assertEqual(len(touchpoints), 80)
        self.assertEqual(set(touchpoints.mapped("cost")), {2.25})
        self.assertEqual((measure.cost_contacts, measure.cost_actual), (60, 230))

    def test_points_go_through_the_ledger(self):
        program = self._coupons("loyalty")
        has_card = self.customers[0]
        self.env["loyalty.card"].create({"program_id": program.id, "partner_id": has_card.id, "points": 5})
        measure = self._live(treatment="reward", program_id=program.id, points=20, control_share=0.2)
        measure.action_treat()
        measure.action_treat()
        cards = program.coupon_ids
        self.assertEqual(
            len(self.env["loyalty.ledger"].search([("program_id", "=", program.id), ("amount", "=", 20)])), 80
        )
        self.assertEqual(sum(cards.mapped("points")), 80 * 20 + 5)

    def test_a_reward_used_is_a_response(self):
        program = self._coupons()
        measure = self._live(treatment="reward", program_id=program.id)
        measure.action_treat()
        row = self._treated(measure)[0]
        order = self._order(row.partner_id, [(self.tyres, 1)], confirm=False)
        self.assertFalse("error" in order._try_apply_code(row.card_id.code))
        order._apply_program_reward(program.reward_ids, row.card_id)
        order.action_confirm()
        self._capture()
        self.env["crm.measure.treatment.engine"]._sync()
        self.assertEqual(measure.response_ids.mapped(lambda r: (r.way, r.partner_id)), [("code", row.partner_id)])
        self.assertEqual((row.responded_on, measure.response_count), (self.today, 1))
        self.env["crm.measure.treatment.engine"]._sync()
        self.env["crm.measure.treatment.engine"]._refresh_costs(measure)
        self.assertEqual(len(measure.response_ids), 1)
        self.assertEqual(measure.cost_rewards, 10)
        inbound = self.env["crm.touchpoint"].search([("measure_id", "=", measure.id), ("direction", "=", "in")])
        self.assertEqual(inbound.kind_id.code, "discount")

    def test_one_bad_customer_stops_nobody(self):
        program = self._coupons()
        measure = self._live(treatment="reward", program_id=program.id)
        bad = self._treated(measure)[7]
        model, origin = self.env.registry["crm.measure"], self.env.registry["crm.measure"]._give

        def sometimes(self_, cards, row):
            if row == bad:
                raise ValueError("a bad customer")
            return origin(self_, cards, row)

        self.patch(model, "_give", sometimes)
        measure.action_treat()
        self.assertEqual((measure.reached_count, measure.failed_count, bad.failure), (79, 1, "a bad customer"))
        self.patch(model, "_give", origin)
        measure.action_treat()
        self.assertEqual((measure.reached_count, len(program.coupon_ids)), (80, 80))

    def test_campaign_to_the_treated(self):
        """Whoever may not be contacted takes part in neither arm; the campaign reaches the treated and nobody else."""
        self.customers.write({"street": "Road 1", "city": "Town"})
        self.customers[:10].street = False
        self.env["crm.consent"].create({"partner_id": self.customers[20].id, "purpose": "post", "state": "withdrawn"})
        measure = self._live(treatment="outreach", outreach_channel="letter", user_id=self.user.id)
        barred = measure.participant_ids.filtered(lambda row: row.excluded == "contact").partner_id
        self.assertEqual(barred, self.customers[:10] | self.customers[20])
        measure.with_user(self.user).action_treat()
        outreach = measure.outreach_id
        self.assertEqual((outreach.state, outreach.measure_id), ("checked", measure))
        self.assertEqual(outreach.recipient_ids.partner_id, self._treated(measure).partner_id)
        with self.assertRaises(AccessError):
            outreach.with_user(self.user).target = "picked"
        objector = self._treated(measure)[3].partner_id
        self.env["crm.consent"].create({"partner_id": objector.id, "purpose": "profiling", "state": "withdrawn"})
        ids = outreach.with_user(self.user)._recheck_unprinted()
        self.assertNotIn(objector, self.env["crm.outreach.recipient"].browse(ids).partner_id)
        outreach.recipient_ids.browse(ids).write({"printed_on": "2026-01-01"})
        outreach.action_contacted()
        self.env["crm.outreach.engine"]._sync()
        self.assertEqual(measure.reached_count, len(ids))
        self._capture()
        self.env["crm.measure.treatment.engine"]._link_touchpoints(measure)
        self.assertEqual(self.env["crm.touchpoint"].search_count([("measure_id", "=", measure.id)]), len(ids))

    def test_marked_by_hand_and_imported(self):
        measure = self._live(user_id=self.user.id)
        rows = self._treated(measure).with_user(self.user)
        rows[:3].action_mark_treated()
        self.assertEqual(measure.reached_count, 3)
        day = str(self.today)
        loaded = rows.load([".id", "treated_on"], [[str(row.id), day] for row in rows[3:6]])
        self.assertFalse(loaded["messages"])
        self.assertEqual(rows[:6].mapped("treated_on"), [self.today] * 6)
        with self.assertRaises(UserError):
            self._control(measure)[0].with_user(self.user).treated_on = self.today
        with self.assertRaises(AccessError):
            rows[0].arm = "control"
        stranger = self._live(target="orders", user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self._treated(stranger)[0].with_user(self.user).treated_on = self.today
        rows[0].action_responded()
        rows[0].action_responded()
        self._capture()
        touchpoint = self.env["crm.touchpoint"].search(
            [("partner_id", "=", rows[0].partner_id.id), ("kind_id.code", "=", "measure_response")]
        )
        self.assertEqual((len(touchpoint), touchpoint.direction), (1, "in"))

    def test_cost_of_the_analytic_account(self):
        plan = self.env["account.analytic.plan"].create({"name": "Measures"})
        account = self.env["account.analytic.account"].create(
            {"name": "Voucher", "plan_id": plan.id, "company_id": self.company.id}
        )
        measure = self._live(analytic_account_id=account.id, hours=2, hour_rate=30, budget=100)
        self.env["account.analytic.line"].create(
            [
                {"name": "Printer", plan._column_name(): account.id, "amount": -55, "date": self.today},
                {
                    "name": "Too early",
                    plan._column_name(): account.id,
                    "amount": -9,
                    "date": self.today - timedelta(days=9),
                },
            ]
        )
        self.env["crm.measure.treatment.engine"]._refresh_costs(measure)
        self.assertEqual((measure.cost_analytic, measure.cost_actual, measure.over_budget), (55, 115, True))

    def test_assessed_by_its_assessment(self):
        self.company.kundenbindung_measure_minimum = 6
        measure = self._measure()
        action = measure.action_assess()
        for answer, state in (("4", "idea"), ("8", "assessed")):
            assessment = self.env["crm.value.assessment"].with_context(**action["context"]).create({})
            assessment.score_ids.answer = answer
            assessment.action_done()
            self.assertEqual(measure.state, state)
        self.assertEqual(measure.score, 8)


@tagged("post_install", "-at_install")
class TestMeasureLink(TreatmentCase, HttpCase):
    """The link in a mail: looking at the page is no response, the button is one."""

    def test_link(self):
        self.customers.email = "somebody@example.com"
        for number, customer in enumerate(self.customers):
            customer.email = f"customer{number}@example.com"
        self.env["crm.consent"].create(
            [{"partner_id": c.id, "purpose": "mail", "state": "given"} for c in self.customers]
        )
        measure = self._live(treatment="outreach", outreach_channel="mail")
        measure.action_treat()
        recipient = measure.outreach_id.recipient_ids[0]
        row = self._treated(measure).filtered(lambda r: r.partner_id == recipient.partner_id)
        path = recipient.answer_link.split("/", 3)[3]
        self.env.flush_all()
        page = self.url_open(f"/{path}")
        self.assertEqual(page.status_code, 200)
        self.assertFalse(row.responded_on)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        for _twice in range(2):
            self.assertEqual(self.url_open(f"/{path}", data={"csrf_token": token}).status_code, 200)
        self.assertEqual(row.responded_on, self.today)
        self.assertEqual(measure.response_ids.mapped("way"), ["link"])
        self.assertEqual(self.url_open(f"/{path[:-1]}x").status_code, 404)
        self.assertEqual(self.url_open(f"/outreach/answer/0/{'x' * 40}").status_code, 404)
