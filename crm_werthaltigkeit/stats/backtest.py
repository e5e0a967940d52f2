"""The gate: a forecast is shown only if, on the company's own past, it beats the obvious one.

The past is cut: the model sees what lies before, its forecast and the naive one (as many purchases as in the window
of equal length before the cut) are compared with what happened after.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from . import _arrays, btyd

ENOUGH = 30
LARGEST_BIAS = 0.25


@dataclass(frozen=True)
class Errors:
    """How far a forecast was off.

    mae, rmse: mean absolute and root mean square error, in purchases per customer.
    bias: (Σ forecast − Σ actual) / Σ actual; NaN if nothing was bought.
    capture: part of the actual purchases made by the tenth of the customers with the highest forecast; equal
        forecasts share what their customers bought. 0.1 is pure chance. Shows a forecast of zero for what it is.
    """

    mae: float
    rmse: float
    bias: float
    capture: float


@dataclass(frozen=True)
class Gate:
    """Decision about a forecast.

    decision: "model", "baseline", or "none" (too little data to decide).
    reason: "model_better" | "model_worse" (larger MAE) | "model_biased" (|bias| > 25 %) | "few_customers" (< 30)
        | "no_holdout" (no time after the cut, or nothing bought in it).
    n: customers; actual: purchases in the holdout.
    calibration: up to ten tuples (mean forecast, mean actual, customers), by tenths of the model's forecast.
    """

    decision: str
    reason: str
    model: Errors
    baseline: Errors
    n: int
    actual: float
    calibration: tuple[tuple[float, float, int], ...]


def gate(x, t_x, T, holdout, previous, horizon, prior=btyd.DEFAULT_PRIOR):
    """Fit MBG/NBD at the cut, forecast the holdout, and decide.

    Customers are those who bought before the cut; x, t_x, T as in `btyd`, at the cut.

    :param holdout: purchase days in the `horizon` after the cut
    :param previous: repeat purchase days in the `horizon` before the cut (the first purchase does not count)
    :param horizon: length of both windows, in the unit of T (days with the default prior)
    :return: `Gate`
    :raise ValueError: naming the argument and the first offending index
    """
    size = np.size(x)
    holdout = _arrays.vector("holdout", holdout, 0, size)
    previous = _arrays.vector("previous", previous, 0, size)
    horizon = float(_arrays.vector("horizon", [horizon], 0)[0])
    params = btyd.fit(x, t_x, T, prior=prior)
    return evaluate(holdout, btyd.expected_purchases(params, x, t_x, T, horizon), previous)


def evaluate(actual, model, baseline):
    """Compare two forecasts with what happened: vectors with one number >= 0 per customer."""
    actual = _arrays.vector("actual", actual, 0)
    model = _arrays.vector("model", model, 0, actual.size)
    baseline = _arrays.vector("baseline", baseline, 0, actual.size)
    of_model, of_baseline = errors(actual, model), errors(actual, baseline)
    decision, reason = _decide(actual, of_model, of_baseline)
    return Gate(decision, reason, of_model, of_baseline, actual.size, float(actual.sum()), calibration(actual, model))


def errors(actual, forecast):
    """Return the `Errors` of a forecast; vectors of equal length."""
    off, total = forecast - actual, actual.sum()
    return Errors(
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        bias=float(off.sum() / total) if total else nan,
        capture=_capture(actual, forecast) if total else nan,
    )


def calibration(actual, forecast):
    """Return (mean forecast, mean actual, customers) by tenths of the forecast; equal forecasts stay together."""
    values, position, counts = np.unique(forecast, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / actual.size
    tenth = np.minimum((middle * 10).astype(int), 9)[position]
    customers = np.bincount(tenth, minlength=10)
    sums = np.bincount(tenth, forecast, 10), np.bincount(tenth, actual, 10)
    return tuple(
        (float(sums[0][i] / customers[i]), float(sums[1][i] / customers[i]), int(customers[i]))
        for i in np.flatnonzero(customers)
    )


def _decide(actual, model, baseline):
    if not actual.any():
        return "none", "no_holdout"
    if actual.size < ENOUGH:
        return "none", "few_customers"
    if model.mae > baseline.mae:
        return "baseline", "model_worse"
    if abs(model.bias) > LARGEST_BIAS:
        return "baseline", "model_biased"
    return "model", "model_better"


def _capture(actual, forecast):
    """Part of the purchases that the best tenth made, whoever of equal customers is counted to it."""
    values, position, counts = np.unique(-forecast, return_inverse=True, return_counts=True)
    bought = np.bincount(position, weights=actual)
    before = np.cumsum(counts) - counts
    taken = np.clip(actual.size / 10 - before, 0, counts) / counts
    return float(taken @ bought / actual.sum())
