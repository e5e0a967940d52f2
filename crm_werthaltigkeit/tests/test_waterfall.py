from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged, users

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestWaterfall(WerthaltigkeitCase):
    """Why this value: parts that add up, each with its source and its records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._channel("phone").write({"cost_per_contact": 1.0, "cost_per_hour": 60.0, "default_minutes": 5})

    @classmethod
    def _rebuild(cls):
        cls._capture()
        cls.values._rebuild(cls.company)
        cls.env.invalidate_all()

    @classmethod
    def _history(cls):
        """Two orders with a discount, a return, and three logged contacts: 6 €, 11 € and 16 €."""
        cls._order(cls.customer, [(cls.tyres, 4, {"discount": 10}), (cls.labour, 2)], days_ago=40)
        cls._order(cls.contact, [(cls.labour, 1), (cls.labour, 1, {"price_unit": -5.0})], days_ago=20)
        cls._order(cls.customer, [(cls.tyres, -1)], days_ago=10)
        cls.env["crm.touchpoint"].create(
            [
                {
                    "partner_id": cls.contact.id,
                    "channel_id": cls._channel("phone").id,
                    "kind_id": cls._kind(kind).id,
                    "minutes": minutes,
                }
                for kind, minutes in (("contact", 5), ("return", 10), ("complaint", 15))
            ]
        )

    def _waterfall(self, user=None, partner=None):
        return self._value(partner or self.customer).with_user(user or self.user).get_waterfall()

    def _expect(self, value, **vals):
        """Give a value an expectation by the model, whatever the model would say."""
        value.sudo().write(
            {
                "purchase_method": "model",
                "amount_method": "own",
                "date_method": "rhythm",
                "rank_basis": "db1",
                "probability_active": 0.71,
                "expected_purchases": 3.4,
                "expected_db": 2400.0,
                "expected_profit": 2310.0,
                "profit_known": True,
                "lifetime_value": 5800.0,
                "margin_at_risk": 1840.0,
                "expected_order_date": self.company._werthaltigkeit_today() - timedelta(days=22),
                **vals,
            }
        )

    # -- the parts --------------------------------------------------------------------------------

    def test_parts_add_up_to_the_last_margin(self):
        self.company.action_confirm_rates()
        self._history()
        self._rebuild()
        value, data = self._value(self.customer), self._waterfall()
        amounts = {line["key"]: line["amount"] for line in data["lines"]}
        self.assertEqual(
            list(amounts),
            ["gross", "returns", "cost", "db1", "discounts", "db2", "touchpoints", "return", "complaint", "db3"],
        )
        self.assertEqual((amounts["return"], amounts["complaint"]), (-11.0, -16.0))
        self.assertEqual(amounts["gross"], 640.0)
        self.assertEqual(amounts["discounts"], -45.0)
        for total, keys in (("db1", 3), ("db2", 5), ("db3", 10)):
            parts = [line["amount"] for line in data["lines"][:keys] if not line["total"]]
            self.assertAlmostEqual(sum(parts), amounts[total], 2)
            self.assertAlmostEqual(amounts[total], value[total], 2)
        self.assertFalse(data["missing"])

    def test_no_number_without_its_source(self):
        self.company.with_user(self.manager).action_confirm_rates()
        self._history()
        self._rebuild()
        sources = {line["key"]: line["source"] for line in self._waterfall()["lines"]}
        self.assertTrue(all(sources.values()), sources)
        self.assertEqual(sources["gross"], "from 2 confirmed orders")
        self.assertEqual(sources["cost"], "known for 100 % of the revenue")
        self.assertIn(f"by {self.manager.name}", sources["touchpoints"])

    def test_every_line_opens_its_records(self):
        self.company.action_confirm_rates()
        self._history()
        self._rebuild()
        value = self._value(self.customer).with_user(self.manager)
        expected = {"gross": 3, "returns": 2, "cost": 5, "discounts": 2, "return": 2, "complaint": 1}
        for line in value.get_waterfall()["lines"]:
            if line["total"]:
                continue
            action = getattr(value, line["action"])()
            found = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
            self.assertEqual(len(found), expected.get(line["key"], len(found)), line["key"])
            self.assertTrue(found, line["key"])
            if action["res_model"] == "crm.touchpoint" and line["key"] != "returns":
                self.assertAlmostEqual(sum(found.mapped("cost")), -line["amount"], 2)

    def test_period_bounds_what_opens(self):
        self.company.werthaltigkeit_period = "12"
        self._order(self.customer, [(self.tyres, 1)], days_ago=800)
        order = self._order(self.customer, [(self.tyres, 2)], days_ago=10)
        self._rebuild()
        action = self._value(self.customer).action_view_gross()
        self.assertEqual(self.env["sale.order"].search(action["domain"]), order)

    def test_unknown_costs_draw_no_margin(self):
        """One line says what is missing and leads there."""
        self.tyres.standard_price = 0
        self._order(self.customer, [(self.tyres, 9), (self.labour, 1)])
        self._rebuild()
        data = self._waterfall()
        self.assertEqual([line["key"] for line in data["lines"]], ["gross", "revenue"])
        (missing,) = data["missing"]
        self.assertIn("92 %", missing["text"])
        action = getattr(self._value(self.customer), missing["action"])()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.tyres)

    def test_unconfirmed_rates_stop_at_cm2(self):
        self._history()
        self._rebuild()
        data = self._waterfall()
        self.assertEqual(data["lines"][-1]["key"], "db2")
        self.assertEqual([item["action"] for item in data["missing"]], ["action_view_contact_rates"])
        value = self._value(self.customer).with_user(self.manager)
        self.assertEqual(value.get_waterfall()["missing"][-1]["action"], "action_confirm_rates")
        value.action_confirm_rates()
        self.assertIn("next computation", value.get_waterfall()["missing"][0]["text"])
        self._rebuild()
        self.assertEqual(value.get_waterfall()["lines"][-1]["key"], "db3")

    def test_no_purchases(self):
        """A prospect has touchpoints and no bars; nothing is divided by its revenue."""
        self.env["crm.touchpoint"].create({"partner_id": self.customer.id})
        self._rebuild()
        data = self._waterfall()
        self.assertEqual((data["lines"], data["missing"], data["touchpoints"]), ([], [], "1 touchpoint"))
        self.assertFalse(data["expectation"]["facts"])
        self.assertIn("first purchase", data["expectation"]["text"])

    def test_only_returns(self):
        self._order(self.customer, [(self.tyres, -1)])
        self._rebuild()
        self.assertEqual(self._waterfall()["lines"][0]["amount"], 0.0)

    # -- the expectation --------------------------------------------------------------------------

    def test_too_little_data_is_said(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._rebuild()
        expectation = self._waterfall()["expectation"]
        self.assertNotEqual(expectation["method"], "model")
        self.assertIn("Too little data", expectation["text"])
        self.assertNotIn("active", [fact["key"] for fact in expectation["facts"]])

    def test_facts_name_their_method(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._rebuild()
        self._expect(self._value(self.customer), cost_exceeds_profit=True)
        facts = {fact["key"]: fact for fact in self._waterfall()["expectation"]["facts"]}
        self.assertTrue(all(fact["source"] for fact in facts.values()))
        self.assertEqual(facts["active"]["value"], 0.71)
        self.assertEqual((facts["order"]["detail"], facts["order"]["warning"]), ("22 days overdue", True))
        self.assertEqual(facts["profit"]["detail"], "The cost exceeds the profit to be expected")
        self.assertIn("3 years", facts["lifetime"]["source"])

    def test_past_says_nothing_about_being_active(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._rebuild()
        self._expect(self._value(self.customer), purchase_method="baseline", margin_at_risk=0.0, profit_known=False)
        facts = [fact["key"] for fact in self._waterfall()["expectation"]["facts"]]
        self.assertEqual(facts, ["order", "purchases", "amount", "lifetime"])

    def test_objector_has_no_expectation(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._rebuild()
        self._expect(self._value(self.customer), no_profiling=True)
        expectation = self._waterfall()["expectation"]
        self.assertEqual(expectation["facts"], [])
        self.assertIn("objected", expectation["text"])
        self.assertNotIn("still buys", self.customer.werthaltigkeit_headline)

    # -- who may see it ---------------------------------------------------------------------------

    def test_closed_to_others(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._rebuild()
        stranger = new_test_user(self.env, "wert_stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._waterfall(stranger)
        second = self.env["res.company"].create({"name": "Second"})
        foreigner = new_test_user(
            self.env,
            "wert_foreigner",
            groups="sales_team.group_sale_manager",
            company_id=second.id,
            company_ids=[(6, 0, second.ids)],
        )
        with self.assertRaises(AccessError):
            self._waterfall(foreigner)
        with self.assertRaises(AccessError):
            self.company.with_user(foreigner).action_confirm_rates()

    @users("wert_user")
    def test_only_managers_confirm_rates(self):
        with self.assertRaises(AccessError):
            self.env.company.action_confirm_rates()
        with self.assertRaises(AccessError):
            self.env["crm.touchpoint.channel"].action_confirm_rates()

    def test_confirmation_says_who_and_asks_for_a_computation(self):
        self.env["crm.value.run"].search([]).unlink()
        action = self.env["crm.touchpoint.channel"].with_user(self.manager).action_confirm_rates()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(self.company.werthaltigkeit_rates_confirmed_by, self.manager)
        self.assertEqual(self.company.werthaltigkeit_rates_confirmed_on, self.company._werthaltigkeit_today())
        self.assertEqual(self.env["crm.value.run"].search([("state", "=", "waiting")]).company_id, self.company)
        self._channel("phone").with_user(self.manager).cost_per_hour = 70.0
        self.assertTrue(self.company.werthaltigkeit_rates_confirmed_on, "a changed rate stays confirmed")

    def test_queries_do_not_grow_with_the_history(self):
        self.company.action_confirm_rates()
        self._history()
        self._rebuild()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._waterfall()
            return self.env.cr.sql_log_count - before

        queries()
        first = queries()
        self._history()
        self._rebuild()
        self.assertLessEqual(queries(), first)
        self.assertLess(first, 20)

    # -- the contact ------------------------------------------------------------------------------

    def test_sentence_and_filters_of_the_contact(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._order(self.other, [(self.tyres, 1)])
        self._rebuild()
        self._expect(self._value(self.customer))
        self.env.invalidate_all()
        self.assertIn("probably still buys (71 %) · ", self.contact.werthaltigkeit_headline)
        self.assertRegex(self.contact.werthaltigkeit_headline, r"2,310.* a year after service$")
        self._expect(self._value(self.customer), profit_known=False)
        self.env.invalidate_all()
        self.assertRegex(self.contact.werthaltigkeit_headline, r"2,400.* a year before service$")
        self.assertEqual(self.contact.werthaltigkeit_margin_at_risk, 1840.0)
        both = [("id", "in", (self.customer + self.other).ids)]
        search = self.env["res.partner"].with_user(self.user).search
        for domain in (
            [("werthaltigkeit_probability_active", "<", 0.8)],  # nothing is known of the other
            [("werthaltigkeit_probability_active", ">", 0.5)],
            [("werthaltigkeit_days_overdue", ">", 20)],
            [("werthaltigkeit_expected_order_date", "<", "today")],
            [("werthaltigkeit_margin_at_risk", ">=", 1840)],
            [("werthaltigkeit_lifetime_value", "<", 6000)],
            [("werthaltigkeit_expected_profit", ">", 2000)],
            [("werthaltigkeit_expected_db", ">", 2000)],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(search(both + domain), self.customer)
        self.assertEqual(search([*both, ("werthaltigkeit_days_overdue", ">", 30)]), self.env["res.partner"])
        self._value(self.customer).sudo().cost_exceeds_profit = True
        self.assertEqual(search([*both, ("werthaltigkeit_cost_exceeds_profit", "=", True)]), self.customer)
