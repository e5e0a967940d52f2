"""Log-likelihood of BG/NBD and MBG/NBD with its gradient and Hessian in (ln r, ln α, ln a, ln b).

Per customer, with c = 0 for BG and 1 for MBG, and softplus(z) = ln(1 + e^z) (for BG only where x > 0):

    ln Γ(r+x) − ln Γ(r) + r ln α + ln Γ(a+b) + ln Γ(b+x+c) − ln Γ(b) − ln Γ(a+b+x+c) − (r+x) ln(α+T) + softplus(z)
    z = ln a − ln(b+x+c−1) + (r+x) [ln(α+T) − ln(α+t_x)]

Sources: as in `btyd`.
"""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from . import _arrays


class Data:
    """Sufficient statistics: customers by x, by T, and by (x, t_x, T) where they can be lost."""

    def __init__(self, x, t_x, T, weights, first):
        (x, t_x, T), w = _arrays.distinct((x, t_x, T), weights)
        self.first = first
        self.n = float(w.sum())
        [self.x], position = _arrays.group([x])
        self.of_x = np.bincount(position, weights=w)
        [self.T], position = _arrays.group([T])
        self.of_T = np.bincount(position, weights=w)
        self.bought = np.bincount(position, weights=w * x)
        some = slice(None) if first else x > 0
        self.rows = x[some], t_x[some], T[some], w[some]


def log_prior(point, prior):
    distance, sd = point - np.array(prior.mean), np.array(prior.sd)
    return -0.5 * ((distance / sd) ** 2).sum(), -distance / sd**2, np.diag(-1 / sd**2)


def posterior(point, data, prior):
    parts = [purchases(point, data), survival(point, data)]
    if prior:
        parts.append(log_prior(point, prior))
    return tuple(map(sum, zip(*parts)))


def purchases(point, data):
    """Log-likelihood without its last term softplus(z): value, gradient, Hessian in (ln r, ln α, ln a, ln b)."""
    r, alpha, a, b = theta = np.exp(point)
    n, of_x, c = data.n, data.of_x, data.first
    rx, bx, abx = r + data.x, b + data.x + c, a + b + data.x + c
    observed = alpha + data.T
    events = r * data.of_T + data.bought
    value = (
        of_x @ (gammaln(rx) + gammaln(bx) - gammaln(abx))
        + n * (gammaln(a + b) - gammaln(r) - gammaln(b) + r * point[1])
        - events @ np.log(observed)
    )
    both = n * digamma(a + b) - of_x @ digamma(abx)
    gradient = np.array(
        [
            of_x @ digamma(rx) - n * digamma(r) + n * point[1] - data.of_T @ np.log(observed),
            n * r / alpha - events @ (1 / observed),
            both,
            both + of_x @ digamma(bx) - n * digamma(b),
        ]
    )
    hessian = np.zeros((4, 4))
    hessian[0, 0] = of_x @ polygamma(1, rx) - n * polygamma(1, r)
    hessian[0, 1] = hessian[1, 0] = n / alpha - data.of_T @ (1 / observed)
    hessian[1, 1] = events @ observed**-2.0 - n * r / alpha**2
    hessian[2:, 2:] = n * polygamma(1, a + b) - of_x @ polygamma(1, abx)
    hessian[3, 3] += of_x @ polygamma(1, bx) - n * polygamma(1, b)
    return value, theta * gradient, np.outer(theta, theta) * hessian + np.diag(theta * gradient)


def survival(point, data):
    """Σ softplus(z) with z the log-odds of being lost: value, gradient, Hessian as `purchases`."""
    r, alpha, _a, b = np.exp(point)
    value, gradient, hessian = 0.0, np.zeros(4), np.zeros((4, 4))
    for part in _arrays.chunks(data.rows[0].size, 1 << 13):
        x, t_x, T, w = (column[part] for column in data.rows)
        since, until, kept = 1 / (alpha + t_x), 1 / (alpha + T), b + x + data.first - 1
        silent = np.log(since / until)
        z = point[2] - np.log(kept) + (r + x) * silent
        small = np.exp(-np.abs(z))
        value += w @ (np.maximum(z, 0) + np.log1p(small))
        lost = np.where(z > 0, 1, small) / (1 + small)
        slope = np.empty((4, x.size))
        slope[0] = r * silent
        slope[1] = alpha * (r + x) * (until - since)
        slope[2] = 1
        slope[3] = -b / kept
        wl = w * lost
        gradient += slope @ wl
        hessian += (slope * (wl * (1 - lost))) @ slope.T
        hessian[0, 0] += slope[0] @ wl
        mixed = r * alpha * ((until - since) @ wl)
        hessian[0, 1] += mixed
        hessian[1, 0] += mixed
        hessian[1, 1] += (slope[1] * (1 - alpha * (since + until))) @ wl
        hessian[3, 3] += (slope[3] * (1 + slope[3])) @ wl
    return value, gradient, hessian
