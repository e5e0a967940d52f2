"""How the purchases of a year spread over its months."""

from collections.abc import Sequence


def month_weights(counts: Sequence[float], years: int | None = None) -> list[float]:
    """Return the share of each of the 12 months that follow on the counted ones.

    With two years or more the shares follow the calendar months of the past, drawn towards even
    months by one more year of even months; with less the months are even.

    :param counts: purchases in consecutive full months, oldest first, the last one just ended
    :param years: use at most this many past years; all full years by default
    :return: 12 shares that sum to 1; the first belongs to the month after the last counted one
    :raise ValueError: on a negative count

    >>> month_weights([1.0] * 11)[0] == 1 / 12
    True
    >>> [round(w, 3) for w in month_weights(([24] + [0] * 11) * 2)[:2]]
    [0.694, 0.028]
    """
    if any(count < 0 for count in counts):
        raise ValueError(f"counts[{[c < 0 for c in counts].index(True)}] is negative")
    full = min(len(counts) // 12, years or len(counts))
    total = sum(counts[len(counts) - 12 * full :]) if full else 0
    if full < 2 or not total:
        return [1 / 12] * 12
    even = total / full / 12
    used = counts[len(counts) - 12 * full :]
    return [(sum(used[month::12]) + even) / (total + 12 * even) for month in range(12)]


def month_error(counts: Sequence[float]) -> float | None:
    """Return how far months were off when the year was known: sum of |actual - expected| per purchase.

    The last 12 months are spread by the pattern of the months before them.

    :param counts: as for `month_weights`
    :return: weighted absolute percentage error (0.2 means 20 %), None with less than 24 months

    >>> month_error([5.0] * 24)
    0.0
    """
    if len(counts) < 24 or not sum(counts[-12:]):
        return None
    weights, actual = month_weights(counts[:-12]), counts[-12:]
    total = sum(actual)
    return sum(abs(value - total * weight) for value, weight in zip(actual, weights, strict=True)) / total
