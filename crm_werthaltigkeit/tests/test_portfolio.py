from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestPortfolio(WerthaltigkeitCase):
    """Today against expected, in four quadrants and one call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.env["res.company"].create({"name": "Portfolio Ltd", "werthaltigkeit_period": "24"})
        (cls.user | cls.manager).company_ids |= cls.shop

    def _portfolio(self, filters=None, user=None):
        return (
            self.env["crm.value.portfolio"].with_user(user or self.user).with_company(self.shop).get_portfolio(filters)
        )

    def _customer(self, name, now, expected, **vals):
        today = self.shop._werthaltigkeit_today()
        return self.env["crm.customer.value"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": name}).id,
                "company_id": self.shop.id,
                "currency_id": self.shop.currency_id.id,
                "rank_basis": "db1",
                "margin_known": True,
                "purchase_method": "model",
                "amount_method": "own",
                "orders_ever": 3,
                "first_order_date": today.replace(year=today.year - 5),
                "db2": now,
                "expected_db": expected,
                "revenue": 2 * now,
                "expected_revenue": 2 * expected,
                **vals,
            }
        )

    def _four(self):
        """One customer per quadrant: the averages are 500 in two years, and 200 expected."""
        return [
            self._customer("Pillar", 1000.0, 400.0, value_class="A", user_id=self.user.id),
            self._customer("Fading", 800.0, 0.0, value_class="A"),
            self._customer("Rising", 200.0, 300.0, value_class="B"),
            self._customer("Small", 0.0, 100.0, value_class="C"),
        ]

    def _counts(self, result):
        return {quadrant["name"]: quadrant["customers"] for quadrant in result["quadrants"]}

    def test_empty(self):
        self.assertEqual(self._portfolio()["customers"], 0)

    def test_quadrants(self):
        """Limits are the averages; today is per year, as the expectation is."""
        self._four()
        result = self._portfolio()
        self.assertEqual(self._counts(result), {"pillars": 1, "fading": 1, "rising": 1, "small": 1})
        self.assertAlmostEqual(result["limits"][0], 250.0, delta=1)
        self.assertEqual(result["limits"][1], 200.0)
        self.assertEqual([point["name"] for point in result["points"]][:2], ["Pillar", "Fading"])
        self.assertAlmostEqual(result["points"][0]["x"], 500.0, delta=2)
        self.assertAlmostEqual(result["quadrants"][0]["now"], 500.0, delta=2)

    def test_every_quadrant_opens_as_many_customers_as_it_says(self):
        self._four()
        self._customer("Too Little", 900.0, 0.0, purchase_method="none", amount_method="none")
        self._customer("No Costs", 0.0, 300.0, margin_known=False, amount_method="rate", revenue=600.0)
        result = self._portfolio()
        count = self.env["crm.customer.value"].with_user(self.user).with_company(self.shop).search_count
        for quadrant in result["quadrants"]:
            self.assertEqual(count(quadrant["domain"]), quadrant["customers"])
        self.assertEqual(sum(self._counts(result).values()), count(result["domain"]))
        self.assertEqual(
            {row["reason"]: (row["customers"], count(row["domain"])) for row in result["left_out"]},
            {"data": (1, 1), "costs": (1, 1)},
        )

    def test_filters_keep_the_limits(self):
        self._four()
        result = self._portfolio({"class": "A"})
        self.assertEqual(self._counts(result), {"pillars": 1, "fading": 1, "rising": 0, "small": 0})
        self.assertEqual(result["limits"][1], 200.0)
        self.assertEqual([point["name"] for point in self._portfolio({"user": self.user.id})["points"]], ["Pillar"])
        self.assertEqual(self._counts(self._portfolio({"user": self.manager.id}))["pillars"], 0)
        self.assertEqual([choice["id"] for choice in result["choices"]["user"]], self.user.ids)

    def test_nonsense_is_refused(self):
        for filters in ("x", 1, [1], {"team": "1"}, {"class": "D"}, {"user": [1]}, {"domain": []}, {"team": True}):
            with self.subTest(filters=filters), self.assertRaises(UserError):
                self._portfolio(filters)

    def test_revenue_where_costs_are_unknown(self):
        for value in self._four():
            value.write({"rank_basis": "revenue", "margin_known": False})
        result = self._portfolio()
        self.assertEqual((result["measure"], result["limits"][1]), ("revenue", 400.0))
        self.assertEqual(sum(self._counts(result).values()), 4)

    def test_other_companies_stay_outside(self):
        self._four()
        self._customer("Elsewhere", 9000.0, 9000.0, company_id=self.company.id)
        self.assertEqual(self._portfolio()["customers"], 4)
        stranger = new_test_user(self.env, "wert_stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["crm.value.portfolio"].with_user(stranger).get_portfolio()

    def test_queries_do_not_grow_with_the_customers(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._portfolio()
            return self.env.cr.sql_log_count - before

        self._four()
        queries()
        first = queries()
        for _more in range(5):
            self._four()
        self.assertLessEqual(queries(), first)
        self.assertLess(first, 25)


@tagged("post_install", "-at_install")
class TestModelCard(WerthaltigkeitCase):
    """The model card says in words what was decided and why."""

    def _card(self, **vals):
        return self.env["crm.value.model"].create(
            {
                "company_id": self.company.id,
                "decision": "model",
                "reason_code": "model_better",
                "cutoff": "2026-06-12",
                "holdout_days": 180,
                "backtest_customers": 200,
                "model_mae": 0.61,
                "baseline_mae": 0.74,
                "model_bias": 0.05,
                **vals,
            }
        )

    def test_decision_for_the_model(self):
        card = self._card()
        self.assertEqual(
            card.explanation,
            "On 06/12/2026 we predicted the following 180 days: the model was off by 0.61 purchases per customer,"
            " repeating the same time before by 0.74. So the model is used.",
        )
        self.assertIn("0.61", card._summary())

    def test_other_decisions(self):
        biased = self._card(decision="baseline", reason_code="model_biased", model_bias=-0.4)
        self.assertIn("off by -40 %", biased.explanation)
        few = self._card(decision="none", reason_code="few_customers", backtest_customers=12, model_mae=0)
        self.assertTrue(few.explanation.startswith("12 customers had bought"))
        self.assertFalse(few.tested)
        unknown = self._card(decision="none", reason_code="never_heard_of", cutoff=False)
        self.assertEqual(unknown.explanation, "There is too little data for an expectation.")

    def test_every_reason_of_the_computation_has_words(self):
        """What the computation may write as reason is said in a sentence."""
        for reason in (
            "model_better",
            "model_worse",
            "model_biased",
            "few_customers",
            "no_holdout",
            "no_past",
            "no_purchases",
            "no_libraries",
        ):
            self.assertIn(reason, self._card()._reason_texts())

    def test_value_leads_to_its_card(self):
        self._order(self.customer, [(self.tyres, 1)])
        self.values._rebuild(self.company)
        value = self._value(self.customer).with_user(self.user)
        action = value.action_view_model_card()
        self.assertEqual(action["res_model"], "crm.value.model")
        self.assertEqual(action["res_id"], self.env["crm.value.model"]._current(self.company).id)
        customers = self.env["crm.value.model"].browse(action["res_id"]).with_user(self.user).action_view_customers()
        self.assertIn(value, self.env["crm.customer.value"].search(customers["domain"]))
