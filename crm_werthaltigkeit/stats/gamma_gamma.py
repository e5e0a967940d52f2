"""Money per purchase by the Gamma-Gamma model, for values that are always positive.

A purchase is Gamma(p, ν), the customer's ν is Gamma(q, γ): customers differ in their mean, not in the relative
spread of their purchases. Where margins may be negative use `credibility`.
Source: Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value, eqs. 1a and 5.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from . import _arrays, _newton


@dataclass(frozen=True)
class GammaGammaParams:
    """p, q: shapes; gamma: scale, in the unit of the values; log_likelihood of the fit; converged."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = float("nan")
    converged: bool = True


def fit(frequency, mean_value):
    """Estimate p, q, γ by maximum likelihood (trust-region Newton in the logarithms).

    :param frequency: purchases per customer that the mean is made of, > 0 (in the published example the repeat ones)
    :param mean_value: mean value of these purchases, > 0, any currency
    :return: `GammaGammaParams`
    :raise ValueError: naming the argument and the first offending index
    """
    x, m = _pair(frequency, mean_value)
    _arrays.refuse("frequency", x, x <= 0, "is not positive")
    _arrays.refuse("mean_value", m, m <= 0, "is not positive")
    unit = m.mean()
    (x, m), w = _arrays.distinct((x, m / unit))
    point, value, converged = _newton.maximise(lambda point: _likelihood(point, x, m, w), np.log([2.0, 3.0, 1.0]))
    p, q, gamma = map(float, np.exp(point))
    return GammaGammaParams(p, q, gamma * float(unit), float(value - w.sum() * np.log(unit)), converged)


def expected_value(params, frequency, mean_value):
    """Return the value expected per purchase of each customer: p (γ + x·m) / (p x + q − 1).

    :param frequency: 0 or more; with 0 the mean of all customers, p γ / (q − 1), whatever the customer's mean_value
    :return: vector in the unit of the values; NaN where p x + q <= 1: the model has no mean there
    """
    x, m = _pair(frequency, mean_value)
    divisor = params.p * x + params.q - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        value = params.p * (params.gamma + x * m) / divisor
    return np.where(divisor > 0, value, np.nan)


def _pair(frequency, mean_value):
    x = _arrays.vector("frequency", frequency, 0)
    return x, _arrays.vector("mean_value", mean_value, 0, x.size)


def _likelihood(point, x, m, w):
    """Log-likelihood, gradient and Hessian in (ln p, ln q, ln γ)."""
    p, q, gamma = theta = np.exp(point)
    px, total = p * x, gamma + m * x
    log_total, log_spent = np.log(total), np.log(m * x)
    value = w @ (
        gammaln(px + q) - gammaln(px) - gammaln(q)
        + q * np.log(gamma) + px * log_spent - np.log(m) - (px + q) * log_total
    )  # fmt: skip
    both, curved = digamma(px + q), polygamma(1, px + q)
    gradient = np.array(
        [
            w @ (x * (both - digamma(px) + log_spent - log_total)),
            w @ (both - digamma(q) + np.log(gamma) - log_total),
            w @ (q / gamma - (px + q) / total),
        ]
    )
    pp, pq, pg = w @ (x**2 * (curved - polygamma(1, px))), w @ (x * curved), -w @ (x / total)
    qq, qg = w @ (curved - polygamma(1, q)), w @ (1 / gamma - 1 / total)
    gg = w @ ((px + q) / total**2 - q / gamma**2)
    hessian = np.array([[pp, pq, pg], [pq, qq, qg], [pg, qg, gg]])
    return value, theta * gradient, np.outer(theta, theta) * hessian + np.diag(theta * gradient)
