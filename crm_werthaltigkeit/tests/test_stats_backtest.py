import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..stats import backtest
from . import cdnow
from .test_stats_btyd import USUAL, simulate


class TestGate(BaseCase):
    """The model is used only where it beats the purchases of the previous window."""

    def test_cdnow(self):
        x, t_x, T, holdout, previous = cdnow.holdout()
        self.assertEqual((x.size, holdout.sum()), (2357, 1882))
        gate = backtest.gate(x, t_x, T, holdout, previous, cdnow.HOLDOUT_DAYS)
        self.assertEqual((gate.decision, gate.reason), ("model", "model_better"))
        self.assertLessEqual(gate.model.mae, 0.78)
        self.assertLessEqual(gate.model.rmse, 1.63)
        self.assertLess(gate.model.mae, gate.baseline.mae)
        self.assertEqual(sum(customers for *_means, customers in gate.calibration), 2357)

    def evaluate(self, actual, model, baseline):
        gate = backtest.evaluate(actual, model, baseline)
        return gate.decision, gate.reason

    def test_decisions(self):
        actual = np.tile([0.0, 1, 2], 20)
        self.assertEqual(self.evaluate(actual, actual, actual + 1), ("model", "model_better"))
        self.assertEqual(self.evaluate(actual, actual, actual), ("model", "model_better"))
        self.assertEqual(self.evaluate(actual, actual + 1, actual), ("baseline", "model_worse"))
        self.assertEqual(self.evaluate(actual, 0 * actual, 2 * actual + 1), ("baseline", "model_biased"))
        self.assertEqual(self.evaluate(actual[:29], actual[:29], actual[:29]), ("none", "few_customers"))
        self.assertEqual(self.evaluate(0 * actual, actual, actual), ("none", "no_holdout"))
        self.assertEqual(self.evaluate([1], [1], [1]), ("none", "few_customers"))

    def test_bias_at_its_limit(self):
        actual = np.full(40, 4.0)
        self.assertEqual(self.evaluate(actual, actual + 1, actual + 2), ("model", "model_better"))
        self.assertEqual(self.evaluate(actual, actual + 1.01, actual + 2), ("baseline", "model_biased"))
        self.assertEqual(self.evaluate(actual, actual - 1.01, actual + 2), ("baseline", "model_biased"))

    def test_errors_by_hand(self):
        errors = backtest.errors(np.array([0.0, 2, 4]), np.array([1.0, 2, 1]))
        self.assertAlmostEqual(errors.mae, 4 / 3)
        self.assertAlmostEqual(errors.rmse, (10 / 3) ** 0.5)
        self.assertAlmostEqual(errors.bias, -2 / 6)

    def test_capture(self):
        actual = np.arange(20.0)
        self.assertAlmostEqual(backtest.errors(actual, actual).capture, (19 + 18) / 190)
        self.assertAlmostEqual(backtest.errors(actual, np.zeros(20)).capture, 0.1)
        forecast = np.where(actual >= 16, 5.0, 0.0)  # four equal customers for two places
        self.assertAlmostEqual(backtest.errors(actual, forecast).capture, (16 + 17 + 18 + 19) / 2 / 190)

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=60), st.randoms())
    def test_order_of_customers_does_not_matter(self, rows, random):
        one = backtest.evaluate(*np.array([(a, f, a) for a, f in rows], float).T)
        random.shuffle(rows)
        other = backtest.evaluate(*np.array([(a, f, a) for a, f in rows], float).T)
        np.testing.assert_allclose(one.model.capture, other.model.capture)
        np.testing.assert_allclose(one.calibration, other.calibration)
        assert len(one.calibration) <= 10
        assert sum(customers for *_means, customers in one.calibration) == len(rows)

    def test_calibration(self):
        actual, forecast = np.tile([0.0, 2], 50), np.repeat(np.arange(10.0), 10)
        self.assertEqual(backtest.calibration(actual, forecast), tuple((float(i), 1.0, 10) for i in range(10)))
        self.assertEqual(backtest.calibration(actual, 0 * forecast), ((0.0, 1.0, 100),))

    def test_no_time_or_few_customers(self):
        x, t_x, T = simulate(40, USUAL, 400, np.random.default_rng(1))
        nothing = np.zeros(40)
        self.assertEqual(backtest.gate(x, t_x, T, nothing, nothing, 0).reason, "no_holdout")
        self.assertEqual(backtest.gate(x[:5], t_x[:5], T[:5], x[:5] + 1, x[:5], 90).reason, "few_customers")
        self.assertEqual(backtest.gate([0], [0], [0], [0], [0], 0).decision, "none")

    def test_bad_input_is_named(self):
        for arguments, message in (
            (([1, 1], [1], [1, 1]), "model must have 2 values"),
            (([1, 1], [1, 1], [1, -1]), r"baseline\[1\]"),
            (([1, np.nan], [1, 1], [1, 1]), r"actual\[1\]"),
            (([], [], []), "actual is empty"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                backtest.evaluate(*arguments)
        good = ([1, 0], [3, 0], [9, 9])
        for arguments, message in (
            ((*good, [1], [0, 0], 30), "holdout must have 2 values"),
            ((*good, [1, 1], [0, np.nan], 30), r"previous\[1\]"),
            ((*good, [1, 1], [0, 0], -1), "horizon"),
            (([1, 1], [3, 10], [9, 9], [1, 1], [0, 0], 30), r"t_x\[1\] is later"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                backtest.gate(*arguments)
