"""Purchases and survival of customers without a contract: MBG/NBD and BG/NBD.

While active, a customer buys at random with the own rate λ ~ Gamma(r, α); after each purchase (MBG: the first
one too) the customer is lost with the own probability p ~ Beta(a, b).

Every function takes the history of customers as vectors of the same length, counted from the first purchase:

- x: repeat purchase days (0 for who bought once)
- t_x: time of the last purchase (0 where x is 0)
- T: time observed

Times are in days where a prior, a discount rate or a year is involved; else any unit, then α and every
result in time have that unit (r, a, b and probabilities have none).

All raise ValueError, naming the argument and the first offending index, on empty vectors, different lengths,
negative or non-finite values, t_x > T, and t_x > 0 where x = 0.

Sources: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), eqs. 6-10;
Batislam, Denizel, Filiztekin (2007), International Journal of Research in Marketing 24(3); Hoppe, Wagner (2007).
"""

from dataclasses import dataclass
from math import log

import numpy as np
from scipy.special import expit

from . import _arrays, _likelihood, _newton
from ._dropout import integral

YEAR = 365.25
SAMPLE = 20_000


@dataclass(frozen=True)
class Prior:
    """Log-normal prior: means and standard deviations of ln r, ln α, ln a, ln b, with α in days."""

    mean: tuple[float, float, float, float]
    sd: tuple[float, float, float, float]

    def in_units_of(self, days):
        """The same prior for times counted in units of so many days (7: weeks)."""
        r, alpha, a, b = self.mean
        return Prior((r, alpha - log(days), a, b), self.sd)


DEFAULT_PRIOR = Prior((log(0.9), log(70), log(0.7), log(1.7)), (0.8, 1.3, 0.9, 1.0))


@dataclass(frozen=True)
class Params:
    """A fitted model.

    r, alpha: shape and rate (unit of time) of the purchase rate.
    a, b: of the probability to be lost after a purchase.
    log_likelihood: of the data alone, without the prior.
    n: customers (sum of the weights).
    model: "mbg" or "bg".
    converged: False where no maximum was found: maximum likelihood on few customers often has none.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    n: float = 0
    model: str = "mbg"
    converged: bool = True

    def __post_init__(self):
        for name in ("r", "alpha", "a", "b"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be positive and finite, got {getattr(self, name)}")
        _at_first(self.model)


@dataclass(frozen=True)
class Scores:
    """What `scores` returns: one vector per score, in the order of the customers."""

    p_alive: np.ndarray
    expected_purchases: np.ndarray
    expected_if_active: np.ndarray
    discounted_purchases: np.ndarray
    next_purchase: np.ndarray


def fit(x, t_x, T, weights=None, model="mbg", prior=None):
    """Estimate r, α, a, b: by maximum likelihood, or with a prior its posterior mode (in the logarithms).

    The likelihood needs each distinct (x, t_x, T) once; trust-region Newton with the exact Hessian, started
    from the fit of a sample where customers are many.

    :param weights: customers that each row stands for, >= 0, not all 0
    :param prior: None or a `Prior`; DEFAULT_PRIOR suits times in days and any number of customers
    :return: `Params`
    """
    x, t_x, T = _histories(x, t_x, T)
    first = _at_first(model)
    if weights is not None:
        weights = _arrays.vector("weights", weights, 0, x.size)
        if not weights.any():
            raise ValueError("weights are all 0")
    start = prior.mean if prior else (0.0, log(T.mean() or 1.0), 0.0, 0.0)
    step = x.size // SAMPLE
    if step > 3:
        some = slice(None, None, step)
        sample = _likelihood.Data(x[some], t_x[some], T[some], None if weights is None else weights[some], first)
        start = _newton.maximise(lambda point: _likelihood.posterior(point, sample, prior), start, 1e-7)[0]
    data = _likelihood.Data(x, t_x, T, weights, first)
    point, value, converged = _newton.maximise(lambda point: _likelihood.posterior(point, data, prior), start)
    if prior:
        value -= _likelihood.log_prior(point, prior)[0]
    return Params(*map(float, np.exp(point)), float(value), data.n, model, converged)


def p_alive(params, x, t_x, T):
    """Probability that the customer is still active at T (with BG and x = 0 always 1)."""
    x, t_x, T = _histories(x, t_x, T)
    first = _at_first(params.model)
    result = np.empty(x.size)
    for part in _arrays.chunks(x.size):
        n = x[part]
        lost = (params.r + n) * np.log((params.alpha + T[part]) / (params.alpha + t_x[part]))
        with np.errstate(divide="ignore", invalid="ignore"):
            lost += log(params.a) - np.log(params.b + n + first - 1)
        result[part] = expit(-lost)
        if not first:
            result[part][n == 0] = 1.0
    return result


def expected_if_active(params, x, t_x, T, horizon):
    """Purchases expected in the time `horizon` (scalar or vector) after T, if the customer is active at T."""
    x, t_x, T = _histories(x, t_x, T)
    return _integrals(params, x, T, (_arrays.scalar_or_vector("horizon", horizon, x.size, 0), 0.0))[0]


def expected_purchases(params, x, t_x, T, horizon):
    """Purchases expected in the time `horizon` (scalar or vector) after T."""
    return p_alive(params, x, t_x, T) * expected_if_active(params, x, t_x, T, horizon)


def discounted_purchases(params, x, t_x, T, horizon, annual_rate):
    """Present value at T of the purchases expected in `horizon` days, each counted as 1 (Fader, Hardie 2013).

    :param annual_rate: 0.1 for 10 % a year, >= 0; δ = ln(1 + rate) / 365.25 a day
    """
    x, t_x, T = _histories(x, t_x, T)
    horizon = _arrays.scalar_or_vector("horizon", horizon, x.size, 0)
    return p_alive(params, x, t_x, T) * _integrals(params, x, T, (horizon, _daily(annual_rate)))[0]


def next_purchase(params, x, t_x, T):
    """Median time from T to the next purchase: until then it comes with 50 %.

    An active customer does not buy in u with probability ((α + T)/(α + T + u))^(r + x).

    :return: NaN where it comes with 50 % or less altogether
    """
    x, t_x, T = _histories(x, t_x, T)
    return _median_wait(params, p_alive(params, x, t_x, T), x, T)


def scores(params, x, t_x, T, horizon, discount_horizon, annual_rate):
    """All scores in one pass: `horizon` for the expected purchases, `discount_horizon` for the discounted ones."""
    x, t_x, T = _histories(x, t_x, T)
    horizon = _arrays.scalar_or_vector("horizon", horizon, x.size, 0)
    discount_horizon = _arrays.scalar_or_vector("discount_horizon", discount_horizon, x.size, 0)
    alive = p_alive(params, x, t_x, T)
    active, discounted = _integrals(params, x, T, (horizon, 0.0), (discount_horizon, _daily(annual_rate)))
    return Scores(alive, alive * active, active, alive * discounted, _median_wait(params, alive, x, T))


def _histories(x, t_x, T):
    x = _arrays.vector("x", x, 0)
    t_x = _arrays.vector("t_x", t_x, 0, x.size)
    T = _arrays.vector("T", T, 0, x.size)
    _arrays.refuse("t_x", t_x, t_x > T, "is later than T")
    _arrays.refuse("t_x", t_x, (x == 0) & (t_x > 0), "must be 0 where x is 0")
    return x, t_x, T


def _at_first(model):
    """1 if a customer can be lost after the first purchase, else 0."""
    if model not in ("mbg", "bg"):
        raise ValueError(f"model must be 'mbg' or 'bg', got {model!r}")
    return int(model == "mbg")


def _daily(annual_rate):
    return log(1 + float(_arrays.vector("annual_rate", [annual_rate], 0)[0])) / YEAR


def _integrals(params, x, T, *wanted):
    """Per pair (horizon, discount rate) a vector: the integral of the intensity, done once per distinct customer."""
    vectors = [horizon for horizon, _delta in wanted if np.ndim(horizon)]
    (x, T, *vectors), position = _arrays.group((x, T, *vectors))
    found = []
    for horizon, delta in wanted:
        until = vectors.pop(0) if np.ndim(horizon) else np.full(x.size, horizon)
        found.append(integral(params, _at_first(params.model), x, T, until, delta)[position])
    return found


def _median_wait(params, alive, x, T):
    result = np.full(x.size, np.nan)
    some = np.flatnonzero(alive > 0.5)
    with np.errstate(over="ignore"):
        wait = (params.alpha + T[some]) * np.expm1(-np.log1p(-0.5 / alive[some]) / (params.r + x[some]))
    result[some] = np.where(np.isfinite(wait), wait, np.nan)
    return result
