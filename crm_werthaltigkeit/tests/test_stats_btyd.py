import os
import subprocess
import sys
import warnings
from dataclasses import astuple
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1
from scipy.stats import beta

from odoo.tests import BaseCase

from ..stats import _likelihood, btyd
from . import cdnow

ADDON = Path(__file__).resolve().parent.parent
USUAL = btyd.Params(0.9, 70, 0.7, 1.7)
positive = st.floats(-3, 4).map(lambda value: float(np.exp(value)))
parameters = st.builds(btyd.Params, positive, positive.map(lambda value: 20 * value), positive, positive)


def simulate(size, params, longest, rng):
    """Histories (x, t_x, T) of customers who behave as the MBG/NBD model says."""
    T = rng.uniform(1, longest, size)
    rate, loss = rng.gamma(params.r, 1 / params.alpha, size), rng.beta(params.a, params.b, size)
    x, t_x, now = np.zeros(size), np.zeros(size), np.zeros(size)
    active = np.flatnonzero(rng.random(size) >= loss)
    while active.size:
        now[active] += rng.exponential(1 / rate[active])
        active = active[now[active] <= T[active]]
        x[active] += 1
        t_x[active] = now[active]
        active = active[rng.random(active.size) >= loss[active]]
    return x, t_x, T


def by_rates(params, x, T, horizon, delta=0.0):
    """The purchases of an active customer as an integral over the probability of loss: no ₂F₁ in it."""
    n, scale = params.r + x, params.alpha + T

    def density(p):
        inner = quad(
            lambda u: n / scale * (1 + p * u / scale) ** (-n - 1) * np.exp(-delta * u), 0, horizon, epsrel=1e-11
        )[0]
        return inner * beta.pdf(p, params.a, params.b + x + 1)

    middle = beta.ppf(0.5, params.a, params.b + x + 1)
    return sum(quad(density, *limits, epsrel=1e-10, limit=200)[0] for limits in ((0, middle), (middle, 1)))


class TestBtydPublished(BaseCase):
    """Figures of the literature and of an independent implementation."""

    def assert_close(self, params, expected, log_likelihood):
        self.assertTrue(params.converged)
        for found, value in zip(astuple(params)[:4], expected):
            self.assertLess(abs(found / value - 1), 0.001)
        self.assertAlmostEqual(params.log_likelihood, log_likelihood, delta=0.01)

    def test_bg_of_fader_hardie_lee(self):
        params = btyd.fit(*cdnow.summary(), model="bg")
        self.assert_close(params, (0.2426, 4.4136, 0.7929, 2.4259), -9582.43)
        self.assertEqual((params.n, params.model), (2357, "bg"))

    def test_mbg(self):
        self.assert_close(btyd.fit(*cdnow.summary()), (0.52484, 6.1830, 0.89136, 1.6140), -9582.13)

    def test_time_in_days_only_scales_alpha(self):
        x, t_x, T = cdnow.summary()
        for options, other in (({}, {}), ({"prior": btyd.DEFAULT_PRIOR.in_units_of(7)}, {"prior": btyd.DEFAULT_PRIOR})):
            weeks, days = btyd.fit(x, t_x, T, **options), btyd.fit(x, 7 * t_x, 7 * T, **other)
            np.testing.assert_allclose(
                [days.r, days.alpha, days.a, days.b], [weeks.r, 7 * weeks.alpha, weeks.a, weeks.b], 1e-5
            )
            np.testing.assert_allclose(btyd.p_alive(days, x, 7 * t_x, 7 * T), btyd.p_alive(weeks, x, t_x, T), 1e-5)

    def test_scores_of_lifetimes(self):
        lifetimes = cdnow.oracle()

        x, t_x, T = cdnow.summary()
        for model, fitter in (("bg", lifetimes.BetaGeoFitter()), ("mbg", lifetimes.ModifiedBetaGeoFitter())):
            fitter.fit(x, t_x, T)
            params = btyd.Params(*(fitter.params_[name] for name in ("r", "alpha", "a", "b")), model=model)
            alive = fitter.conditional_probability_alive(x, t_x, T)
            np.testing.assert_allclose(btyd.p_alive(params, x, t_x, T), np.ravel(alive), 1e-9)
            expected = fitter.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, T)
            np.testing.assert_allclose(btyd.expected_purchases(params, x, t_x, T, 39), np.ravel(expected), 1e-6)

    def test_one_time_buyers_are_lost_with_mbg_only(self):
        bg = btyd.Params(0.9, 70, 0.7, 1.7, model="bg")
        self.assertEqual(btyd.p_alive(bg, [0], [0], [5000]), [1])
        self.assertLess(btyd.p_alive(USUAL, [0], [0], [5000])[0], 0.2)


class TestBtydScores(BaseCase):
    """Scores against integrals computed another way."""

    def test_against_integrals_over_the_rates(self):
        cases = [
            (USUAL, 0, 300, 365.25),
            (USUAL, 12, 500, 365.25),
            (USUAL, 3, 0, 365.25),
            (btyd.Params(0.9, 70, 1.0, 1.7), 5, 100, 730.5),
            (btyd.Params(0.5, 30, 2.6, 3.0), 8, 400, 365.25),
            (btyd.Params(8.0, 300, 0.3, 2.0), 2, 90, 3652.5),
            (btyd.Params(1.0, 50, 20, 30), 10, 700, 365.25),
        ]
        for params, x, T, horizon in cases:
            for rate in (0.0, 0.1):
                with self.subTest(params=params, x=x, T=T, rate=rate):
                    found = btyd.discounted_purchases(params, [x], [0 if not x else T], [T], horizon, rate)
                    alive = btyd.p_alive(params, [x], [0 if not x else T], [T])
                    expected = by_rates(params, x, T, horizon, np.log(1 + rate) / 365.25)
                    np.testing.assert_allclose(found / alive, expected, 1e-6)

    def test_against_the_closed_form(self):
        """(a+b+x)/(a-1) · [1 - (1+y)^(1-a) ₂F₁(a-1, …)] away from a = 1, where it is finite."""
        x, T, horizon = map(np.ravel, np.meshgrid([0, 1, 7, 40, 160, 500], [0, 30, 400, 3000.0], [1, 90, 365.25]))
        for r, alpha, a, b in ((0.9, 70, 0.7, 1.7), (0.24, 31, 0.8, 2.4), (4, 200, 0.2, 0.5), (1, 50, 2.2, 9)):
            params = btyd.Params(r, alpha, a, b)
            y, whole = horizon / (alpha + T), a + b + x
            with np.errstate(all="ignore"):
                series = hyp2f1(a - 1, whole - r - x, whole, y / (1 + y))
            closed = whole / (a - 1) * (1 - (1 + y) ** (1 - a) * series)
            known = np.isfinite(closed)
            self.assertGreater(known.mean(), 0.9)
            found = btyd.expected_if_active(params, x, np.where(x, T, 0), T, horizon)
            np.testing.assert_allclose(found[known], closed[known], 1e-6)

    def test_no_nan_at_the_limits(self):
        x, T = map(np.ravel, np.meshgrid([0, 1, 10, 160, 320, 500], [0, 1, 100, 5000.0]))
        t_x = np.where(x, T, 0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for a in (0.1, 1.0, 1.0 + 1e-12, 3.0, 1e4):
                for b in (0.1, 1.7, 1e4):
                    for model in ("mbg", "bg"):
                        params = btyd.Params(0.9, 5, a, b, model=model)
                        scores = btyd.scores(params, x, t_x, T, 365.25, 3652.5, 0.1)
                        for values in astuple(scores)[:4]:
                            self.assertTrue(np.isfinite(values).all())
                            self.assertTrue((values >= 0).all())

    def test_smooth_at_a_equal_to_1(self):
        """The textbook form of the expectation divides by a - 1."""
        around = [
            btyd.expected_purchases(btyd.Params(0.9, 70, a, 1.7), [3], [200], [300], 365.25)[0]
            for a in (1 - 1e-9, 1, 1 + 1e-9)
        ]
        np.testing.assert_allclose(around, around[1], 1e-8)

    def test_alive_by_bayes(self):
        """One customer by hand: the probabilities of the two explanations of the silence."""
        r, alpha, a, b, x, t_x, T = 0.9, 70, 0.7, 1.7, 2, 100, 400
        alive = np.exp(betaln(a, b + x + 1)) * (alpha + T) ** -(r + x)
        lost = np.exp(betaln(a + 1, b + x)) * (alpha + t_x) ** -(r + x)
        self.assertAlmostEqual(btyd.p_alive(USUAL, [x], [t_x], [T])[0], alive / (alive + lost), 12)

    def test_next_purchase_is_the_median(self):
        x, t_x, T = np.array([0, 4, 30]), np.array([0, 300, 500]), np.array([5, 330, 505])
        wait = btyd.next_purchase(USUAL, x, t_x, T)
        alive = btyd.p_alive(USUAL, x, t_x, T)
        reached = alive * (1 - ((USUAL.alpha + T) / (USUAL.alpha + T + wait)) ** (USUAL.r + x))
        np.testing.assert_allclose(reached, 0.5, 1e-12)
        self.assertTrue(np.isnan(btyd.next_purchase(USUAL, [0], [0], [5000])[0]))

    def test_one_pass_gives_the_same(self):
        x, t_x, T = simulate(300, USUAL, 900, np.random.default_rng(3))
        horizon = np.linspace(0, 700, 300)
        scores = btyd.scores(USUAL, x, t_x, T, horizon, 1000, 0.08)
        np.testing.assert_array_equal(scores.p_alive, btyd.p_alive(USUAL, x, t_x, T))
        np.testing.assert_array_equal(scores.expected_purchases, btyd.expected_purchases(USUAL, x, t_x, T, horizon))
        np.testing.assert_array_equal(scores.expected_if_active, btyd.expected_if_active(USUAL, x, t_x, T, horizon))
        discounted = btyd.discounted_purchases(USUAL, x, t_x, T, 1000, 0.08)
        np.testing.assert_array_equal(scores.discounted_purchases, discounted)
        np.testing.assert_array_equal(scores.next_purchase, btyd.next_purchase(USUAL, x, t_x, T))
        self.assertEqual(scores.expected_purchases[0], 0)

    @settings(deadline=None, max_examples=40)
    @given(
        parameters, st.integers(0, 500), st.lists(st.integers(0, 5000), min_size=2, max_size=6), st.integers(1, 4000)
    )
    def test_properties(self, params, x, days, horizon):
        T = max(days)
        t_x = np.sort(days) if x else np.zeros(len(days))
        size = len(days)
        arguments = (params, np.full(size, x), t_x, np.full(size, T))
        scores = btyd.scores(*arguments, horizon, horizon, 0.1)
        assert ((scores.p_alive >= 0) & (scores.p_alive <= 1)).all()
        assert (np.diff(scores.p_alive) >= 0).all(), "bought more recently, yet less active"
        assert np.isfinite(scores.expected_purchases).all()
        assert (scores.expected_purchases <= scores.expected_if_active).all()
        assert (scores.discounted_purchases <= scores.expected_purchases * (1 + 1e-6)).all()
        longer = btyd.expected_purchases(*arguments, 2 * horizon)
        assert (longer >= scores.expected_purchases * (1 - 1e-6)).all()
        assert (longer <= 2 * scores.expected_purchases * (1 + 1e-6)).all(), "an active customer can only be lost"
        hours = btyd.Params(params.r, 24 * params.alpha, params.a, params.b)
        scaled = btyd.expected_purchases(hours, arguments[1], 24 * t_x, 24 * arguments[3], 24 * horizon)
        np.testing.assert_allclose(scaled, scores.expected_purchases, 1e-6)
        waits = btyd.next_purchase(hours, arguments[1], 24 * t_x, 24 * arguments[3])
        np.testing.assert_allclose(waits, 24 * scores.next_purchase, 1e-6)


class TestBtydFit(BaseCase):
    """Estimation: derivatives, recovery, few customers, weights."""

    def test_derivatives(self):
        rng = np.random.default_rng(0)
        for first, point in ((1, [0.1, 4.0, -0.3, 0.4]), (0, [-1.0, 3.0, 0.5, 0.9])):
            data = _likelihood.Data(*simulate(200, USUAL, 700, rng), None, first)
            for prior in (None, btyd.DEFAULT_PRIOR):
                _value, gradient, hessian = _likelihood.posterior(np.array(point), data, prior)
                for i, step in enumerate(1e-5 * np.eye(4)):
                    above = _likelihood.posterior(point + step, data, prior)
                    below = _likelihood.posterior(point - step, data, prior)
                    np.testing.assert_allclose((above[0] - below[0]) / 2e-5, gradient[i], 1e-5, 1e-4)
                    np.testing.assert_allclose((above[1] - below[1]) / 2e-5, hessian[i], 1e-5, 1e-4)

    def test_parameters_are_recovered(self):
        rng = np.random.default_rng(7)
        for truth in (USUAL, btyd.Params(2.0, 120, 0.4, 3.0)):
            params = btyd.fit(*simulate(60_000, truth, 1500, rng))
            self.assertTrue(params.converged)
            np.testing.assert_allclose(astuple(params)[:4], astuple(truth)[:4], 0.08)

    def test_forecast_without_bias(self):
        """What the model expects of 40,000 simulated customers is what they do."""
        rng = np.random.default_rng(11)
        T = 400.0
        rate, loss = rng.gamma(0.9, 1 / 70, 40_000), rng.beta(0.7, 1.7, 40_000)
        x, t_x, later = np.zeros(rate.size), np.zeros(rate.size), np.zeros(rate.size)
        now, active = np.zeros(rate.size), np.flatnonzero(rng.random(rate.size) >= loss)
        while active.size:
            now[active] += rng.exponential(1 / rate[active])
            active = active[now[active] <= T + 365]
            seen = active[now[active] <= T]
            x[seen], t_x[seen] = x[seen] + 1, now[seen]
            later[active[now[active] > T]] += 1
            active = active[rng.random(active.size) >= loss[active]]
        expected = btyd.expected_purchases(USUAL, x, t_x, np.full(rate.size, T), 365)
        self.assertAlmostEqual(expected.sum() / later.sum(), 1, delta=0.02)

    def test_few_customers_never_fail_with_the_prior(self):
        rng = np.random.default_rng(5)
        x, t_x, T = simulate(5000, USUAL, 900, rng)
        for size in (10, 20, 50, 100, 200, 500):
            for _resample in range(200):
                some = rng.integers(0, x.size, size)
                params = btyd.fit(x[some], t_x[some], T[some], prior=btyd.DEFAULT_PRIOR)
                self.assertTrue(params.converged)
                self.assertTrue(all(1e-3 < value < 1e4 for value in astuple(params)[:4]), params)

    def test_unusual_companies(self):
        month = 30.0 * np.arange(1, 41)
        companies = {
            "only one-time buyers": (np.zeros(200), np.zeros(200), np.linspace(0, 900, 200)),
            "one customer who bought once": ([0], [0], [100]),
            "one customer who bought often": ([60], [700], [720]),
            "contract-like, monthly": (np.arange(1, 41), month, month + 3),
            "all on the last day": (np.zeros(50), np.zeros(50), np.zeros(50)),
            "one bulk buyer among one-time buyers": ([0] * 99 + [500], [0] * 99 + [1000], [1000] * 100),
            "nobody for years": ([1] * 30, [1] * 30, [4000] * 30),
        }
        for name, histories in companies.items():
            with self.subTest(name):
                params = btyd.fit(*histories, prior=btyd.DEFAULT_PRIOR)
                self.assertTrue(params.converged)
                scores = btyd.scores(params, *histories, 365.25, 1826, 0.1)
                self.assertTrue(all(np.isfinite(values).all() for values in astuple(scores)[:4]))
                self.assertLess(scores.expected_purchases.max(), 400)

    def test_maximum_likelihood_says_when_there_is_no_maximum(self):
        self.assertFalse(btyd.fit([0] * 20, [0] * 20, np.linspace(10, 900, 20)).converged)

    def test_weights_stand_for_customers(self):
        x, t_x, T = (np.round(column) for column in simulate(400, USUAL, 200, np.random.default_rng(2)))
        t_x = np.where(x > 0, t_x, 0)
        rows, counts = np.unique(np.stack([x, t_x, T]), axis=1, return_counts=True)
        one, other = btyd.fit(x, t_x, T), btyd.fit(*rows, weights=counts)
        np.testing.assert_allclose(astuple(one)[:6], astuple(other)[:6], 1e-7)
        half = btyd.fit(*rows, weights=counts / 2)
        np.testing.assert_allclose(astuple(one)[:4], astuple(half)[:4], 1e-5)

    def test_start_from_a_sample_changes_nothing(self):
        x, t_x, T = (np.ceil(column) for column in simulate(120_000, USUAL, 800, np.random.default_rng(4)))
        rows, counts = np.unique(np.stack([x, t_x, T]), axis=1, return_counts=True)
        self.assertLess(counts.size, 4 * btyd.SAMPLE)
        one, other = btyd.fit(x, t_x, T), btyd.fit(*rows, weights=counts)
        np.testing.assert_allclose(astuple(one)[:5], astuple(other)[:5], 1e-6)

    def test_whole_days_as_integers(self):
        x, t_x, T = np.array([0, 3]), np.array([0, 30], dtype=np.int16), [100, 200]
        self.assertEqual(btyd.fit(x, t_x, T, prior=btyd.DEFAULT_PRIOR).n, 2)


class TestBtydInput(BaseCase):
    """Bad input is named, with its position."""

    def test_refused(self):
        cases = [
            (([], [], []), "x is empty"),
            (([1, 2], [3], [4, 4]), "t_x must have 2 values, got 1"),
            (([1, 2], [3, 3], [4, 4, 4]), "T must have 2 values, got 3"),
            (([[1]], [1], [1]), "x must have one dimension"),
            (([1, -1], [1, 1], [2, 2]), r"x\[1\] is below 0"),
            (([1, 1], [1, -3], [2, 2]), r"t_x\[1\] is below 0"),
            (([1, 1], [1, 1], [2, np.nan]), r"T\[1\] is not a finite number"),
            (([1, np.inf], [1, 1], [2, 2]), r"x\[1\] is not a finite number"),
            (([1, 1, 1], [1, 1, 9], [2, 2, 8]), r"t_x\[2\] is later than T"),
            (([0, 0], [0, 2], [3, 3]), r"t_x\[1\] must be 0 where x is 0"),
            ((["a"], [1], [1]), "x is not an array of numbers"),
            (([None], [1], [1]), r"x"),
        ]
        functions = {
            "fit": btyd.fit,
            "p_alive": lambda *columns: btyd.p_alive(USUAL, *columns),
            "expected_if_active": lambda *columns: btyd.expected_if_active(USUAL, *columns, 365),
            "expected_purchases": lambda *columns: btyd.expected_purchases(USUAL, *columns, 365),
            "discounted_purchases": lambda *columns: btyd.discounted_purchases(USUAL, *columns, 365, 0.1),
            "next_purchase": lambda *columns: btyd.next_purchase(USUAL, *columns),
            "scores": lambda *columns: btyd.scores(USUAL, *columns, 365, 365, 0.1),
        }
        for name, function in functions.items():
            for columns, message in cases:
                with self.subTest(name, message=message), self.assertRaisesRegex(ValueError, message):
                    function(*columns)

    def test_other_arguments(self):
        good = ([1, 0], [5, 0], [9, 9])
        refused = [
            (lambda: btyd.fit(*good, weights=[1]), "weights must have 2 values"),
            (lambda: btyd.fit(*good, weights=[1, -1]), r"weights\[1\]"),
            (lambda: btyd.fit(*good, weights=[0, 0]), "weights are all 0"),
            (lambda: btyd.fit(*good, model="pareto"), "model"),
            (lambda: btyd.expected_purchases(USUAL, *good, -1), r"horizon\[0\] is below 0"),
            (lambda: btyd.expected_purchases(USUAL, *good, [1, np.nan]), r"horizon\[1\]"),
            (lambda: btyd.expected_purchases(USUAL, *good, [1, 2, 3]), "horizon must have 2 values"),
            (lambda: btyd.discounted_purchases(USUAL, *good, 365, -0.1), "annual_rate"),
            (lambda: btyd.discounted_purchases(USUAL, *good, 365, np.inf), "annual_rate"),
            (lambda: btyd.Params(0.0, 1, 1, 1), "r must be positive"),
            (lambda: btyd.Params(1, 1, 1, np.nan), "b must be positive"),
            (lambda: btyd.Params(1, 1, 1, 1, model="x"), "model"),
        ]
        for action, message in refused:
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                action()


class TestStatsWithoutOdoo(BaseCase):
    """The statistics can be used, and abc and rfm even without numpy, outside of Odoo."""

    def run_python(self, blocked, modules):
        code = f"import sys\nfor name in {blocked!r}: sys.modules[name] = None\nfrom stats import {modules}"
        environment = {**os.environ, "PYTHONPATH": str(ADDON)}
        result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_without_odoo(self):
        self.run_python(["odoo"], "abc, rfm, btyd, gamma_gamma, credibility, backtest, affinity")

    def test_without_numpy(self):
        self.run_python(["odoo", "numpy", "scipy"], "abc, rfm")
