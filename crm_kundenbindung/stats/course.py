"""How the outcomes of two arms add up over time, each with its interval (arrays in, arrays out; no Odoo)."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from .proportions import wilson


@dataclass(frozen=True)
class Course:
    """Means (or rates) of each arm up to the end of each step, and their bounds; every array is (steps,)."""

    treated: np.ndarray
    treated_low: np.ndarray
    treated_high: np.ndarray
    control: np.ndarray
    control_low: np.ndarray
    control_high: np.ndarray


def mean_interval(values, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of the mean of values (n,) by Student's t; the mean twice where nothing varies.

    >>> tuple(round(bound, 2) for bound in mean_interval([1, 2, 3, 4, 5]))
    (1.04, 4.96)
    """
    values = np.asarray(values, float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError("values are not a finite (n,) with n from 1 on")
    mean = float(values.mean())
    if len(values) < 2:
        return mean, mean
    half = (
        float(special.stdtrit(len(values) - 1, 0.5 + confidence / 2)) * float(values.std(ddof=1)) / len(values) ** 0.5
    )
    return mean - half, mean + half


def rate_interval(values, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of the share of ones among values (n,) of 0 and 1."""
    values = np.asarray(values, float)
    return wilson(float(values.sum()), len(values), confidence)


def cumulated(
    customer, step, amount, treated, steps: int, rate: bool = False, confidence: float = 0.95, mean: bool = False
) -> Course:
    """Return how the outcome per customer grows, step by step, in both arms.

    :param customer: (m,) position of the customer of each event, 0 to n − 1
    :param step: (m,) number of the step of each event, 0 to steps − 1
    :param amount: (m,) what the event adds
    :param treated: (n,) whether each customer is treated
    :param rate: count each customer once, from the first event with a positive amount on
    :param mean: of each customer the mean amount of their events so far; who had none is left out, and an arm of which
        fewer than two had any is nan
    :raise ValueError: on an empty arm, or on numbers outside of their range
    """
    customer, step, amount = np.asarray(customer, int), np.asarray(step, int), np.asarray(amount, float)
    treated = np.asarray(treated, bool)
    if not treated.any() or treated.all():
        raise ValueError("an arm is empty")
    if len(customer) and (customer.min() < 0 or customer.max() >= len(treated)):
        raise ValueError("customer is outside of 0 to n − 1")
    if len(step) and (step.min() < 0 or step.max() >= steps):
        raise ValueError("step is outside of 0 to steps − 1")
    order = np.argsort(step, kind="stable")
    customer, amount = customer[order], amount[order]
    ends = np.searchsorted(step[order], np.arange(1, steps + 1))
    total, count, start, rows = np.zeros(len(treated)), np.zeros(len(treated)), 0, np.full((6, steps), np.nan)
    interval = rate_interval if rate else mean_interval
    for position, end in enumerate(ends):
        np.add.at(total, customer[start:end], amount[start:end])
        np.add.at(count, customer[start:end], 1)
        start, known = end, count > 0 if mean else np.ones(len(treated), bool)
        values = (total > 0).astype(float) if rate else total / np.maximum(count, 1) if mean else total
        for offset, arm in ((0, values[known & treated]), (3, values[known & ~treated])):
            if len(arm) > 1 or not mean:
                rows[offset : offset + 3, position] = (arm.mean(), *interval(arm, confidence))
    return Course(*rows)
