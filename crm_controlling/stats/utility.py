"""Utility analysis: weighted scores with ranks, weights from comparisons in pairs, and how firm the winner stands.

Scores lie between 0 and 10, weights are any numbers that are not negative. A missing score is nan, which is not 0.
Sources: Zangemeister (1976), Nutzwertanalyse in der Systemtechnik; Saaty (1980), The Analytic Hierarchy Process;
Crawford and Williams (1985), J. Math. Psychology 29 (weights by least squares on logarithms).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

LOWEST, HIGHEST = 0.0, 10.0
TOLERANCE = 1e-9  # totals closer than this are equal
# mean inconsistency of random comparisons of 3, 4, … criteria (Saaty 1980)
RANDOM_INDEX = (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.54, 1.56, 1.57, 1.59)
CONSISTENT = 0.10  # a consistency ratio up to this is usual (Saaty)


@dataclass(frozen=True)
class Evaluation:
    """What came out, one entry per option.

    weights: parts of 1, one per criterion; weight_sum: what the given weights added up to.
    totals: Σ weight × score, 0..10; nan where a score that counts is missing.
    lows, highs: the total with each missing score at 0, and at 10; equal to the total where none is missing.
    missing: criteria without a score; failed: knock-out criteria below their minimum.
    ranks: 1 is best, equal totals share a rank and the next ranks are skipped; None for options that are
    out or not completely scored. winners: options of rank 1.
    certain: one winner, and no incomplete option can reach it whatever its missing scores turn out to be.
    """

    weights: tuple[float, ...]
    weight_sum: float
    totals: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    missing: tuple[tuple[int, ...], ...]
    failed: tuple[tuple[int, ...], ...]
    ranks: tuple[int | None, ...]
    winners: tuple[int, ...]
    certain: bool


@dataclass(frozen=True)
class Stability:
    """Within which weight of one criterion (a part of 1) the winner stays first, the other weights rescaled.

    below, above: the option that takes over beyond each end; None where the winner stays first to 0 or to 1.
    """

    low: float
    high: float
    below: int | None
    above: int | None


@dataclass(frozen=True)
class Preferences:
    """Weights from comparisons in pairs (parts of 1) and how well the comparisons agree.

    ratio: consistency ratio, 0 is perfect; None with fewer than three criteria or missing comparisons.
    worst: the pair that contradicts the others most; None where nothing contradicts.
    circles: three criteria each of which is preferred to the next, in a circle.
    missing: pairs that were not compared.
    """

    weights: tuple[float, ...]
    ratio: float | None
    worst: tuple[int, int] | None
    circles: tuple[tuple[int, int, int], ...]
    missing: int


def normalised(weights: Sequence[float]) -> np.ndarray:
    """Return the weights as parts of 1; all 0 means that all criteria count the same.

    :raise ValueError: on no weight, or one that is negative or not finite
    """
    values = np.asarray(weights, dtype=float)
    if values.ndim != 1 or not values.size:
        raise ValueError("there is no criterion")
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("a weight is negative or not a number")
    total = values.sum()
    return values / total if total > 0 else np.full(values.size, 1 / values.size)


def evaluate(
    weights: Sequence[float], scores: Sequence[Sequence[float]], minimums: Sequence[float | None] | None = None
) -> Evaluation:
    """Return totals and ranks of options (rows) over criteria (columns): N_i = Σ_j w_j s_ij.

    :param minimums: per criterion the score an option must reach to stay in; None where it knocks nobody out
    :raise ValueError: on scores outside 0..10 or of the wrong shape, and as `normalised`

    >>> evaluate((50, 50), ((5, 10), (9, 0))).totals
    (7.5, 4.5)
    """
    parts = normalised(weights)
    table = _table(scores, parts.size)
    unknown = np.isnan(table)
    bounds = [None] * parts.size if minimums is None else list(minimums)
    if len(bounds) != parts.size:
        raise ValueError("there are more or fewer minimums than criteria")
    failed = [
        tuple(j for j, bound in enumerate(bounds) if bound is not None and row[j] < bound - TOLERANCE) for row in table
    ]
    counts = (parts > 0) | np.array([bound is not None for bound in bounds])
    open_ = (unknown & counts).any(axis=1)
    lows = np.where(unknown, LOWEST, table) @ parts
    highs = np.where(unknown, HIGHEST, table) @ parts
    totals = np.where(open_, np.nan, lows)
    ranks = _ranks(totals, [not out and not gap for out, gap in zip(failed, open_, strict=True)])
    winners = tuple(i for i, rank in enumerate(ranks) if rank == 1)
    rivals = [highs[i] for i in range(len(table)) if open_[i] and not failed[i]]
    certain = len(winners) == 1 and all(high < totals[winners[0]] - TOLERANCE for high in rivals)
    return Evaluation(
        weights=tuple(parts.tolist()),
        weight_sum=float(np.sum(weights)),
        totals=tuple(totals.tolist()),
        lows=tuple(lows.tolist()),
        highs=tuple(highs.tolist()),
        missing=tuple(tuple(np.flatnonzero(row).tolist()) for row in unknown),
        failed=tuple(failed),
        ranks=ranks,
        winners=winners,
        certain=certain,
    )


def _table(scores, criteria):
    table = np.array([list(row) for row in scores], dtype=float).reshape(len(scores), -1) if scores else None
    if table is None:
        return np.empty((0, criteria))
    if table.shape[1] != criteria:
        raise ValueError("an option has more or fewer scores than there are criteria")
    if ((table < LOWEST) | (table > HIGHEST) | np.isinf(table)).any():
        raise ValueError("a score is not within 0..10")
    return table


def _ranks(totals, eligible):
    """Return 1 + the number of eligible options that are better; None for the others."""
    known = [total for total, counts in zip(totals, eligible, strict=True) if counts]
    return tuple(
        1 + sum(bool(other > total + TOLERANCE) for other in known) if counts else None
        for total, counts in zip(totals, eligible, strict=True)
    )


def stability(weights: Sequence[float], scores: Sequence[Sequence[float]], criterion: int, winner: int) -> Stability:
    """Return how far the weight of one criterion may move before another option is better than the winner.

    With the weight t of criterion k the other weights are rescaled in proportion, w_j (1 − t) / (1 − w_k), so that
    N_i(t) = t s_ik + (1 − t) R_i with R_i = Σ_{j≠k} w_j s_ij / (1 − w_k); where w_k = 1 the others share alike.
    The lead over option i is linear in t: D_i(t) = (R_w − R_i) + t ((s_wk − s_ik) − (R_w − R_i)), and
    changes its sign at t = (R_w − R_i) / ((R_w − R_i) − (s_wk − s_ik)). All scores must be known.

    :raise ValueError: on a missing score, a wrong index, a winner that is not first, and as `evaluate`
    """
    parts = normalised(weights)
    table = _table(scores, parts.size)
    if np.isnan(table).any():
        raise ValueError("a score is missing")
    if not (0 <= criterion < parts.size and 0 <= winner < len(table)):
        raise ValueError("there is no such criterion or option")
    totals = table @ parts
    if (totals > totals[winner] + TOLERANCE).any():
        raise ValueError("another option is first")
    now, others = parts[criterion], parts.copy()
    others[criterion] = 0.0
    rest = 1.0 - now
    shares = others / rest if rest > TOLERANCE else (np.arange(parts.size) != criterion) / max(parts.size - 1, 1)
    without = table @ shares
    low, high, below, above = 0.0, 1.0, None, None
    for i in range(len(table)):
        start = without[winner] - without[i]  # the lead at t = 0
        end = table[winner, criterion] - table[i, criterion]  # the lead at t = 1
        if i == winner or (start >= -TOLERANCE and end >= -TOLERANCE):
            continue
        turn = min(max(start / (start - end), 0.0), 1.0) if abs(start - end) > TOLERANCE else now
        if start < -TOLERANCE and (below is None or turn > low):
            low, below = turn, i
        elif end < -TOLERANCE and (above is None or turn < high):
            high, above = turn, i
    return Stability(min(low, now), max(high, now), below, above)


def lines(weights: Sequence[float], scores: Sequence[Sequence[float]], criterion: int) -> list[tuple[float, float]]:
    """Return the total of each option at weight 0 and at weight 1 of one criterion; in between it is a straight line."""
    parts = normalised(weights)
    table = _table(scores, parts.size)
    others = parts.copy()
    others[criterion] = 0.0
    rest = others.sum()
    shares = others / rest if rest > TOLERANCE else (np.arange(parts.size) != criterion) / max(parts.size - 1, 1)
    return list(zip((table @ shares).tolist(), table[:, criterion].tolist(), strict=True))


def preferences(criteria: int, pairs: Mapping[tuple[int, int], float]) -> Preferences:
    """Return the weights that agree best with comparisons "i counts r times as much as j".

    Least squares on logarithms: min Σ (ln r_ij − (x_i − x_j))², w_i = exp(x_i) / Σ exp(x). With all pairs
    compared this is the geometric mean of each row. CI = (λ − n) / (n − 1) with λ the mean of (A w)_i / w_i,
    ratio = CI / random index.

    :param pairs: {(i, j): r}, each pair in one direction only
    :raise ValueError: on ratios that are not positive, on unknown or repeated pairs, and where comparisons are too
        few to connect all criteria
    """
    if criteria < 1:
        raise ValueError("there is no criterion")
    seen = set()
    for (i, j), ratio in pairs.items():
        if not (0 <= i < criteria and 0 <= j < criteria) or i == j or frozenset((i, j)) in seen:
            raise ValueError(f"the pair {(i, j)} is unknown or comes twice")
        if not (np.isfinite(ratio) and ratio > 0):
            raise ValueError(f"the ratio of {(i, j)} is not positive")
        seen.add(frozenset((i, j)))
    rows = np.zeros((len(pairs) + 1, criteria))
    values = np.zeros(len(pairs) + 1)
    for row, ((i, j), ratio) in enumerate(pairs.items()):
        rows[row, i], rows[row, j], values[row] = 1.0, -1.0, np.log(ratio)
    rows[-1] = 1.0
    solution, _residuals, rank, _singular = np.linalg.lstsq(rows, values, rcond=None)
    if rank < criteria:
        raise ValueError("the comparisons do not connect all criteria")
    weights = np.exp(solution - solution.max())
    weights /= weights.sum()
    missing = criteria * (criteria - 1) // 2 - len(pairs)
    return Preferences(
        weights=tuple(weights.tolist()),
        ratio=_consistency(weights, pairs) if criteria > 2 and not missing else None,
        worst=_worst(solution, pairs),
        circles=_circles(criteria, pairs),
        missing=missing,
    )


def _consistency(weights, pairs):
    n = weights.size
    matrix = np.eye(n)
    for (i, j), ratio in pairs.items():
        matrix[i, j], matrix[j, i] = ratio, 1 / ratio
    largest = float(np.mean(matrix @ weights / weights))
    return max(0.0, (largest - n) / (n - 1)) / RANDOM_INDEX[min(n - 3, len(RANDOM_INDEX) - 1)]


def _worst(solution, pairs):
    """Return the pair whose comparison is farthest from what all together say."""
    errors = {pair: abs(np.log(ratio) - (solution[pair[0]] - solution[pair[1]])) for pair, ratio in pairs.items()}
    pair = max(errors, key=errors.get, default=None)
    return pair if pair is not None and errors[pair] > 1e-6 else None


def _circles(criteria, pairs):
    """Return the triples i, j, k with i preferred to j, j to k and k to i."""
    better = {pair if ratio > 1 else pair[::-1] for pair, ratio in pairs.items() if abs(ratio - 1) > TOLERANCE}
    found = []
    for i, j, k in combinations(range(criteria), 3):
        for a, b, c in ((i, j, k), (i, k, j)):
            if {(a, b), (b, c), (c, a)} <= better:
                found.append((a, b, c))
    return tuple(found)


def percentages(weights: Sequence[float], digits: int = 1) -> list[float]:
    """Return parts of 1 as percentages that add up to exactly 100 after rounding (largest remainders).

    >>> percentages((1 / 3, 1 / 3, 1 / 3))
    [33.4, 33.3, 33.3]
    """
    unit = 10**digits
    exact = normalised(weights) * 100 * unit
    floors = np.floor(exact + TOLERANCE)
    for index in np.argsort(floors - exact, kind="stable")[: round(100 * unit - floors.sum())]:
        floors[index] += 1
    return [round(float(value) / unit, digits) for value in floors]
