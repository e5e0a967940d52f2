"""How a monthly indicator goes on: a forecast with intervals, and how probable it is that a target is reached.

Below 12 months the level of simple exponential smoothing; from 12 on plus a damped Theil-Sen slope; from 24 on with
additive seasonal indices, drawn towards none. Normal intervals of such short series cover too little (67 to 77 % where
80 % are promised): the spread of the residuals is multiplied by larger factors, found by backtest on business series.

Values over 12 months up to each month's end share most of their months: they hold no season, go on from the last value,
and what is not known of them grows faster with the distance than between independent months.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

FEWEST = 6  # months with data below which nothing is forecast
WITH_SLOPE, WITH_SEASON = 12, 24
DAMPING, DAMPING_OVERLAP = 0.9, 0.8
OVERLAP = 6  # months each value spans, from which on it counts as overlapping with its neighbours
GROWTH = 0.58  # how the spread of overlapping values grows with the months ahead
# months with data: factors of the residual spread for 80 % and 95 %
FACTORS = {6: (1.75, 3.90), 12: (1.51, 2.81), 18: (1.41, 2.50), 24: (1.67, 2.93), 36: (1.58, 2.73)}
ALPHAS = np.arange(0.05, 1.0, 0.05)
MOST = 60  # months that are looked back: what is older says little about what comes


class TooLittleData(ValueError):
    """Fewer months with data than a forecast needs."""


@dataclass(frozen=True)
class Fan:
    """A forecast: one value a month, oldest first, with the intervals that hold it in 80 and 95 of 100 cases."""

    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    wide_low: np.ndarray
    wide_high: np.ndarray
    months: int  # with data, that it rests on
    method: str  # level, slope, season, last
    spread: float  # of the residuals


def forecast(series, horizon, spans=1, lowest=-np.inf, highest=np.inf):
    """Continue a series of consecutive months by `horizon` months.

    :param series: one value a month, oldest first; nan where there is no data (months before the first value do not count)
    :param spans: how many months up to its end each value is measured over
    :param lowest: no value of the forecast lies below (0 for rates, counts and days)
    :param highest: nor above (1 for rates)
    :raise TooLittleData: with fewer than 6 months of data
    :raise ValueError: on infinite values or a horizon below 1

    >>> fan = forecast([10.0] * 8, 3)
    >>> fan.values.tolist(), fan.low.tolist(), fan.method
    ([10.0, 10.0, 10.0], [10.0, 10.0, 10.0], 'level')
    """
    y = _series(series)
    if horizon < 1:
        raise ValueError("a forecast looks ahead by one month at least")
    months = int(np.isfinite(y).sum())
    if months < FEWEST:
        raise TooLittleData(f"{months} of {FEWEST} months")
    steps = np.arange(1, horizon + 1)
    if spans >= OVERLAP:
        values, spread, widening, method = _overlapping(y, months, steps, spans)
    else:
        values, spread, widening, method = _plain(y, months, steps)
    narrow, wide = _factors(months)
    limits = (values + factor * spread * widening for factor in (-narrow, narrow, -wide, wide))
    bounded = [np.clip(limit, lowest, highest) for limit in (values, *limits)]
    return Fan(*bounded, months, method, spread)


def probability(fan, target, higher=True):
    """Return the probability that the last month of a forecast reaches a target.

    The distribution is Student's, with the degrees of freedom that put 80 and 95 % where the intervals do.

    >>> fan = forecast([10.0, 12, 9, 11, 10, 12, 8, 11], 6)
    >>> round(probability(fan, fan.values[-1]), 2)
    0.5
    >>> probability(fan, 5) > 0.9 > 0.1 > probability(fan, 5, higher=False)
    True
    """
    value = float(fan.values[-1])
    narrow, wide = _factors(fan.months)
    reach = max(fan.high[-1] - value, value - fan.low[-1])
    if reach <= 0:
        return float(value >= target if higher else value <= target)
    freedom = _freedom(wide / narrow)
    scale = reach / stats.t.ppf(0.9, freedom)
    below = float(stats.t.cdf((target - value) / scale, freedom))
    return 1 - below if higher else below


def season(series):
    """Return how far each of the 12 months from the first value of the series on lies off its trend; 0 with less than two years.

    >>> found = season([12.0] + [9.0] * 11 + [12.0] + [9.0] * 11 + [12.0] + [9.0] * 11)
    >>> bool(found[0] > 2.5), bool(abs(found[1:]).max() < 0.3)
    (True, True)
    """
    y = _series(series)
    enough = np.isfinite(y).sum() >= WITH_SEASON
    return np.roll(_season(y), len(np.asarray(series)[-MOST:]) - len(y)) if enough else np.zeros(12)


# -- parts ----------------------------------------------------------------------------------------


def _plain(y, months, steps):
    """Level, slope and season of months that stand for themselves."""
    season = _season(y) if months >= WITH_SEASON else np.zeros(12)
    position = np.arange(len(y) + len(steps)) % 12
    plain = y - season[position[: len(y)]]
    slope = _slope(plain) if months >= WITH_SLOPE else 0.0
    alpha, level, residuals = _smooth(plain)
    values = level + _damped(slope, steps, DAMPING) + season[position[len(y) :]]
    method = "season" if season.any() else "slope" if months >= WITH_SLOPE else "level"
    return values, float(np.sqrt(np.mean(residuals**2))), np.sqrt(1 + (steps - 1) * alpha**2), method


def _overlapping(y, months, steps, spans):
    """The last value and a damped slope."""
    slope = _slope(y) if months >= WITH_SLOPE else 0.0
    known = np.flatnonzero(np.isfinite(y))
    changes = np.diff(y[known]) / np.sqrt(np.diff(known))
    widening = np.minimum(steps, spans) ** GROWTH * np.sqrt(np.maximum(steps, spans) / spans)
    values = y[known[-1]] + _damped(slope, steps, DAMPING_OVERLAP)
    return values, float(np.sqrt(np.mean(changes**2))), widening, "last"


def _damped(slope, steps, damping):
    """What a slope adds in so many steps if each step goes less far than the one before."""
    return slope * damping * (1 - damping**steps) / (1 - damping)


def _series(series):
    """The last months as an array that begins with data."""
    y = np.asarray(series, dtype=float)[-MOST:]
    if np.isinf(y).any():
        raise ValueError("a value is infinite")
    found = np.flatnonzero(np.isfinite(y))
    return y[found[0] :] if len(found) else y[:0]


def _slope(y):
    """Median of the slopes of all pairs of months (Theil 1950, Sen 1968)."""
    x = np.flatnonzero(np.isfinite(y))
    first, second = np.triu_indices(len(x), 1)
    return float(np.median((y[x[second]] - y[x[first]]) / (x[second] - x[first])))


def _season(y):
    """Additive index of each month of the year, drawn towards 0 as far as years differ; counted from the first month.

    A calendar month's index is its mean distance from the trend; of its spread between the months only what goes
    beyond the noise within them is kept (James, Stein 1961).
    """
    known = np.isfinite(y)
    x = np.arange(len(y))
    rest = y - np.median((y - _slope(y) * x)[known]) - _slope(y) * x
    month = x % 12
    counts = np.array([known[month == m].sum() for m in range(12)])
    if counts.min() < 1:
        return np.zeros(12)
    means = np.array([np.mean(rest[known & (month == m)]) for m in range(12)])
    means -= means.mean()
    freedom = known.sum() - 12
    noise = np.sum((rest - means[month])[known] ** 2) / max(freedom, 1)
    between = np.sum(means**2) / 11
    kept = max(0.0, 1 - noise / counts.mean() / between) if between > 0 else 0.0
    return means * kept


def _smooth(y):
    """Return smoothing weight, last level and one-step residuals, the weight with the smallest residuals."""
    best = None
    for alpha in ALPHAS:
        level, residuals = _run(y, alpha)
        error = float(residuals @ residuals)
        if best is None or error < best[0] - 1e-12 * abs(best[0]):
            best = (error, alpha, level, residuals)
    return best[1:]


def _run(y, alpha):
    """Simple exponential smoothing from the mean of the first months; a month without data keeps the level."""
    start = y[np.isfinite(y)][:3].mean()
    level, residuals = start, []
    for value in y:
        if value == value:
            residuals.append(value - level)
            level += alpha * residuals[-1]
    return level, np.array(residuals[1:])


def _factors(months):
    """Factors of the residual spread for 80 and 95 %, between the months of the backtest in proportion."""
    known = sorted(FACTORS)
    return tuple(float(np.interp(months, known, [FACTORS[n][i] for n in known])) for i in range(2))


def _freedom(ratio):
    """Degrees of freedom at which the 95 % limit of Student's distribution lies so much farther than the 80 % limit."""
    distance = lambda freedom: stats.t.ppf(0.975, freedom) / stats.t.ppf(0.9, freedom) - ratio  # noqa: E731
    return float(optimize.brentq(distance, 1.05, 1e4))
