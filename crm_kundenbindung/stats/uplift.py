"""What a measure added: treated customers against a control group drawn by chance (arrays in, arrays out; no Odoo).

Amounts are in any one currency, rates between 0 and 1. What cannot be computed from bad input raises `ValueError`
naming argument and index; what the data do not tell (nothing varies) is None, which is not 0.
"""

from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import NormalDist

import numpy as np
from scipy import optimize, special

from .proportions import newcombe

CUT_OUTCOME = 0.99  # quantile at which outcomes are cut off
CUT_BEFORE = 0.95  # quantile at which the covariate is cut off


@dataclass(frozen=True)
class Effect:
    """Treated less control, between its bounds, in the unit of the outcome per customer.

    :ivar treated: mean or rate of the treated, of `n1` customers; `control` of `n0`
    :ivar error: standard error of `value`
    """

    value: float
    low: float
    high: float
    treated: float
    control: float
    n1: int
    n0: int
    error: float

    @property
    def significant(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Pooled:
    """Mean of the effects of `n` measures between its bounds; `spread` is the standard deviation between measures."""

    value: float
    low: float
    high: float
    n: int
    spread: float


def difference_of_rates(x1: int, n1: int, x0: int, n0: int, confidence: float = 0.95) -> Effect:
    """Return the difference of two rates, x1/n1 − x0/n0, with Newcombe's interval (1998, method 10).

    The error that weighs this measure among others is the unpooled one of the rates after adding one success and one
    failure to each arm (Agresti, Caffo 2000): it does not vanish where everybody or nobody responded.

    :raise ValueError: where x of n is no rate

    >>> effect = difference_of_rates(56, 70, 48, 80)
    >>> round(effect.value, 4), round(effect.low, 4), round(effect.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    _level(confidence)
    low, high = newcombe(x1, n1, x0, n0, confidence)
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    error = sqrt(p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2))
    return Effect(x1 / n1 - x0 / n0, low, high, x1 / n1, x0 / n0, n1, n0, error)


def winsorise(values, quantile: float, name: str = "values") -> np.ndarray:
    """Return values (n,) with what lies above their quantile cut off there, so that single giants do not decide.

    :raise ValueError: on an empty array, on values that are not finite, or on a quantile outside (0, 1]
    """
    values = _array(values, name)
    if not 0 < quantile <= 1:
        raise ValueError(f"quantile is not in (0, 1]: {quantile!r}")
    return np.minimum(values, np.quantile(values, quantile))


def difference_of_means(treated, control, quantile: float = CUT_OUTCOME, confidence: float = 0.95) -> Effect | None:
    """Return the difference of two means of amounts, treated (n1,) less control (n0,), with an interval after Welch (1947).

    Both arms are cut off at one quantile of all values. A small control group that happens to hold none of the few big
    spenders understates their variance, so Welch alone gave 6–10 % false positives with 20–50 controls of log-normal
    spend (a fifth of all, half of them 0): his variance is averaged with the one that both arms have in common, which
    gave 4.5–5.5 %.
    None where nothing varies: no interval can be told.

    :raise ValueError: on fewer than two values in an arm or on values that are not finite
    """
    treated, control = _array(treated, "treated", 2), _array(control, "control", 2)
    both = winsorise(np.concatenate((treated, control)), quantile)
    n1, n0 = len(treated), len(control)
    y1, y0 = both[:n1], both[n1:]
    v1, v0 = y1.var(ddof=1) / n1, y0.var(ddof=1) / n0
    if not v1 + v0:
        return None
    common = (v1 * n1 * (n1 - 1) + v0 * n0 * (n0 - 1)) / (n1 + n0 - 2) * (1 / n1 + 1 / n0)
    return _effect(y1.mean() - y0.mean(), sqrt((v1 + v0 + common) / 2), n1 + n0 - 2, y1, y0, confidence)


def adjusted_difference(
    outcome,
    treated,
    before,
    quantile: float = CUT_OUTCOME,
    before_quantile: float = CUT_BEFORE,
    confidence: float = 0.95,
) -> Effect | None:
    """Return treated less control, adjusted for what each customer brought before the measure.

    Ordinary least squares of outcome (n,) on treated (n,) and before (n,); the interval from the
    heteroscedasticity-consistent variance HC3 (MacKinnon, White 1985), averaged with the common one for the reason given
    at `difference_of_means`, and Student's t with n − 3 degrees of freedom.
    Outcome and covariate are cut off at their quantiles. Without variation before it is `difference_of_means`.

    :raise ValueError: on arrays of different length, fewer than two customers in an arm, or values that are not finite
    """
    outcome, before = _array(outcome, "outcome"), _array(before, "before")
    treated = np.asarray(treated, bool)
    for name, values in (("treated", treated), ("before", before)):
        if values.shape != outcome.shape:
            raise ValueError(f"{name} has the shape {values.shape}, outcome {outcome.shape}")
    y, x = winsorise(outcome, quantile, "outcome"), winsorise(before, before_quantile, "before")
    y1, y0 = _array(y[treated], "outcome of the treated", 2), _array(y[~treated], "outcome of the control group", 2)
    x = x - x.mean()
    scale = np.abs(x).max()
    if scale <= 1e-12 or len(y) < 5:
        return difference_of_means(y1, y0, 1.0, confidence)
    design = np.column_stack((np.ones(len(y)), treated, x / scale))
    inverse = np.linalg.pinv(design.T @ design)
    slope = inverse @ design.T @ y
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    residual = y - design @ slope
    common = inverse[1, 1] * float(residual @ residual) / (len(y) - 3)
    robust = float(((design @ inverse[:, 1] * residual / np.maximum(1 - leverage, 1e-9)) ** 2).sum())
    if max(common, robust) <= (1e-12 * max(1.0, float(np.abs(y).max()))) ** 2:
        return None
    return _effect(slope[1], sqrt((robust + common) / 2), len(y) - 3, y1, y0, confidence)


def rate_deviation(rate: float) -> float:
    """Return the standard deviation of a yes or no that is yes at this rate.

    :raise ValueError: on a rate outside 0 to 1
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is not between 0 and 1: {rate!r}")
    return sqrt(rate * (1 - rate))


def detectable(deviation: float, n1: int, n0: int, confidence: float = 0.95, power: float = 0.8) -> float | None:
    """Return the smallest true difference that is found with this power: (z₁₋α⸝₂ + z_power) σ √(1/n₁ + 1/n₀).

    :param deviation: standard deviation of the outcome, of a rate see `rate_deviation`
    :return: in the unit of the outcome; None where an arm is empty

    >>> round(detectable(rate_deviation(0.2), 100, 25), 3)
    0.251
    """
    if not (isfinite(deviation) and deviation >= 0 and n1 >= 0 and n0 >= 0):
        raise ValueError(f"deviation and numbers are not negative: {deviation!r}, {n1!r}, {n0!r}")
    if not n1 or not n0:
        return None
    return _reach(confidence, power) * deviation * sqrt(1 / n1 + 1 / n0)


def needed(
    deviation: float, difference: float, control_share: float = 0.5, confidence: float = 0.95, power: float = 0.8
) -> tuple[int, int]:
    """Return how many customers (treated, control) it takes to find a true difference with this power.

    >>> needed(rate_deviation(0.21), 0.10)
    (261, 261)
    """
    if not (isfinite(deviation) and deviation >= 0):
        raise ValueError(f"deviation is not a finite number from 0 on: {deviation!r}")
    if not (isfinite(difference) and difference):
        raise ValueError(f"difference is not a finite number other than 0: {difference!r}")
    if not 0 < control_share < 1:
        raise ValueError(f"control_share is not between 0 and 1: {control_share!r}")
    total = (_reach(confidence, power) * deviation / difference) ** 2 / (control_share * (1 - control_share))
    return tuple(max(2, int(np.ceil(part * total - 1e-9))) for part in (1 - control_share, control_share))


def pooled(effects, errors, confidence: float = 0.95) -> Pooled | None:
    """Return the random-effects mean of effects (k,) with standard errors (k,); None without any.

    Variance between measures by DerSimonian and Laird (1986); the interval by Hartung and Knapp (2001) with Student's
    t, never narrower than without their factor (Röver, Knapp, Friede 2015): few measures is the rule here. A single
    measure keeps its own normal interval.

    :raise ValueError: on arrays of different length, on values that are not finite, or an error that is not positive
    """
    if not len(effects) and not len(errors):
        return None
    effects, errors = _array(effects, "effects"), _array(errors, "errors")
    if effects.shape != errors.shape:
        raise ValueError(f"effects has the shape {effects.shape}, errors {errors.shape}")
    if (errors <= 0).any():
        raise ValueError(f"errors[{int(np.argmax(errors <= 0))}] is not positive")
    k, weights = len(effects), errors**-2.0
    fixed = weights @ effects / weights.sum()
    excess = weights @ (effects - fixed) ** 2 - (k - 1)
    between = max(0.0, excess / (weights.sum() - (weights**2).sum() / weights.sum())) if k > 1 else 0.0
    weights = 1 / (errors**2 + between)
    mean = float(weights @ effects / weights.sum())
    error, quantile = sqrt(1 / weights.sum()), _normal(confidence)
    if k > 1:
        error *= sqrt(max(1.0, weights @ (effects - mean) ** 2 / (k - 1)))
        quantile = float(special.stdtrit(k - 1, 0.5 + confidence / 2))
    return Pooled(mean, mean - quantile * error, mean + quantile * error, k, sqrt(between))


def obrien_fleming(looks: int, confidence: float = 0.95) -> tuple[float, ...]:
    """Return the confidence level to use at each of so many equally spaced looks, the last at the fixed end.

    O'Brien, Fleming (1979): z_k = C √(K/k), with C such that a measure without effect is taken for one that works in
    1 − confidence of all cases over all looks together. In terms of sums of K independent standard normal
    increments the bound is the constant C √K, integrated look by look (Armitage, McPherson, Rowe 1969).

    >>> z = [round(NormalDist().inv_cdf(0.5 + level / 2), 3) for level in obrien_fleming(5)]
    >>> z[-1], z[0]
    (2.04, 4.562)
    """
    _level(confidence)
    if not isinstance(looks, int) or not 1 <= looks <= 50:
        raise ValueError(f"looks is not a whole number from 1 to 50: {looks!r}")
    nodes, weights = np.polynomial.legendre.leggauss(20 + 12 * looks)

    def crossed(constant):
        bound = constant * sqrt(looks)
        points, widths = bound * nodes, bound * weights
        density = np.exp(-(points**2) / 2) / sqrt(2 * np.pi)
        step = np.exp(-((points[:, None] - points[None, :]) ** 2) / 2) / sqrt(2 * np.pi)
        for _look in range(looks - 1):
            density = step @ (widths * density)
        return 1 - confidence - (1 - widths @ density)

    constant = optimize.brentq(crossed, _normal(confidence) - 1e-6, _normal(confidence) + 2, xtol=1e-10)
    return tuple(float(special.erf(constant * sqrt(looks / look) / sqrt(2))) for look in range(1, looks + 1))


def assign(strata, control_share: float, seed: int) -> np.ndarray:
    """Return which customers (n,) are treated, drawn by chance so that each stratum keeps the control share.

    A systematic sample (Madow 1949) through the customers sorted by stratum and, in it, at random: everybody has
    the same chance, and each stratum's control group is within one customer of its share. The same strata in the
    same order and the same seed give the same draw.

    :param strata: (n,) numbers of the strata
    :raise ValueError: on a share outside 0 to below 1, or a seed that is not a whole number from 0 on
    """
    strata = np.asarray(strata)
    if strata.ndim != 1:
        raise ValueError(f"strata has the shape {strata.shape}, not (n,)")
    if not 0 <= control_share < 1:
        raise ValueError(f"control_share is not between 0 and 1: {control_share!r}")
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed is not a whole number from 0 on: {seed!r}")
    chance = np.random.Generator(np.random.PCG64(seed)).random(len(strata) + 1)
    steps = np.floor(np.arange(len(strata) + 1) * control_share + chance[-1] + 1e-9)
    treated = np.ones(len(strata), bool)
    treated[np.lexsort((chance[:-1], strata))] = np.diff(steps) == 0
    return treated


def _effect(value, error, freedom, y1, y0, confidence):
    _level(confidence)
    half = float(special.stdtrit(freedom, 0.5 + confidence / 2)) * error
    value = float(value)
    return Effect(value, value - half, value + half, float(y1.mean()), float(y0.mean()), len(y1), len(y0), float(error))


def _array(values, name, minimum=1):
    values = np.asarray(values, float)
    if values.ndim != 1 or len(values) < minimum:
        raise ValueError(f"{name} has the shape {values.shape}, not (n,) with n from {minimum} on")
    if not np.isfinite(values).all():
        raise ValueError(f"{name}[{int(np.argmin(np.isfinite(values)))}] is not finite")
    return values


def _level(confidence):
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is not between 0 and 1: {confidence!r}")


def _normal(confidence):
    _level(confidence)
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _reach(confidence, power):
    _level(power)
    return _normal(confidence) + NormalDist().inv_cdf(power)
