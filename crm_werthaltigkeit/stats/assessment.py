"""Value assessment: what several people's scores say about each question (no numpy needed)."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True)
class Score:
    """One score, 0 to 10, of one person on one question, for an aspect of this weight."""

    question: int
    person: int
    value: float
    weight: float = 1.0


@dataclass(frozen=True)
class QuestionResult:
    """What people say about one question: their mean, and how far apart they are.

    mean, low, high: 0..10; low and high are the lowest and highest person, equal for one person.
    people: how many answered.
    """

    mean: float
    low: float
    high: float
    people: int

    @property
    def spread(self) -> float:
        return self.high - self.low


def profile(scores: Iterable[Score]) -> dict[int, QuestionResult]:
    """Return the result per question; a question that nobody answered is missing, which is not 0.

    A person's view of a question is the mean over the aspects they answered, weighted by the
    aspects; the result is the plain mean over people, so that everybody counts the same however
    many aspects they answered.

    :raise ValueError: on a score outside 0..10, or a weight that is not positive
    """
    sums = defaultdict(lambda: [0.0, 0.0])
    for index, score in enumerate(scores):
        if not LOWEST <= score.value <= HIGHEST:
            raise ValueError(f"scores[{index}] is not within 0..10: {score.value!r}")
        if not (math.isfinite(score.weight) and score.weight > 0):
            raise ValueError(f"weight of scores[{index}] is not positive: {score.weight!r}")
        total = sums[score.question, score.person]
        total[0] += score.value * score.weight
        total[1] += score.weight
    views = defaultdict(list)
    for (question, _person), (weighted, weight) in sums.items():
        views[question].append(weighted / weight)
    return {
        question: QuestionResult(math.fsum(values) / len(values), min(values), max(values), len(values))
        for question, values in views.items()
    }


def overall(results: dict[int, QuestionResult]) -> float | None:
    """Return the mean over the answered questions; None where nobody answered any."""
    if not results:
        return None
    return math.fsum(result.mean for result in results.values()) / len(results)
