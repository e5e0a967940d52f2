"""ABC classes and concentration of a customer base (Pareto analysis)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ranking:
    """Result of `classify`, in the order of the input.

    classes: "A", "B" or "C" per customer.
    share: the customer's part of the sum of all positive values (negative for a loss).
    cumulated: the part of that sum held by this customer and everyone worth at least as much.
    """

    classes: list[str]
    share: list[float]
    cumulated: list[float]


def classify(values: Sequence[float], limits: tuple[float, float] = (0.80, 0.95)) -> Ranking:
    """Rank values and cut the cumulated share into the classes A, B and C.

    A customer is A while the customers worth strictly more hold less than limits[0] of the positive
    sum, B below limits[1], else C. So the first customer is always A, equal values always share a
    class, and whoever brings nothing or a loss is C.

    :param values: contribution (any currency) per customer, finite
    :param limits: cumulated shares that end A and B, 0 < A < B <= 1
    :raise ValueError: on limits out of order, or a value that is not finite
    """
    if not 0 < limits[0] < limits[1] <= 1:
        raise ValueError(f"limits must satisfy 0 < A < B <= 1, got {limits}")
    _check_finite(values)
    total = math.fsum(value for value in values if value > 0)
    size = len(values)
    classes, share, cumulated = ["C"] * size, [0.0] * size, [0.0] * size
    order = sorted(range(size), key=lambda i: -values[i])
    above, start = 0.0, 0
    while start < size:
        end = start
        while end < size and values[order[end]] == values[order[start]]:
            end += 1
        value = values[order[start]]
        with_peers = above + max(value, 0.0) * (end - start)
        for position in range(start, end):
            i = order[position]
            share[i] = value / total if total else 0.0
            cumulated[i] = min(with_peers / total, 1.0) if total else 0.0
            if value > 0:
                reached = above / total
                classes[i] = "A" if reached < limits[0] else "B" if reached < limits[1] else "C"
        above, start = with_peers, end
    return Ranking(classes, share, cumulated)


def lorenz(values: Sequence[float], points: int = 100) -> list[tuple[float, float]]:
    """Concentration curve: share of customers (best first) against their share of the positive sum.

    :param values: contribution per customer, finite
    :param points: how many steps the curve has at most
    :return: pairs (customers, contribution) from (0, 0) on, both in 0..1; a curve that falls at
        its end shows customers who bring a loss
    """
    _check_finite(values)
    if points < 1:
        raise ValueError(f"points must be at least 1, got {points}")
    ordered = sorted(values, reverse=True)
    total = math.fsum(value for value in ordered if value > 0)
    if not total:
        return [(0.0, 0.0)]
    size = len(ordered)
    curve, running, step = [(0.0, 0.0)], 0.0, max(1, math.ceil(size / points))
    for position, value in enumerate(ordered, start=1):
        running += value
        if position % step == 0 or position == size:
            curve.append((position / size, running / total))
    return curve


def customers_for(values: Sequence[float], part: float = 0.80) -> int:
    """Return how many of the best customers together reach this part of the positive sum."""
    _check_finite(values)
    total = math.fsum(value for value in values if value > 0)
    running = 0.0
    for position, value in enumerate(sorted(values, reverse=True), start=1):
        running += value
        if total and running >= part * total * (1 - 1e-12):
            return position
    return 0


def _check_finite(values: Sequence[float]) -> None:
    for index, value in enumerate(values):
        if not math.isfinite(value):
            raise ValueError(f"values[{index}] is not a finite number: {value!r}")
