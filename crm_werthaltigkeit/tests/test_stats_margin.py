import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from odoo.tests import BaseCase

from ..stats import credibility, gamma_gamma
from . import cdnow


class TestGammaGamma(BaseCase):
    def test_cdnow(self):
        """Fader, Hardie (2013): p, q, γ = 6.25, 3.74, 15.44."""
        params = gamma_gamma.fit(*cdnow.spend())
        self.assertTrue(params.converged)
        np.testing.assert_allclose([params.p, params.q, params.gamma], [6.25, 3.74, 15.44], 0.005)

    def test_values_of_lifetimes(self):
        lifetimes = cdnow.oracle()

        x, value = cdnow.spend()
        fitter = lifetimes.GammaGammaFitter()
        fitter.fit(x, value)
        params = gamma_gamma.GammaGammaParams(*(fitter.params_[name] for name in "pqv"))
        expected = fitter.conditional_expected_average_profit(x, value)
        np.testing.assert_allclose(gamma_gamma.expected_value(params, x, value), np.ravel(expected), 1e-9)

    def test_recovery_and_currency(self):
        rng = np.random.default_rng(3)
        x = rng.integers(1, 9, 20_000)
        value = rng.gamma(5.0 * x, 1 / rng.gamma(4.0, 1 / 60, x.size)) / x
        params = gamma_gamma.fit(x, value)
        np.testing.assert_allclose([params.p, params.q, params.gamma], [5, 4, 60], 0.15)
        np.testing.assert_allclose([params.q, params.p * params.gamma], [4, 300], 0.04)
        yen = gamma_gamma.fit(x, 150 * value)
        np.testing.assert_allclose([yen.p, yen.q, yen.gamma], [params.p, params.q, 150 * params.gamma], 1e-5)

    def test_who_never_bought_gets_the_mean(self):
        params = gamma_gamma.GammaGammaParams(6.25, 3.74, 15.44)
        found = gamma_gamma.expected_value(params, [0, 0, 5], [0, 99, 20])
        mean = 6.25 * 15.44 / 2.74
        np.testing.assert_allclose(found[:2], mean)
        self.assertTrue(20 < found[2] < mean)

    def test_no_mean(self):
        params = gamma_gamma.GammaGammaParams(1.0, 0.8, 10)
        found = gamma_gamma.expected_value(params, [0, 3], [0, 20])
        self.assertTrue(np.isnan(found[0]) and np.isfinite(found[1]))

    def test_bad_input_is_named(self):
        for arguments, message in (
            (([], []), "frequency is empty"),
            (([1, 0], [1, 1]), r"frequency\[1\] is not positive"),
            (([1, 1], [1, 0]), r"mean_value\[1\] is not positive"),
            (([1, 1], [1, -4]), r"mean_value\[1\] is below 0"),
            (([1, np.nan], [1, 1]), r"frequency\[1\]"),
            (([1, 1], [1]), "mean_value must have 2 values"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                gamma_gamma.fit(*arguments)
        with self.assertRaisesRegex(ValueError, r"mean_value\[0\]"):
            gamma_gamma.expected_value(gamma_gamma.GammaGammaParams(1, 2, 3), [1], [np.nan])


class TestCredibility(BaseCase):
    def test_by_hand(self):
        """Two customers with two purchases each: 10, 12 and 20, 26."""
        found = credibility.expected_margin([2, 2], [11, 23], [2, 18])
        self.assertEqual(found.within, 10)  # (1·2 + 1·18) / 2
        # weights 2 and 2: 2·6² + 2·6² − 1·10 = 134, divided by 4 − 8/4 = 2
        self.assertEqual(found.between, 67)
        self.assertEqual(found.grand_mean, 17)
        trust = 2 / (2 + 10 / 67)
        np.testing.assert_allclose(found.expected, [17 - 6 * trust, 17 + 6 * trust])

    def test_unbiased(self):
        """Both variances are right on average, with losses and with one or no purchase among the customers."""
        rng = np.random.default_rng(1)
        within, between = [], []
        for _sample in range(400):
            n = rng.integers(0, 6, 60)
            true = rng.normal(5, 3, n.size)
            bought = [rng.normal(mean, 8, count) for mean, count in zip(true, n)]
            mean = [values.mean() if values.size else np.nan for values in bought]
            variance = [values.var(ddof=1) if values.size > 1 else np.nan for values in bought]
            found = credibility.expected_margin(n, mean, variance)
            within.append(found.within)
            between.append(found.between)
        self.assertAlmostEqual(np.mean(within), 64, delta=2)
        self.assertAlmostEqual(np.mean(between), 9, delta=1)

    def test_better_than_both_means(self):
        rng = np.random.default_rng(2)
        n = rng.integers(2, 8, 3000)
        true = rng.normal(-1, 4, n.size)
        samples = [rng.normal(mean, 9, count) for mean, count in zip(true, n)]
        mean = np.array([values.mean() for values in samples])
        found = credibility.expected_margin(n, mean, [values.var(ddof=1) for values in samples])
        error = ((found.expected - true) ** 2).mean()
        self.assertLess(error, 0.75 * ((mean - true) ** 2).mean())
        self.assertLess(error, 0.75 * ((found.grand_mean - true) ** 2).mean())
        self.assertLess(found.expected.min(), 0)

    def test_no_difference_between_customers(self):
        found = credibility.expected_margin([3, 3, 0], [10, 10, np.nan], [50, 70, np.nan])
        np.testing.assert_array_equal(found.expected, [10, 10, 10])
        self.assertEqual((found.between, found.k), (0, np.inf))

    def test_nobody_bought_twice(self):
        found = credibility.expected_margin([1, 1, 0], [10, -4, 0], [0, np.nan, 0])
        np.testing.assert_array_equal(found.expected, [3, 3, 3])
        self.assertTrue(np.isnan(found.within))

    def test_one_customer(self):
        np.testing.assert_array_equal(credibility.expected_margin([5], [-7], [2]).expected, [-7])
        np.testing.assert_array_equal(credibility.expected_margin([1], [8], [0]).expected, [8])

    def test_purchases_without_spread(self):
        found = credibility.expected_margin([2, 4, 0], [5, 9, 0], [0, 0, 0])
        np.testing.assert_allclose(found.expected, [5, 9, 7])

    @settings(deadline=None)
    @given(
        arrays(int, 8, elements=st.integers(0, 30)),
        arrays(float, 8, elements=st.floats(-1e6, 1e6)),
        arrays(float, 8, elements=st.floats(0, 1e9)),
    )
    def test_between_own_and_grand_mean(self, n, mean, variance):
        if not n.any():
            return
        found = credibility.expected_margin(n, mean, variance)
        slack = 1e-6 * (1 + np.abs(mean).max())
        own = np.where(n > 0, mean, found.grand_mean)
        assert (found.expected >= np.minimum(own, found.grand_mean) - slack).all()
        assert (found.expected <= np.maximum(own, found.grand_mean) + slack).all()

    def test_bad_input_is_named(self):
        for arguments, message in (
            (([], [], []), "n is empty"),
            (([0, 0], [1, 1], [0, 0]), "n is 0 for all"),
            (([1, -1], [1, 1], [0, 0]), r"n\[1\] is below 0"),
            (([1, 1.5], [1, 1], [0, 0]), r"n\[1\] is not a whole number"),
            (([1, 1], [1, np.nan], [0, 0]), r"mean\[1\] is unknown"),
            (([1, 2], [1, 1], [0, np.nan]), r"variance\[1\] is unknown"),
            (([1, 2], [1, 1], [0, -2]), r"variance\[1\] is below 0"),
            (([1, 2], [1, np.inf], [0, 2]), r"mean\[1\] is not a finite"),
            (([1, 2], [1], [0, 2]), "mean must have 2 values"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                credibility.expected_margin(*arguments)
