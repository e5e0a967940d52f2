from datetime import timedelta
from unittest.mock import patch

import numpy as np

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_werthaltigkeit.models import (
    crm_value_expectation_engine,
    crm_value_model_engine,
)
from odoo.addons.crm_werthaltigkeit.stats import backtest, btyd, credibility

from .common import WerthaltigkeitCase


class ExpectationCase(WerthaltigkeitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.werthaltigkeit_rates_confirmed_on = False
        cls.env["crm.customer.value"].search([]).unlink()
        cls.env["sale.order"].search([("state", "=", "sale")]).write({"state": "cancel"})

    @classmethod
    def _buyers(cls, histories, price=100.0):
        """Create one customer per list of days ago, who bought a tyre on each; set-based but for the orders."""
        partners = cls.env["res.partner"].create([{"name": f"Buyer {i}"} for i in range(len(histories))])
        days = [(partner, ago) for partner, agos in zip(partners, histories, strict=True) for ago in agos]
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [(0, 0, {"product_id": cls.tyres.id, "product_uom_qty": 1, "price_unit": price})],
                }
                for partner, _ago in days
            ]
        )
        orders.write({"state": "sale"})
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE sale_order o SET date_order = now() - make_interval(days => d.ago)"
            "  FROM unnest(%s, %s) AS d (id, ago) WHERE d.id = o.id",
            [orders.ids, [ago for _partner, ago in days]],
        )
        cls.env.invalidate_all()
        return partners

    @classmethod
    def _simulated(cls, size=60, seed=7, since=200):
        """Days ago of purchases of customers who drop out at random: what the model assumes."""
        rng = np.random.default_rng(seed)
        histories = []
        for _customer in range(size):
            start = int(rng.integers(since, 900))
            rate, dropout = rng.gamma(1.2, 1 / 70), rng.beta(0.8, 2.5)
            days, moment = [start], float(start)
            while rng.random() > dropout:
                moment -= rng.exponential(1 / rate)
                if moment < 1:
                    break
                days.append(int(moment))
            histories.append(sorted(set(days)))
        return histories

    def _rebuild(self, refit=True):
        self.env.flush_all()
        if refit:
            self.env["crm.value.run"]._request(self.company, refit=True)
        self.values._rebuild(self.company)
        self.env.invalidate_all()

    def _card(self):
        return self.env["crm.value.model"]._current(self.company)


@tagged("post_install", "-at_install")
class TestMargins(ExpectationCase):
    def test_margins_down_to_cost_to_serve(self):
        """CM II is CM I less discounts; CM III is less the contacts, and unknown before rates are confirmed."""
        self._order(self.customer, [(self.tyres, 4, {"discount": 10})], days_ago=20)
        self._channel("phone").write({"cost_per_contact": 5.0, "cost_per_hour": 0.0})
        self._kind("complaint").handling_cost = 15.0
        self.env["crm.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "kind_id": self._kind("complaint").id,
                "channel_id": self._channel("phone").id,
                "direction": "in",
            }
        )
        self._capture()
        self._rebuild()
        value = self._value(self.customer)
        self.assertEqual((value.db1, value.db2), (160.0, 120.0))
        complaint = self._touchpoints(self.customer, "complaint")
        self.assertEqual(complaint.cost, 20.0)
        self.assertFalse(value.profit_known)
        self.company.werthaltigkeit_rates_confirmed_on = "2026-01-01"
        self._rebuild()
        self.assertTrue(value.profit_known)
        self.assertAlmostEqual(value.db3, 120.0 - value.touchpoint_cost)
        self.assertGreaterEqual(value.touchpoint_cost, 20.0)
        self.assertAlmostEqual(value.service_cost_year, value.touchpoint_cost)

    def test_changed_handling_cost_values_the_past(self):
        self._order(self.customer, [(self.tyres, 1)], days_ago=20)
        self._order(self.customer, [(self.tyres, -1)], days_ago=10)
        self._capture()
        before = self._touchpoints(self.customer, "return").cost
        self._kind("return").handling_cost = 12.5
        self._capture()
        self.assertAlmostEqual(self._touchpoints(self.customer, "return").cost, before + 12.5)

    def test_cost_exceeds_profit(self):
        """Who costs more in service than the margin to be expected is flagged, once the rates are confirmed."""
        *_others, dear = self._buyers([*self._simulated(59), [30, 230, 430]])
        self._channel("phone").write({"cost_per_contact": 5000.0, "cost_per_hour": 0.0})
        self.env["crm.touchpoint"].create(
            {"partner_id": dear.id, "kind_id": self._kind("complaint").id, "channel_id": self._channel("phone").id}
        )
        self._capture()
        self._rebuild()
        self.assertFalse(self._value(dear).cost_exceeds_profit)
        self.company.werthaltigkeit_rates_confirmed_on = "2026-01-01"
        self._rebuild()
        value = self._value(dear)
        self.assertTrue(value.cost_exceeds_profit)
        self.assertAlmostEqual(value.expected_profit, value.expected_db - value.service_cost_year, places=2)


@tagged("post_install", "-at_install")
class TestExpectation(ExpectationCase):
    def test_scores_are_those_of_the_statistics(self):
        """What the rows say is what the pure functions say for the same histories."""
        partners = self._buyers(self._simulated())
        self._rebuild()
        card = self._card()
        self.assertTrue(card.converged)
        self.assertEqual(card.customers, 60)
        card.decision = "model"  # whatever the gate said about this sample
        self.env["crm.value.expectation.engine"]._expect(self.company)
        values = self.env["crm.customer.value"].search([("partner_id", "in", partners.ids)], order="id")
        today = self.company._werthaltigkeit_today()
        x = np.array([v.purchase_days_ever - 1 for v in values])
        t_x = np.array([(v.last_order_date - v.first_order_date).days for v in values])
        t_total = np.array([(today - v.first_order_date).days for v in values])
        params = btyd.fit(x, t_x, t_total, prior=btyd.DEFAULT_PRIOR)
        self.assertAlmostEqual(params.alpha, card.alpha, places=4)
        purchases = btyd.expected_purchases(params, x, t_x, t_total, 365.25)
        np.testing.assert_allclose(
            values.mapped("probability_active"), btyd.p_alive(params, x, t_x, t_total), atol=6e-5
        )
        np.testing.assert_allclose(values.mapped("expected_purchases"), purchases, atol=6e-4)
        amounts = credibility.expected_margin(
            np.array(values.mapped("purchase_days")),
            np.array(values.mapped("margin_mean")),
            np.array([v.margin_variance if v.purchase_days > 1 else np.nan for v in values]),
        )
        np.testing.assert_allclose(values.mapped("expected_db"), purchases * amounts.expected, atol=0.02)
        self.assertEqual(set(values.mapped("purchase_method")), {"model"})

    def test_gate_decides_for_the_past(self):
        """Where the model is not better than the past, the past is shown and named."""
        partners = self._buyers(self._simulated())
        with patch.object(backtest, "_decide", return_value=("baseline", "model_worse")):
            self._rebuild()
        value = self._value(partners[0])
        self.assertEqual((self._card().decision, self._card().reason_code), ("baseline", "model_worse"))
        self.assertEqual(value.purchase_method, "baseline")
        self.assertEqual(value.expected_purchases, value.repeat_purchases_year)
        self.assertFalse(value.probability_active)
        years = self._card()._baseline_years(self.company)
        amount = value.lifetime_value / years
        self.assertAlmostEqual(amount, value.expected_db, delta=0.02)

    def test_card_reports_both_errors(self):
        self._buyers(self._simulated())
        self._rebuild()
        card = self._card()
        self.assertIn(card.decision, ("model", "baseline"))
        self.assertGreater(card.actual_purchases, 0)
        self.assertTrue(card.model_mae and card.baseline_mae and card.model_rmse and card.baseline_rmse)
        self.assertEqual(sum(row[2] for row in card.calibration), card.backtest_customers)

    def test_next_order_follows_the_rhythm(self):
        """Three purchases make a rhythm; two and one are left to the model; overdue counts from the date."""
        regular, twice = self._buyers([[10, 40, 70, 100], [100, 300]])
        self._buyers(self._simulated(40))
        self._rebuild()
        self._card().decision = "model"
        self.env["crm.value.expectation.engine"]._expect(self.company)
        value = self._value(regular)
        self.assertEqual(value.date_method, "rhythm")
        self.assertEqual(value.expected_order_date, value.last_order_date + timedelta(days=30))
        self.assertEqual(value.days_overdue, 0)
        self.assertIn(self._value(twice).date_method, ("model", "none"))
        value.sudo().expected_order_date = self.company._werthaltigkeit_today() - timedelta(days=12)
        self.assertEqual(value.days_overdue, 12)
        search = self.env["crm.customer.value"].search
        self.assertIn(value, search([("days_overdue", ">", 11)]))
        self.assertNotIn(value, search([("days_overdue", ">", 12)]))
        self.assertIn(value, search([("days_overdue", ">=", 12)]))
        self.assertNotIn(value, search([("days_overdue", "<", 12)]))

    def test_changed_date_goes_through_the_orm(self):
        """Automation rules see a next order date that moves, and nothing where it stays."""
        regular, _other = self._buyers([[10, 40, 70, 100], [20, 50, 80]])
        self._rebuild()
        self._order(regular, [(self.tyres, 1)])
        written = []
        write = type(self.env["crm.customer.value"]).write

        def record(records, vals):
            if "expected_order_date" in vals:
                written.extend(records.partner_id.ids)
            return write(records, vals)

        with patch.object(type(self.env["crm.customer.value"]), "write", record):
            self._rebuild(refit=False)
        self.assertEqual(written, regular.ids)

    def test_run_of_changes_says_the_same(self):
        """Who bought since the last run is expected with the same card as in a complete run."""
        partners = self._buyers(self._simulated())
        self._rebuild()
        self._order(partners[3], [(self.tyres, 2)])
        self.env.flush_all()
        self.values._update(self.company)
        names = ["expected_purchases", "probability_active", "lifetime_value", "expected_order_date", "margin_at_risk"]
        changed = self._value(partners[3]).read(names)
        self._rebuild(refit=False)
        self.assertEqual(changed, self._value(partners[3]).read(names))

    def test_nothing_is_rewritten_without_change(self):
        self._buyers(self._simulated(40))
        self._rebuild()
        self.env.cr.execute("SELECT array_agg((id, xmin::text, ctid::text) ORDER BY id) FROM crm_customer_value")
        before = self.env.cr.fetchone()
        self._rebuild(refit=False)
        self.env.cr.execute("SELECT array_agg((id, xmin::text, ctid::text) ORDER BY id) FROM crm_customer_value")
        self.assertEqual(before, self.env.cr.fetchone())

    def test_unknown_cost_uses_the_average_rate(self):
        """A customer whose own costs are unknown gets the company's margin rate on the own revenue."""
        self._buyers(self._simulated(50))
        free = self.env["product.product"].create({"name": "Advice", "type": "service", "taxes_id": False})
        for ago in (300, 200, 100):
            self._order(self.other, [(free, 1, {"price_unit": 300.0})], days_ago=ago)
        self._rebuild()
        value = self._value(self.other)
        self.assertEqual((value.amount_method, value.margin_known, value.rank_basis), ("rate", False, "db1"))
        self.assertAlmostEqual(value.expected_db, value.expected_revenue * self._card().margin_rate, delta=0.02)
        self.assertFalse(value.profit_known)

    def test_objection_to_profiling(self):
        partners = self._buyers(self._simulated(40))
        self.env["crm.consent"].create({"partner_id": partners[0].id, "purpose": "profiling", "state": "withdrawn"})
        self._rebuild()
        value = self._value(partners[0])
        self.assertEqual((value.purchase_method, value.amount_method, value.date_method), ("none",) * 3)
        self.assertFalse(value.expected_order_date or value.lifetime_value or value.probability_active)
        self.assertTrue(value.revenue)
        self.assertEqual(self._card().customers, 39)

    def test_without_libraries_the_past_stands(self):
        partners = self._buyers(self._simulated(40))
        with (
            patch.object(crm_value_expectation_engine, "np", None),
            patch.object(crm_value_model_engine, "np", None),
        ):
            self._rebuild()
        value = self._value(partners[0])
        self.assertEqual(self._card().reason_code, "no_libraries")
        self.assertEqual(value.purchase_method, "baseline")
        self.assertEqual(value.expected_purchases, value.repeat_purchases_year)

    def test_refit_is_for_managers(self):
        self._rebuild()
        with self.assertRaises(AccessError):
            self._card().with_user(self.user).action_refit()
        self._card().with_user(self.manager).action_refit()
        self.assertTrue(self.env["crm.value.run"].search([("refit", "=", True), ("state", "=", "waiting")]))

    def test_card_is_renewed_weekly(self):
        self._buyers([[10, 40]])
        self._rebuild()
        card = self._card()
        self._rebuild(refit=False)
        self.assertEqual(self._card(), card)
        card.date -= timedelta(days=8)
        self._rebuild(refit=False)
        self.assertNotEqual(self._card(), card)
        self.assertFalse(card.current)


@tagged("post_install", "-at_install")
class TestSmallBases(ExpectationCase):
    """Companies about whom little can be said: the screen shows words, not invented numbers."""

    def _check(self, decision, reason):
        self._rebuild()
        self.assertEqual((self._card().decision, self._card().reason_code), (decision, reason))

    def test_no_orders(self):
        self._check("none", "no_purchases")

    def test_one_customer(self):
        [one] = self._buyers([[5, 35, 65, 95]])
        self._check("none", "few_customers")
        value = self._value(one)
        self.assertEqual((value.purchase_method, value.amount_method, value.date_method), ("none", "none", "rhythm"))
        self.assertFalse(value.lifetime_value or value.expected_purchases)
        self.assertTrue(value.expected_order_date)

    def test_one_purchase_today(self):
        self._buyers([[0]])
        self._check("none", "no_past")

    def test_thirty_customers(self):
        self._buyers(self._simulated(30, since=500))
        self._rebuild()
        self.assertIn(self._card().decision, ("model", "baseline"))

    def test_only_one_time_buyers(self):
        self._buyers([[ago] for ago in range(20, 420, 10)])
        self._check("none", "no_holdout")
        self.assertEqual(self._card().one_time_buyers, 40)

    def test_negative_margins(self):
        """Losses are expected as losses, not as zero."""
        partners = self._buyers(self._simulated(50), price=50.0)
        self._rebuild()
        self._card().decision = "model"
        self.env["crm.value.expectation.engine"]._expect(self.company)
        values = self.env["crm.customer.value"].search([("partner_id", "in", partners.ids)])
        self.assertTrue(all(value.db2 < 0 for value in values))
        self.assertTrue(all(value.lifetime_value <= 0 for value in values))
        self.assertLess(sum(values.mapped("expected_db")), 0)
