import doctest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_kundenbindung.stats import uplift

# log risk ratios and variances of 13 trials of BCG vaccine (Colditz et al. 1994, as in metafor's dat.bcg)
BCG = (
    [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173],
    [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714],
)
# Jennison, Turnbull (2000), Table 2.3: C_B(K, 0.05)
OBRIEN_FLEMING = {1: 1.960, 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 10: 2.087, 20: 2.126}
RUNS = 1500


def spend(rng, n, sigma=0.9):
    """What n customers spend: half of them nothing, the others log-normally."""
    return rng.lognormal(4, sigma, n) * (rng.random(n) < 0.5)


@tagged("post_install", "-at_install")
class TestUplift(BaseCase):
    def test_examples(self):
        self.assertFalse(doctest.testmod(uplift).failed)

    # -- published figures ------------------------------------------------------------------------

    def test_newcombe(self):
        effect = uplift.difference_of_rates(56, 70, 48, 80)
        np.testing.assert_allclose([effect.low, effect.high], [0.0524, 0.3339], atol=5e-5)
        self.assertTrue(effect.significant)

    def test_obrien_fleming(self):
        for looks, constant in OBRIEN_FLEMING.items():
            levels = uplift.obrien_fleming(looks)
            z = stats.norm.ppf(0.5 + np.array(levels[-2:]) / 2)
            with self.subTest(looks=looks):
                self.assertEqual(len(levels), looks)
                self.assertAlmostEqual(z[-1], constant, delta=6e-4)
                if looks in (2, 3, 4):
                    self.assertAlmostEqual(z[0], constant * np.sqrt(looks / (looks - 1)), delta=1e-3)

    def test_random_effects(self):
        pooled = uplift.pooled(BCG[0], np.sqrt(BCG[1]))
        self.assertAlmostEqual(pooled.value, -0.7141, places=3)  # metafor: rma(method="DL")
        self.assertAlmostEqual(pooled.spread**2, 0.3088, places=3)
        weights = 1 / (np.array(BCG[1]) + pooled.spread**2)
        spread = weights @ (np.array(BCG[0]) - pooled.value) ** 2 / 12 / weights.sum()
        self.assertAlmostEqual(pooled.high - pooled.value, stats.t.ppf(0.975, 12) * np.sqrt(spread), places=9)

    def test_planning(self):
        self.assertAlmostEqual(
            uplift.detectable(uplift.rate_deviation(0.3), 150, 90),
            (1.96 + 0.842) * np.sqrt(0.21 * (1 / 150 + 1 / 90)),
            places=4,
        )
        self.assertEqual(uplift.needed(uplift.rate_deviation(0.21), 0.1), (261, 261))
        self.assertIsNone(uplift.detectable(0.4, 100, 0))

    # -- against other ways to compute the same ----------------------------------------------------

    def test_equal_arms_are_welch(self):
        """With arms of one size the common variance is Welch's: scipy must say the same, but for the degrees of freedom."""
        rng = np.random.default_rng(2)
        y1, y0 = rng.normal(10, 3, 400), rng.normal(9, 3, 400)
        found = uplift.difference_of_means(y1, y0, 1.0)
        interval = stats.ttest_ind(y1, y0, equal_var=False).confidence_interval()
        np.testing.assert_allclose([found.low, found.high], interval, rtol=1e-3)
        self.assertAlmostEqual(found.value, y1.mean() - y0.mean())

    def test_adjusted_is_the_mean_of_jackknife_and_classic(self):
        """HC3 is the sum over customers of the squared change of the coefficient when one of them is left out."""
        rng = np.random.default_rng(3)
        n, treated = 40, np.arange(40) < 25
        x = rng.lognormal(3, 1, n)
        y = 2 * x + 5 * treated + rng.normal(0, 1 + x / 10, n)
        found = uplift.adjusted_difference(y, treated, x, 1.0, 1.0)
        design = np.column_stack((np.ones(n), treated, x))
        slope = np.linalg.lstsq(design, y, rcond=None)[0]
        left = [np.linalg.lstsq(np.delete(design, i, 0), np.delete(y, i), rcond=None)[0][1] for i in range(n)]
        classic = ((y - design @ slope) ** 2).sum() / (n - 3) * np.linalg.inv(design.T @ design)[1, 1]
        robust = ((np.array(left) - slope[1]) ** 2).sum()
        self.assertAlmostEqual(found.value, slope[1])
        self.assertAlmostEqual(found.error, np.sqrt((classic + robust) / 2))

    # -- properties ---------------------------------------------------------------------------------

    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 400), st.integers(1, 400), st.data())
    def test_rates_lie_in_their_interval_and_mirror(self, n1, n0, data):
        x1, x0 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n0))
        effect, mirrored = uplift.difference_of_rates(x1, n1, x0, n0), uplift.difference_of_rates(x0, n0, x1, n1)
        self.assertTrue(-1 - 1e-9 <= effect.low <= effect.value + 1e-9 <= effect.high + 2e-9 <= 1 + 3e-9)
        self.assertAlmostEqual(effect.low, -mirrored.high)
        self.assertGreater(effect.error, 0)

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.floats(0, 1e6), min_size=2, max_size=50),
        st.lists(st.floats(0, 1e6), min_size=2, max_size=50),
        st.floats(0.1, 1000),
    )
    def test_means_follow_the_currency(self, treated, control, rate):
        effect = uplift.difference_of_means(treated, control)
        scaled = uplift.difference_of_means(np.array(treated) * rate, np.array(control) * rate)
        if effect is None or scaled is None:
            return
        for name in ("value", "low", "high", "error"):
            self.assertAlmostEqual(getattr(effect, name) * rate, getattr(scaled, name), delta=1e-6 * (1 + 1e6 * rate))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, 6), min_size=1, max_size=300), st.floats(0, 0.95), st.integers(0, 2**31))
    def test_assignment(self, strata, share, seed):
        strata = np.array(strata)
        treated = uplift.assign(strata, share, seed)
        self.assertTrue((treated == uplift.assign(strata, share, seed)).all())
        parts = [(~treated, len(strata)), *((~treated[strata == s], (strata == s).sum()) for s in set(strata))]
        for control, size in parts:
            self.assertLess(abs(control.sum() - size * share), 1 + 1e-6)

    def test_everybody_has_the_same_chance(self):
        strata = np.array([0] * 3 + [1] * 7 + [2])
        control = np.mean([~uplift.assign(strata, 0.2, seed) for seed in range(6000)], axis=0)
        np.testing.assert_allclose(control, 0.2, atol=0.021)  # four standard errors

    @settings(max_examples=40, deadline=None)
    @given(st.floats(0.02, 0.6), st.floats(0.05, 0.95), st.floats(0.05, 0.5))
    def test_what_is_needed_is_detectable(self, rate, share, difference):
        deviation = uplift.rate_deviation(rate)
        n1, n0 = uplift.needed(deviation, difference, share)
        self.assertLessEqual(uplift.detectable(deviation, n1, n0), difference + 1e-9)

    # -- simulation ---------------------------------------------------------------------------------

    def _share(self, run):
        rng = np.random.default_rng(11)
        return np.mean([run(rng) for _run in range(RUNS)])

    def test_false_positives_of_rates(self):
        for n1, n0, rate in ((100, 25, 0.2), (200, 50, 0.3), (1000, 250, 0.1)):
            share = self._share(
                lambda rng, n1=n1, n0=n0, rate=rate: (
                    uplift.difference_of_rates(rng.binomial(n1, rate), n1, rng.binomial(n0, rate), n0).significant
                )
            )
            with self.subTest(n1=n1, n0=n0):
                self.assertTrue(0.03 <= share <= 0.07, share)

    def test_coverage_of_rates(self):
        share = self._share(
            lambda rng: (
                (e := uplift.difference_of_rates(rng.binomial(120, 0.3), 120, rng.binomial(60, 0.2), 60)).low
                <= 0.1
                <= e.high
            )
        )
        self.assertTrue(0.93 <= share <= 0.975, share)

    def test_false_positives_of_amounts(self):
        for n1, n0 in ((80, 20), (200, 50), (800, 200)):
            share = self._share(
                lambda rng, n1=n1, n0=n0: uplift.difference_of_means(spend(rng, n1), spend(rng, n0)).significant
            )
            with self.subTest(n1=n1, n0=n0):
                self.assertTrue(0.03 <= share <= 0.07, share)

    def test_false_positives_and_coverage_adjusted(self):
        """A covariate that tells something narrows the interval without lying."""
        n, treated = 250, np.arange(250) < 200
        found = {"false": 0, "covered": 0, "narrower": 0}
        rng = np.random.default_rng(13)
        for _run in range(RUNS):
            level = rng.lognormal(0, 0.6, n)
            before, outcome = level * rng.lognormal(4, 0.4, n), level * rng.lognormal(4, 0.4, n)
            effect = uplift.adjusted_difference(outcome, treated, before)
            plain = uplift.difference_of_means(outcome[treated], outcome[~treated])
            shifted = uplift.adjusted_difference(outcome + 20 * treated, treated, before)
            found["false"] += effect.significant
            found["covered"] += shifted.low <= 20 <= shifted.high
            found["narrower"] += effect.error < plain.error
        self.assertTrue(0.03 <= found["false"] / RUNS <= 0.07, found)
        self.assertTrue(0.925 <= found["covered"] / RUNS <= 0.975, found)
        self.assertGreater(found["narrower"] / RUNS, 0.95)

    def test_power_is_as_planned(self):
        """A true difference of the size announced beforehand is found in about 80 of 100 measures."""
        deviation = uplift.rate_deviation(0.25)
        n1, n0 = uplift.needed(deviation, 0.1, 0.2)
        share = self._share(
            lambda rng: uplift.difference_of_rates(rng.binomial(n1, 0.3), n1, rng.binomial(n0, 0.2), n0).significant
        )
        self.assertTrue(0.74 <= share <= 0.88, share)

    def test_looking_early(self):
        """Ten looks at 95 % find an effect where none is in a fifth of the cases; with the bounds 5 %."""
        rng, looks = np.random.default_rng(17), 10
        z = np.cumsum(rng.normal(size=(20000, looks)), axis=1) / np.sqrt(np.arange(1, looks + 1))
        naive = (np.abs(z) > 1.96).any(axis=1).mean()
        bounds = stats.norm.ppf(0.5 + np.array(uplift.obrien_fleming(looks)) / 2)
        self.assertAlmostEqual(naive, 0.193, delta=0.015)
        self.assertAlmostEqual((np.abs(z) > bounds).any(axis=1).mean(), 0.05, delta=0.006)

    # -- bad input ----------------------------------------------------------------------------------

    def test_bad_input_is_named(self):
        cases = [
            (lambda: uplift.difference_of_means([1, 2], [3, float("nan")]), r"control\[1\]"),
            (lambda: uplift.difference_of_means([1], [3, 4]), "treated"),
            (lambda: uplift.adjusted_difference([1, 2, 3], [True, False], [1, 2, 3]), "treated"),
            (lambda: uplift.adjusted_difference([1, 2, 3], [True, True, False], [1, 2, 3]), "control group"),
            (lambda: uplift.pooled([1, 2], [1, 0]), r"errors\[1\]"),
            (lambda: uplift.pooled([1, 2], [1]), "errors"),
            (lambda: uplift.needed(0.4, 0), "difference"),
            (lambda: uplift.needed(0.4, 0.1, 1), "control_share"),
            (lambda: uplift.rate_deviation(1.2), "rate"),
            (lambda: uplift.detectable(float("nan"), 10, 10), "deviation"),
            (lambda: uplift.obrien_fleming(0), "looks"),
            (lambda: uplift.assign([0, 1], 1, 3), "control_share"),
            (lambda: uplift.assign([0, 1], 0.2, -3), "seed"),
            (lambda: uplift.assign([[0, 1]], 0.2, 3), "strata"),
            (lambda: uplift.difference_of_rates(3, 2, 0, 5), "3 of 2"),
            (lambda: uplift.difference_of_rates(1, 2, 0, 5, 1.5), "confidence"),
        ]
        for call, message in cases:
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                call()

    def test_nothing_is_not_zero(self):
        self.assertIsNone(uplift.pooled([], []))
        self.assertIsNone(uplift.difference_of_means([0, 0, 0], [0, 0]))
        self.assertIsNone(uplift.adjusted_difference([5.0] * 6, [True] * 3 + [False] * 3, [1, 2, 3, 4, 5, 6]))
        single = uplift.pooled([0.1], [0.02])
        self.assertAlmostEqual(single.low, 0.1 - 1.959964 * 0.02, places=6)
