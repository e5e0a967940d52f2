"""Margin to be expected per purchase of each customer: between the own mean and that of all customers.

Credibility after Bühlmann and Straub with purchases as weights; allows negative margins, assumes no distribution.
Source: Bühlmann, Gisler (2005), A Course in Credibility Theory, section 4.8.
"""

from dataclasses import dataclass

import numpy as np

from . import _arrays


@dataclass(frozen=True)
class Credibility:
    """Result of `expected_margin`, in the unit of the margins.

    expected: vector, per customer.
    grand_mean: what a customer without purchases is expected to bring per purchase.
    within, between: variance of a customer's purchases, and of the customers' true means, both estimated
        without bias; within is NaN if nobody bought twice, between is 0 if the estimate is not positive.
    k: purchases whose mean counts as much as the grand mean; infinite if customers do not differ.
    """

    expected: np.ndarray
    grand_mean: float
    within: float
    between: float
    k: float


def expected_margin(n, mean, variance):
    """Return the margin expected per purchase: (n·mean + k·grand_mean) / (n + k), k = within / between.

    Where customers cannot be told apart (between <= 0, or nobody bought twice) it is the grand mean for all.

    :param n: purchases per customer, 0 or more
    :param mean: mean margin of the customer's purchases; of no meaning, and may be NaN, where n = 0
    :param variance: sample variance (divisor n - 1) of the customer's purchases; may be NaN where n < 2
    :return: `Credibility`
    :raise ValueError: on bad input, or if no customer has a purchase
    """
    n = _arrays.whole("n", n)
    mean = _arrays.vector("mean", mean, size=n.size, nan=True)
    variance = _arrays.vector("variance", variance, 0, n.size, nan=True)
    _arrays.refuse("mean", mean, np.isnan(mean) & (n > 0), "is unknown despite purchases")
    _arrays.refuse("variance", variance, np.isnan(variance) & (n > 1), "is unknown despite two purchases")
    bought, again = n > 0, n > 1
    if not bought.any():
        raise ValueError("n is 0 for all customers")
    weight, own = n[bought].astype(float), mean[bought]
    total = weight.sum()
    overall = weight @ own / total
    repeats = (n[again] - 1).sum()
    within = (n[again] - 1) @ variance[again] / repeats if repeats else np.nan
    between = 0.0
    freedom = total - weight @ weight / total
    if repeats and freedom > 0:
        spread = weight @ (own - overall) ** 2 - (weight.size - 1) * within
        between = max(0.0, spread / freedom)
    if not between:
        return Credibility(np.full(n.size, overall), float(overall), float(within), 0.0, np.inf)
    k = within / between
    trust = weight / (weight + k)
    grand_mean = trust @ own / trust.sum()
    expected = np.full(n.size, grand_mean)
    expected[bought] += trust * (own - grand_mean)
    return Credibility(expected, float(grand_mean), float(within), float(between), float(k))
