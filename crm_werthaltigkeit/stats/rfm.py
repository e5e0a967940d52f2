"""Recency, frequency and monetary scores (Hughes 1994): quintiles, 5 is best."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def scores(values: Sequence[float], higher_is_better: bool = True, groups: int = 5) -> list[int]:
    """Return a score 1..groups per value, by the value's mid-rank in the customer base.

    Equal values always get the same score, whatever the order of the input; where half of the
    customers bought once, they share one score instead of being split by chance.

    :param values: one finite number per customer (days since the last purchase, purchases, money)
    :param higher_is_better: False for recency, where few days are good
    :param groups: number of scores, 5 for quintiles
    :raise ValueError: on fewer than 2 groups, or a value that is not finite
    """
    if groups < 2:
        raise ValueError(f"groups must be at least 2, got {groups}")
    for index, value in enumerate(values):
        if not math.isfinite(value):
            raise ValueError(f"values[{index}] is not a finite number: {value!r}")
    ordered = sorted(values)
    size = len(ordered)
    by_value = {}
    for value in set(ordered):
        mid_rank = (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 / size
        score = min(groups, int(mid_rank * groups) + 1)
        by_value[value] = score if higher_is_better else groups + 1 - score
    return [by_value[value] for value in values]
