"""Intervals of rates and of the difference of two rates."""

from math import isfinite, sqrt
from statistics import NormalDist


def wilson(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a rate (Wilson 1927).

    Trials may be fractional: the effective number of observations of a weighted comparison.

    >>> tuple(round(limit, 4) for limit in wilson(81, 263))
    (0.2553, 0.3662)
    """
    _check(successes, trials)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = successes / trials
    centre = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, centre - half), min(1.0, centre + half)


def newcombe(x1: float, n1: float, x2: float, n2: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of the difference of two independent rates, x1/n1 − x2/n2.

    Newcombe, R. G. (1998): Interval estimation for the difference between independent proportions.
    Statistics in Medicine 17, 873–890, method 10 (score, without continuity correction).

    >>> tuple(round(limit, 4) for limit in newcombe(56, 70, 48, 80))
    (0.0524, 0.3339)
    """
    (l1, u1), (l2, u2) = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    p1, p2 = x1 / n1, x2 / n2
    difference = p1 - p2
    return difference - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), difference + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def _check(successes, trials):
    if not (isfinite(successes) and isfinite(trials)) or trials <= 0 or not 0 <= successes <= trials * (1 + 1e-12):
        raise ValueError(f"{successes!r} of {trials!r} is no rate")
