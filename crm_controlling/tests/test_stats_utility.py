import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..stats import utility

SCORES = st.integers(0, 10).map(float)


@st.composite
def decisions(draw, options=(2, 5), criteria=(1, 5)):
    rows, columns = draw(st.integers(*options)), draw(st.integers(*criteria))
    weights = draw(st.lists(st.integers(0, 50).map(float), min_size=columns, max_size=columns))
    scores = draw(st.lists(st.lists(SCORES, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    return weights, scores


def moved(weights, criterion, weight):
    """Weights with one of them set to a part of 1 and the others rescaled, written down independently."""
    parts = np.array(weights, dtype=float)
    parts = parts / parts.sum() if parts.sum() else np.ones(len(parts)) / len(parts)
    rest = 1 - parts[criterion]
    others = parts / rest if rest > 1e-9 else np.full(len(parts), 1 / max(len(parts) - 1, 1))
    result = others * (1 - weight)
    result[criterion] = weight
    return result


class TestUtility(BaseCase):
    """Totals, ranks and sensitivity against calculations by hand and by brute force."""

    WEIGHTS = (50, 30, 20)
    SCORES = ((8, 4, 6), (5, 9, 5), (8, 1, 9))

    def test_by_hand(self):
        found = utility.evaluate(self.WEIGHTS, self.SCORES)
        np.testing.assert_allclose(found.totals, (6.4, 6.2, 6.1))
        self.assertEqual(found.ranks, (1, 2, 3))
        self.assertEqual(found.winners, (0,))
        self.assertTrue(found.certain)

    def test_weights_that_do_not_add_up(self):
        found = utility.evaluate((5, 3, 2), self.SCORES)
        self.assertEqual(found.weight_sum, 10)
        np.testing.assert_allclose(found.totals, utility.evaluate(self.WEIGHTS, self.SCORES).totals)

    def test_no_weights_at_all(self):
        self.assertEqual(utility.evaluate((0, 0), ((4, 8), (5, 5))).totals, (6.0, 5.0))

    def test_tie(self):
        found = utility.evaluate((50, 50), ((4, 8), (6, 6), (8, 4), (1, 1)))
        self.assertEqual(found.ranks, (1, 1, 1, 4))
        self.assertFalse(found.certain)

    def test_tie_in_spite_of_rounding(self):
        found = utility.evaluate((0.1, 0.2, 0.7), ((3, 3, 3), (3.0000000000001, 3, 3)))
        self.assertEqual(found.ranks, (1, 1))

    def test_missing_score_is_not_zero(self):
        scores = ((8, math.nan, 6), *self.SCORES[1:])
        found = utility.evaluate(self.WEIGHTS, scores)
        self.assertTrue(math.isnan(found.totals[0]))
        self.assertAlmostEqual(found.lows[0], 5.2)
        self.assertAlmostEqual(found.highs[0], 8.2)
        self.assertEqual(found.missing[0], (1,))
        self.assertEqual(found.ranks, (None, 1, 2))
        self.assertFalse(found.certain, "the first option could still win")
        scores = ((1, math.nan, 1), *self.SCORES[1:])
        self.assertTrue(utility.evaluate(self.WEIGHTS, scores).certain, "it cannot win whatever is missing")

    def test_missing_score_of_a_criterion_without_weight(self):
        found = utility.evaluate((100, 0), ((5, math.nan), (4, 3)))
        self.assertEqual(found.ranks, (1, 2))
        found = utility.evaluate((100, 0), ((5, math.nan), (4, 3)), (None, 2))
        self.assertEqual(found.ranks, (None, 1), "a knock-out criterion must be scored")

    def test_knocked_out(self):
        found = utility.evaluate(self.WEIGHTS, self.SCORES, (None, 5, None))
        self.assertEqual(found.failed, ((1,), (), (1,)))
        self.assertEqual(found.ranks, (None, 1, None))
        self.assertAlmostEqual(found.totals[0], 6.4, msg="its total is still said")
        self.assertEqual(utility.evaluate(self.WEIGHTS, self.SCORES, (None, 4, None)).failed[0], ())

    def test_stability_by_hand(self):
        """D(t) against option 1: R = (4.8, 7.4), lead at weight 1 is 3: turns at 2.6 / 5.6."""
        found = utility.stability(self.WEIGHTS, self.SCORES, 0, 0)
        self.assertAlmostEqual(found.low, 2.6 / 5.6)
        self.assertEqual((found.high, found.below, found.above), (1.0, 1, None))

    def test_winner_in_everything_is_never_caught(self):
        for criterion in range(2):
            found = utility.stability((70, 30), ((9, 9), (8, 8)), criterion, 0)
            self.assertEqual(found, utility.Stability(0.0, 1.0, None, None))

    def test_bad_input(self):
        for call in (
            lambda: utility.evaluate((), ()),
            lambda: utility.evaluate((-1, 2), ((1, 2),)),
            lambda: utility.evaluate((math.nan,), ((1,),)),
            lambda: utility.evaluate((1, 1), ((1, 2, 3),)),
            lambda: utility.evaluate((1,), ((11,),)),
            lambda: utility.stability((1, 1), ((1, 2), (3, 4)), 0, 0),
            lambda: utility.stability((1, 1), ((1, math.nan),), 0, 0),
            lambda: utility.stability((1, 1), ((1, 2),), 2, 0),
            lambda: utility.preferences(2, {(0, 1): 0}),
            lambda: utility.preferences(3, {(0, 1): 3}),
            lambda: utility.preferences(2, {(0, 1): 3, (1, 0): 3}),
        ):
            with self.assertRaises(ValueError):
                call()

    @settings(max_examples=200, deadline=None)
    @given(decisions())
    def test_totals_equal_numpy(self, decision):
        weights, scores = decision
        expected = np.average(np.array(scores), axis=1, weights=weights if sum(weights) else None)
        found = utility.evaluate(weights, scores)
        np.testing.assert_allclose(found.totals, expected, atol=1e-9)
        best = expected.max()
        self.assertEqual(set(found.winners), {i for i, total in enumerate(expected) if total > best - 1e-9})
        self.assertEqual(sorted(found.ranks)[0], 1)

    @settings(max_examples=200, deadline=None)
    @given(decisions(criteria=(2, 5)), st.data())
    def test_stability_equals_brute_force(self, decision, data):
        """Inside the interval the winner is first at every weight of a fine grid, outside at none."""
        weights, scores = decision
        winners = utility.evaluate(weights, scores).winners
        if len(winners) != 1:
            return
        criterion = data.draw(st.integers(0, len(weights) - 1))
        found = utility.stability(weights, scores, criterion, winners[0])
        table = np.array(scores)
        for weight in np.linspace(0, 1, 201):
            totals = table @ moved(weights, criterion, weight)
            leads = totals[winners[0]] >= totals.max() - 1e-9
            if found.low + 1e-6 < weight < found.high - 1e-6:
                self.assertTrue(leads, weight)
            elif weight < found.low - 1e-6 or weight > found.high + 1e-6:
                self.assertFalse(leads and totals[winners[0]] > np.delete(totals, winners[0]).max() + 1e-9, weight)

    @settings(max_examples=100, deadline=None)
    @given(decisions(criteria=(2, 5)), st.data())
    def test_at_the_end_of_the_interval_two_are_equal(self, decision, data):
        weights, scores = decision
        winners = utility.evaluate(weights, scores).winners
        if len(winners) != 1:
            return
        criterion = data.draw(st.integers(0, len(weights) - 1))
        found = utility.stability(weights, scores, criterion, winners[0])
        for end, rival in ((found.low, found.below), (found.high, found.above)):
            if rival is not None:
                totals = np.array(scores) @ moved(weights, criterion, end)
                self.assertAlmostEqual(totals[rival], totals[winners[0]], places=6)

    @settings(max_examples=100, deadline=None)
    @given(decisions(criteria=(2, 4)), st.floats(0, 1), st.data())
    def test_lines_hold_everywhere(self, decision, weight, data):
        weights, scores = decision
        criterion = data.draw(st.integers(0, len(weights) - 1))
        expected = np.array(scores) @ moved(weights, criterion, weight)
        found = [start + weight * (end - start) for start, end in utility.lines(weights, scores, criterion)]
        np.testing.assert_allclose(found, expected, atol=1e-6)


class TestPreferences(BaseCase):
    """Weights from comparisons in pairs."""

    def test_perfectly_consistent(self):
        found = utility.preferences(3, {(0, 1): 2, (1, 2): 3, (0, 2): 6})
        np.testing.assert_allclose(found.weights, (0.6, 0.3, 0.1))
        self.assertAlmostEqual(found.ratio, 0)
        self.assertEqual((found.worst, found.circles, found.missing), (None, (), 0))

    def test_geometric_mean_and_ratio(self):
        """The pairs 3, 5, 3 of Saaty's scale: rows (1, 3, 5), (1/3, 1, 3), (1/5, 1/3, 1)."""
        matrix = np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
        means = matrix.prod(axis=1) ** (1 / 3)
        found = utility.preferences(3, {(0, 1): 3, (0, 2): 5, (1, 2): 3})
        np.testing.assert_allclose(found.weights, means / means.sum())
        largest = max(np.linalg.eigvals(matrix).real)
        self.assertAlmostEqual(found.ratio, (largest - 3) / 2 / 0.58, places=6)
        self.assertLess(found.ratio, utility.CONSISTENT)

    def test_circle(self):
        found = utility.preferences(3, {(0, 1): 3, (1, 2): 3, (0, 2): 1 / 3})
        self.assertEqual(found.circles, ((0, 1, 2),))
        self.assertGreater(found.ratio, utility.CONSISTENT)
        np.testing.assert_allclose(found.weights, (1 / 3,) * 3)

    def test_missing_comparison(self):
        found = utility.preferences(3, {(0, 1): 2, (1, 2): 3})
        np.testing.assert_allclose(found.weights, (0.6, 0.3, 0.1))
        self.assertEqual((found.ratio, found.missing), (None, 1))

    def test_worst_pair(self):
        pairs = {(0, 1): 2, (1, 2): 2, (2, 3): 2, (0, 2): 4, (1, 3): 4, (0, 3): 1 / 8}
        self.assertEqual(utility.preferences(4, pairs).worst, (0, 3))

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.floats(0.05, 1), min_size=2, max_size=6))
    def test_true_weights_are_found(self, weights):
        pairs = {(i, j): weights[i] / weights[j] for i in range(len(weights)) for j in range(i + 1, len(weights))}
        found = utility.preferences(len(weights), pairs)
        np.testing.assert_allclose(found.weights, np.array(weights) / sum(weights), rtol=1e-6)
        self.assertEqual(found.circles, ())

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.integers(0, 1000), min_size=1, max_size=12))
    def test_percentages_add_up(self, weights):
        found = utility.percentages(weights)
        self.assertEqual(round(sum(found), 6), 100)
        np.testing.assert_allclose(found, utility.normalised(weights) * 100, atol=0.1 + 1e-9)
