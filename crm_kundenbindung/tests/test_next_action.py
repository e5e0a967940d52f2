from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .retention import RetentionCase


class NextActionCase(RetentionCase):
    """A salesperson with a customer at risk, and one without anything to do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.at_risk = cls._buyer(
            "Taxi Slipping", last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=640.0
        )
        cls.fine = cls._buyer("Taxi Fine", last=10, purchases=8, interval=40)
        cls._assign(cls.at_risk, cls.seller)
        cls._assign(cls.fine, cls.seller)
        cls._run()
        cls.reason = cls.env.ref("crm_kundenbindung.next_action_refusal_reason")

    def _mine(self):
        return self.env["crm.next.action"].with_user(self.seller).search([("state", "=", "open")])


@tagged("post_install", "-at_install")
class TestProposals(NextActionCase):
    """One open proposal per customer: the one with most at stake."""

    def test_reason_and_stake(self):
        action = self._mine()
        self.assertEqual(action.partner_id, self.at_risk)
        self.assertEqual((action.stake, action.stake_basis, action.user_id), (640, "risk", self.seller))
        self.assertEqual(action.reason, "Usually every 40 days, last order 70 days ago: the rhythm is broken.")
        self.assertEqual(action.proposal, "Call and ask what they need")
        self.assertFalse(self._action(self.fine))

    def test_without_a_probability_the_past_year_is_at_stake(self):
        partner = self._buyer("No Model", last=70, purchases=8, interval=40)
        self._run()
        self.assertEqual((self._action(partner).stake, self._action(partner).stake_basis), (913.13, "year"))
        once = self._buyer("Once", last=200)
        self._run()
        self.assertEqual((self._action(once).stake, self._action(once).stake_basis), (100, "purchase"))
        self.assertEqual(self._action(once).reason, "Bought once, 200 days ago: the rhythm is broken.")

    def test_a_work_list_has_an_end(self):
        """Of the proposals of a salesperson those with most at stake stay; what is owed stays anyway."""
        small = self._buyer("Small", last=200)
        self._assign(small, self.seller)
        self.company.kundenbindung_proposals_per_person = 1
        self._run()
        self.assertEqual(self._mine().partner_id, self.at_risk)
        self.env["crm.promise"].create(
            {"name": "Call back", "partner_id": small.id, "company_id": self.company.id, "due_date": self.today}
        )
        self._run()
        self.assertEqual(self._mine().partner_id, self.at_risk | small)
        self.company.kundenbindung_proposals_per_person = 0
        self._run()
        self.assertEqual(self._mine().partner_id, self.at_risk | small)

    def test_best_of_several_conditions(self):
        """What fits is proposed to a loyal customer; when they slip, the broken rhythm is worth more."""
        self.env["crm.product.recommendation"].create(
            {"partner_id": self.fine.id, "company_id": self.company.id, "product_id": self.tyres.id, "rank": 1,
             "because_product_id": self.labour.id}
        )  # fmt: skip
        self._run()
        action = self._action(self.fine)
        self.assertEqual((action.type_id.condition, action.stake), ("cross_selling", 100))
        self.assertEqual(action.reason, "Customers who buy Labour Hour also buy Winter Tyre.")
        self._value(self.fine).last_order_date = self._days_ago(70)
        self._run()
        self.assertEqual(self._action(self.fine).type_id.condition, "rhythm_broken")

    def test_welcome_and_win_back(self):
        new = self._buyer("Newcomer", last=5)
        lapsed = self._buyer("Gone", last=400, purchases=6, interval=60)
        long_gone = self._buyer("Long Gone", last=900, purchases=6, interval=60)
        self._run()
        self.assertEqual(self._action(new).type_id.condition, "new_customer_welcome")
        self.assertEqual(self._action(lapsed).type_id.condition, "win_back")
        self.assertFalse(self._action(long_gone))

    def test_what_we_owe_a_customer_comes_first(self):
        self.env["crm.promise"].create(
            {"name": "Send the offer", "partner_id": self.at_risk.id, "due_date": self.today}
        )
        self._run()
        action = self._action(self.at_risk)
        self.assertEqual(action.type_id.condition, "promise_due")
        self.assertIn("Send the offer", action.reason)
        cause = self.env.ref("crm_kundenbindung.complaint_cause_work_again")
        complaint = self.env["crm.complaint"].create(
            {"name": "Brakes squeal", "partner_id": self.fine.id, "cause_id": cause.id, "due_date": self._days_ago(1)}
        )
        self._run()
        action = self._action(self.fine)
        self.assertEqual((action.type_id.condition, action.first), ("complaint_open", True))
        self.assertIn("Brakes squeal", action.reason)
        self.assertIn(cause.name, action.reason)
        complaint.stage_id = self.env["crm.complaint.stage"].search([("state", "=", "solved")], limit=1)
        self._run()
        self.assertFalse(self._action(self.fine))

    def test_nothing_is_proposed_where_nothing_is_at_stake(self):
        partner = self._buyer("Bargain Hunter", last=70, purchases=8, interval=40, margin_mean=-20.0)
        self._run()
        self.assertFalse(self._action(partner))

    def test_it_goes_when_the_customer_buys(self):
        self._buys(self.at_risk)
        self._run()
        self.assertFalse(self._action(self.at_risk, "open", "postponed", "accepted", "refused"))

    def test_texts_are_the_company_s(self):
        kind = self.env.ref("crm_kundenbindung.next_action_type_rhythm")
        kind.reason = "{customer}: {days} days, {orders} orders, {amount}"
        self.env.invalidate_all()
        self.assertIn("Taxi Slipping: 70 days, 8 orders, ", self._action(self.at_risk).reason)
        for text in ("{nonsense}", "{customer.env}", "{customer", "{0}"):
            with self.assertRaises(ValidationError):
                kind.reason = text

    def test_own_customers_only(self):
        self._assign(self.fine, self.manager)
        self._value(self.fine).last_order_date = self._days_ago(70)
        nobody = self._buyer("Of Nobody", last=70, purchases=8, interval=40)
        self._run()
        self.assertEqual(self._mine().partner_id, self.at_risk | nobody)
        foreign = self._action(self.fine).with_user(self.seller)
        for call in (
            foreign.action_do,
            foreign.action_later,
            foreign.action_no,
            foreign.action_reopen,
            lambda: foreign._refuse(self.reason),
        ):
            with self.assertRaises(AccessError):
                call()
        everything = self.env["crm.next.action"].with_user(self.manager).search([("state", "=", "open")])
        self.assertEqual(everything.partner_id, self.at_risk | nobody | self.fine)
        all_leads = new_test_user(self.env, "retention_all", groups="sales_team.group_sale_salesman_all_leads")
        self.assertEqual(self.env["crm.next.action"].with_user(all_leads).search([("state", "=", "open")]), everything)
        for values in ({"stake": 1.0}, {"state": "refused"}):
            with self.assertRaises(AccessError):
                self._mine()[:1].write(values)

    def test_work_list_needs_few_queries(self):
        for number in range(40):
            self._assign(self._buyer(f"Many {number}", last=70, purchases=8, interval=40), self.seller)
        self._run()
        actions = self.env["crm.next.action"].with_user(self.seller)
        specification = {
            name: {"fields": {"display_name": {}}} if name in ("partner_id", "stage_id", "user_id", "type_id") else {}
            for name in ("partner_id", "stage_id", "user_id", "stake", "stake_basis", "reason", "proposal", "urgency", "state", "type_icon",
                         "stage_code", "value_class")
        }  # fmt: skip
        actions.web_search_read([("user_id", "=", self.seller.id), ("state", "=", "open")], specification, limit=40)
        self.env.invalidate_all()
        with self.assertQueryCount(14):
            found = actions.web_search_read(
                [("user_id", "=", self.seller.id), ("state", "=", "open")], specification, limit=40
            )
        self.assertEqual(len(found["records"]), 40)


@tagged("post_install", "-at_install")
class TestDecisions(NextActionCase):
    """Do it, later, no: remembered, and never overwritten."""

    def test_do_it_plans_an_activity_on_the_contact(self):
        action = self._mine()
        result = action.action_do()
        activity = self.at_risk.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.activity_type_id, self.env.ref("mail.mail_activity_data_call"))
        self.assertEqual(activity.date_deadline, fields.Date.today() + timedelta(days=2))
        self.assertEqual(activity.summary, "Call and ask what they need")
        self.assertIn("the rhythm is broken", activity.note)
        self.assertEqual((action.state, action.decided_by_id, action.activity_id), ("accepted", self.seller, activity))
        self.assertEqual(result["tag"], "display_notification")
        self._run()
        self.assertFalse(self._mine(), "not proposed again for a while")
        with self.assertRaises(UserError):
            action.action_do()
        action.sudo().remembered_until = fields.Date.today()
        self._run()
        self.assertEqual(self._mine().partner_id, self.at_risk)
        self.assertEqual(action.state, "accepted", "what was done stays")

    def test_later_comes_back_on_its_day(self):
        action = self._mine()
        wizard = Form(
            self.env["crm.next.action.decision"].with_user(self.seller).with_context(**action.action_later()["context"])
        ).save()
        wizard.action_week()
        self.assertEqual(action.postponed_until, fields.Date.today() + timedelta(days=7))
        self._run()
        self.assertEqual((action.state, self._mine()), ("postponed", self.env["crm.next.action"]))
        action.sudo().postponed_until = fields.Date.today()
        self._run()
        self.assertEqual((self._mine(), action.state), (action, "open"))
        action._postpone(fields.Date.today() + timedelta(days=7))
        self._buys(self.at_risk)
        action.sudo().postponed_until = fields.Date.today()
        self._run()
        self.assertFalse(action.exists(), "the reason is gone, and so is the proposal")
        with self.assertRaises(UserError):
            self.env["crm.next.action"].with_user(self.seller)._postpone(fields.Date.today())

    def test_something_else_may_come_up_meanwhile(self):
        action = self._mine()
        action._postpone(fields.Date.today() + timedelta(days=7))
        other = self.env["crm.next.action.type"].create(
            {"name": "Visit", "condition": "rhythm_broken", "reason": "{rhythm}", "proposal": "Visit them"}
        )
        self._run()
        self.assertEqual(self._mine().type_id, other)
        self.assertEqual(action.state, "postponed")
        action.sudo().postponed_until = fields.Date.today()
        self._run()
        self.assertEqual(len(self._mine()), 1, "one open proposal per customer")

    def test_no_is_remembered(self):
        action = self._mine()
        context = action.action_no()["context"]
        wizard = Form(self.env["crm.next.action.decision"].with_user(self.seller).with_context(**context))
        wizard.refusal_id = self.reason
        wizard.note = "Sold the taxi"
        wizard.save().action_confirm()
        self.assertEqual(
            (action.state, action.refusal_id, action.refusal_note), ("refused", self.reason, "Sold the taxi")
        )
        self.assertEqual(action.remembered_until, fields.Date.add(fields.Date.today(), months=6))
        self._run()
        self.assertFalse(self._mine())
        self.assertEqual(action.state, "refused")
        action.sudo().remembered_until = fields.Date.today()
        self._run()
        self.assertEqual(len(self._mine()), 1)
        self.assertEqual(action.state, "refused")

    def test_a_reason_may_be_remembered_longer(self):
        quiet = self.env.ref("crm_kundenbindung.next_action_refusal_quiet")
        action = self._mine()
        with self.assertRaises(UserError):
            action._refuse(self.env["crm.next.action.refusal"])
        action._refuse(quiet)
        self.assertEqual(action.remembered_until, fields.Date.add(fields.Date.today(), months=24))

    def test_taking_a_decision_back(self):
        action = self._mine()
        action._refuse(self.reason, "wrong click")
        action.action_reopen()
        self.assertEqual((action.state, action.refusal_id.id, action.decided_by_id.id), ("open", False, False))
        self._run()
        self.assertEqual(self._mine(), action)

    def test_users_without_rights_on_contacts_plan_too(self):
        self.seller.group_ids -= self.env.ref("base.group_partner_manager")
        self._mine().action_do()
        self.assertEqual(len(self.at_risk.activity_ids), 1)


@tagged("post_install", "-at_install")
class TestTourNextAction(NextActionCase, HttpCase):
    def test_work_list_do_it_activity(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.seller.lang = "en_US"
        self.start_tour("/odoo/next-actions", "crm_kundenbindung_next_action", login=self.seller.login)
        self.assertEqual(self.at_risk.activity_ids.user_id, self.seller)
        self.assertEqual(self._action(self.at_risk, "accepted").decided_by_id, self.seller)
        self.assertEqual(self._action(self.fine, "refused").refusal_note, "Sold the taxi")

    def setUp(self):
        super().setUp()
        self._value(self.fine).write(
            {"last_order_date": self._days_ago(75), "margin_at_risk": 20.0, "purchase_method": "model"}
        )
        self._run()
