"""Purchases still to come from a customer who is active: the integral behind the scores of `btyd`."""

import numpy as np
from scipy.special import betaincinv, expit, hyp2f1

from . import _arrays

FEW = np.polynomial.legendre.leggauss(8)
MANY = np.polynomial.legendre.leggauss(32)


def integral(params, first, x, T, horizon, delta):
    """Return ∫₀ʰ e^(−δu) m(u) du with m the purchase intensity of a customer who is active at T.

    m(u) = (r+x)/(α+T) · E[(1 + p y)^−(r+x+1)] with y = u/(α+T) and p ~ Beta(a, b+x+c), which is
    (r+x)/(α+T) (1+y)^−a ₂F₁(a, a+b+c−r−1; a+b+x+c; y/(1+y)); c = 1 for MBG, 0 for BG. Eight Gauss-Legendre nodes
    in ln(1+y), in which the integrand is flat, do for almost all customers, and 32 where it is steep (a horizon
    much longer than α+T, strong discount, large r). Where ₂F₁ fails or a is large, `_by_dropout` does it, slower.

    :param x, T, horizon: vectors of equal length
    :param delta: continuous discount rate per unit of time
    """
    result = np.full(x.size, np.nan)
    if params.a <= 2.5:
        steep = (horizon > 6 * (params.alpha + T)) | (delta * horizon > 2) | (params.r > 5)
        for rule, rows in ((FEW, np.flatnonzero(~steep)), (MANY, np.flatnonzero(steep))):
            for part in _arrays.chunks(rows.size, 1 << 12):
                some = rows[part]
                result[some] = _by_time(params, first, x[some], T[some], horizon[some], delta, rule)
    failed = np.flatnonzero(~np.isfinite(result))
    for part in _arrays.chunks(failed.size, 1 << 9):
        some = failed[part]
        result[some] = _by_dropout(params, first, x[some], T[some], horizon[some], delta)
    return result


def _by_time(params, first, x, T, horizon, delta, rule):
    """The integral by a quadrature rule (nodes, weights) in v = ln(1+y); NaN where ₂F₁ fails."""
    r, a, c_b = params.r, params.a, params.b + first
    scale = (params.alpha + T)[:, None]
    span = np.log1p(horizon / scale[:, 0])
    v = span[:, None] * (rule[0] + 1) / 2
    with np.errstate(all="ignore"):
        value = hyp2f1(a, a + c_b - r - 1, a + c_b + x[:, None], -np.expm1(-v))
        value *= np.exp((1 - a) * v - delta * scale * np.expm1(v))
    return (r + x) * span / 2 * (value @ rule[1])


def _by_dropout(params, first, x, T, horizon, delta):
    """The same as an expectation over p, from terms that are all positive: good for any parameters.

    M(h) = E[(1 − (1 + p y)^−(r+x)) / p] is the integral without discount; with it, by parts,
    e^(−δh) M(h) + δ ∫₀ʰ e^(−δu) M(u) du.
    """
    [known], position = _arrays.group([x])
    dropout, weights = _beta_rule(params.a, params.b + known + first)
    p = dropout[position]
    scale, n = (params.alpha + T)[:, None], params.r + x[:, None]

    def undiscounted(y):
        with np.errstate(all="ignore"):
            part = np.where(p * y * n > 1e-12, -np.expm1(-n * np.log1p(p * y)) / p, n * y)
        return part @ weights

    total = np.log1p(horizon / scale[:, 0])
    result = np.exp(-delta * horizon) * undiscounted(np.expm1(total)[:, None])
    if delta:
        for node, weight in zip(*MANY):
            v = total * (node + 1) / 2
            u = scale[:, 0] * np.expm1(v)
            more = undiscounted(np.expm1(v)[:, None]) * (scale[:, 0] + u)
            result += delta * weight * total / 2 * np.exp(-delta * u) * more
    return result


def _beta_rule(a, b):
    """Nodes (one row per element of b) and weights of the expectation over Beta(a, b).

    Tanh-sinh rule (Takahasi, Mori 1974) in the distribution function.
    """
    k, step = np.linspace(-3.2, 3.2, 65, retstep=True)
    below, above = expit(np.pi * np.sinh(k)), expit(-np.pi * np.sinh(k))
    b = b[:, None]
    lower, upper = betaincinv(a, b, np.minimum(below, 0.5)), 1 - betaincinv(b, a, np.minimum(above, 0.5))
    nodes = np.where(k < 0, lower, upper)
    return nodes, step * np.pi * np.cosh(k) * below * above
