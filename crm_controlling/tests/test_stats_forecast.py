import doctest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_controlling.stats import forecast

HORIZON, SERIES = 12, 300
BETTER = 0.9  # error of the forecast by that of last year's month, at most


def business(rng, months):
    """A monthly series as firms have them: level with drift, fading trend, season, noise with outliers."""
    month = np.arange(months)
    noise = rng.uniform(3, 20)
    drift = rng.choice([0, 0.05, 0.1, 0.15, 0.25]) * noise
    level = 100 + np.cumsum(rng.normal(0, 1, months) * drift) + np.cumsum(rng.normal(0, 0.6) * 0.98**month)
    season = rng.normal(0, 1, 12)
    season = (season - season.mean()) / season.std() * rng.choice([0, 8, 15, 25])
    return level + season[month % 12] + rng.standard_t(5, months) * noise / np.sqrt(5 / 3)


def backtest(months, spans=1, seed=7):
    """Return coverage of the intervals, and errors of forecast, last year's months and last month, over many series.

    Errors are scaled by the mean change from month to month in the past (MASE; Hyndman, Koehler 2006).
    """
    rng, found = np.random.default_rng(seed), []
    for _n in range(SERIES):
        series = business(rng, months + HORIZON + spans - 1)
        series = np.convolve(series, np.ones(spans) / spans, "valid")
        past, future = series[:months], series[months:]
        fan = forecast.forecast(past, HORIZON, spans)
        last_year = np.resize(past[-12:], HORIZON)
        scale = np.abs(np.diff(past)).mean()
        found.append(
            (
                np.mean((future >= fan.low) & (future <= fan.high)),
                np.mean((future >= fan.wide_low) & (future <= fan.wide_high)),
                np.abs(future - fan.values).mean() / scale,
                np.abs(future - last_year).mean() / scale,
                np.abs(future - past[-1]).mean() / scale,
            )
        )
    return np.mean(found, axis=0)


@tagged("post_install", "-at_install")
class TestForecast(BaseCase):
    def test_examples(self):
        self.assertFalse(doctest.testmod(forecast).failed)

    def test_two_years(self):
        """What is to be reached at 24 months: MASE at most 0.82, and the 80 % interval holds 76 to 84 %."""
        narrow, wide, error, last_year, last_month = backtest(24)
        self.assertLessEqual(error, 0.82)
        self.assertLess(error, BETTER * last_year)
        self.assertLess(error, BETTER * last_month)
        self.assertTrue(0.76 <= narrow <= 0.84, narrow)
        self.assertTrue(0.93 <= wide <= 0.98, wide)

    def test_coverage_of_shorter_and_longer_series(self):
        for months in (6, 12, 18, 36):
            with self.subTest(months=months):
                narrow, wide, *_errors = backtest(months)
                self.assertTrue(0.76 <= narrow <= 0.86, narrow)
                self.assertTrue(0.93 <= wide <= 0.99, wide)

    def test_coverage_of_years_up_to_each_month(self):
        """Overlapping values: intervals of independent months would hold 60 %."""
        for months in (12, 24, 36):
            with self.subTest(months=months):
                narrow, wide, error, _last_year, last_month = backtest(months, spans=12)
                self.assertTrue(0.74 <= narrow <= 0.9, narrow)
                self.assertTrue(0.92 <= wide <= 0.99, wide)
                self.assertLess(error, 1.05 * last_month)

    def test_season_is_found_and_noise_is_none(self):
        wave = 10 * np.sin(2 * np.pi * np.arange(36) / 12)
        rng = np.random.default_rng(3)
        fan = forecast.forecast(100 + wave + rng.normal(0, 1, 36), 12)
        self.assertEqual(fan.method, "season")
        self.assertGreater(np.corrcoef(fan.values, wave[:12])[0, 1], 0.98)
        flat = [np.abs(forecast.season(rng.normal(0, 1, 36))).max() for _n in range(100)]
        self.assertLess(np.median(flat), 0.4, "noise is not taken for a season")

    def test_probability_is_calibrated(self):
        """Of the forecasts that say 20 %, about 20 % come true."""
        rng, said, came = np.random.default_rng(11), [], []
        for _n in range(1000):
            series = business(rng, 36)
            fan = forecast.forecast(series[:30], 6)
            target = fan.values[-1] + rng.normal(0, 1.5) * fan.spread
            said.append(forecast.probability(fan, target))
            came.append(series[-1] >= target)
        said, came = np.array(said), np.array(came)
        for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01)):
            chosen = (said >= low) & (said < high)
            with self.subTest(low=low):
                self.assertGreater(chosen.sum(), 100)
                self.assertAlmostEqual(came[chosen].mean(), said[chosen].mean(), delta=0.08)

    def test_too_little_data(self):
        for series in ([], [1.0] * 5, [float("nan")] * 40, [1.0, 2, 3, 4, 5, *[float("nan")] * 10]):
            with self.subTest(series=series), self.assertRaises(forecast.TooLittleData):
                forecast.forecast(series, 3)
        with self.assertRaises(ValueError):
            forecast.forecast([1.0, float("inf"), *[1.0] * 10], 3)
        with self.assertRaises(ValueError):
            forecast.forecast([1.0] * 10, 0)

    def test_limits(self):
        fan = forecast.forecast([0.9, 0.95, 1.0, 0.97, 0.99, 0.96, 1.0, 0.98], 12, lowest=0, highest=1)
        self.assertLessEqual(fan.wide_high.max(), 1)
        self.assertGreaterEqual(fan.wide_low.min(), 0)
        self.assertTrue(0 < forecast.probability(fan, 0.9) <= 1)

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(st.one_of(st.floats(-1e9, 1e9), st.just(float("nan"))), max_size=70),
        st.integers(1, 24),
        st.sampled_from([1, 3, 12]),
        st.floats(-1e9, 1e9),
    )
    def test_never_fails_on_finite_series(self, series, horizon, spans, target):
        try:
            fan = forecast.forecast(series, horizon, spans)
        except forecast.TooLittleData:
            self.assertLess(np.isfinite(series).sum() if series else 0, forecast.FEWEST + 10)
            return
        bands = np.array([fan.wide_low, fan.low, fan.values, fan.high, fan.wide_high])
        self.assertTrue(np.isfinite(bands).all())
        self.assertTrue((np.diff(bands, axis=0) >= -1e-6 * np.abs(bands).max()).all())
        self.assertTrue(0 <= forecast.probability(fan, target) <= 1)
