"""Net Promoter Score and shares of answers, with their intervals (Python alone)."""

import math
from dataclasses import dataclass
from statistics import NormalDist

PROMOTER, DETRACTOR = 9, 6  # scores from 9 promote, scores up to 6 detract


@dataclass(frozen=True)
class Estimate:
    """A figure between its bounds; value, low and high in the unit of the figure, n = number of answers."""

    value: float
    low: float
    high: float
    n: int


def net_promoter_score(promoters: int, detractors: int, n: int, level: float = 0.95) -> Estimate | None:
    """Return promoters − detractors in points (−100..100) with its interval; None without answers, which is not 0.

    Promoters and detractors are two shares p, d of one multinomial sample, so Var(p − d) = (p + d − (p − d)²) / n. The
    plain Wald interval covers too little for small n and has no width at all where everybody agrees: three answers are
    added, ¾ promoter, ¾ detractor and 1½ passive (adjusted Wald (3, T): Rocks 2016, "Interval Estimation for the Net
    Promoter Score", The American Statistician 70(4), which found it among the best). The value itself is not adjusted.

    :raise ValueError: on counts that cannot be, or a level outside (0, 1)
    """
    if not all(isinstance(count, int) and count >= 0 for count in (promoters, detractors, n)):
        raise ValueError(f"counts must be whole and not negative: {promoters!r}, {detractors!r}, {n!r}")
    if promoters + detractors > n:
        raise ValueError(f"more promoters and detractors than answers: {promoters} + {detractors} > {n}")
    if not n:
        return None
    share_p, share_d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    net = share_p - share_d
    margin = _quantile(level) * math.sqrt((share_p + share_d - net * net) / (n + 3))
    value = (promoters - detractors) / n
    # the adjusted centre lies nearer to 0 than the value: for very low levels the value is kept inside
    low, high = min(value, max(-1.0, net - margin)), max(value, min(1.0, net + margin))
    return Estimate(100 * value, 100 * low, 100 * high, n)


def share(hits: int, n: int, level: float = 0.95) -> Estimate | None:
    """Return hits / n in percent with Wilson's score interval (Wilson 1927); None without answers.

    :raise ValueError: on counts that cannot be, or a level outside (0, 1)
    """
    if not all(isinstance(count, int) and count >= 0 for count in (hits, n)) or hits > n:
        raise ValueError(f"counts must be whole, not negative and hits at most n: {hits!r}, {n!r}")
    if not n:
        return None
    z2, value = _quantile(level) ** 2, hits / n
    centre = (value + z2 / (2 * n)) / (1 + z2 / n)
    margin = math.sqrt(z2 * (value * (1 - value) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    low, high = min(value, max(0.0, centre - margin)), max(value, min(1.0, centre + margin))
    return Estimate(100 * value, 100 * low, 100 * high, n)


def _quantile(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level is not between 0 and 1: {level!r}")
    return NormalDist().inv_cdf(0.5 + level / 2)
