import math

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..stats import abc, rfm

amounts = st.lists(st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 2)), max_size=60)


class TestStats(BaseCase):
    """ABC, concentration and RFM know no Odoo: checked by hand and by properties."""

    def test_classify_by_hand(self):
        ranking = abc.classify([50, 30, 10, 5, 3, 2])
        self.assertEqual(ranking.classes, ["A", "A", "B", "B", "C", "C"])
        self.assertEqual([round(value, 2) for value in ranking.cumulated], [0.5, 0.8, 0.9, 0.95, 0.98, 1.0])

    def test_one_customer_with_everything_is_a(self):
        self.assertEqual(abc.classify([100.0]).classes, ["A"])
        self.assertEqual(abc.classify([99.0, 1.0]).classes, ["A", "C"])

    def test_nothing_and_losses_are_c(self):
        self.assertEqual(abc.classify([0.0, -5.0, 10.0]).classes, ["C", "C", "A"])
        self.assertEqual(abc.classify([0.0, -5.0]).classes, ["C", "C"])
        self.assertEqual(abc.classify([]).classes, [])

    def test_bad_input_is_named(self):
        for values in ([1.0, math.nan], [1.0, math.inf]):
            with self.assertRaisesRegex(ValueError, r"values\[1\]"):
                abc.classify(values)
            with self.assertRaisesRegex(ValueError, r"values\[1\]"):
                rfm.scores(values)
        with self.assertRaisesRegex(ValueError, "limits"):
            abc.classify([1.0], (0.95, 0.8))

    @settings(deadline=None)
    @given(amounts)
    def test_classes_follow_the_value(self, values):
        ranking = abc.classify(values)
        for i, value in enumerate(values):
            for j, other in enumerate(values):
                if value > other:
                    assert ranking.classes[i] <= ranking.classes[j]
                if value == other:
                    assert ranking.classes[i] == ranking.classes[j]
        positive = [share for share in ranking.share if share > 0]
        assert not positive or math.isclose(sum(positive), 1.0, rel_tol=1e-9)
        assert all(0 <= part <= 1 for part in ranking.cumulated)

    @settings(deadline=None)
    @given(amounts)
    def test_lorenz_rises_to_its_end(self, values):
        curve = abc.lorenz(values, points=10)
        assert curve[0] == (0.0, 0.0)
        if len(curve) > 1:
            assert curve[-1][0] == 1.0
            assert max(share for _customers, share in curve) <= 1 + 1e-9
        assert len(curve) <= 12

    def test_customers_for(self):
        self.assertEqual(abc.customers_for([50, 30, 10, 10]), 2)
        self.assertEqual(abc.customers_for([1.0] * 10), 8)
        self.assertEqual(abc.customers_for([]), 0)

    @settings(deadline=None)
    @given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
    def test_scores_follow_the_value(self, values):
        scores = rfm.scores(values)
        reverse = rfm.scores(values, higher_is_better=False)
        for i, value in enumerate(values):
            assert 1 <= scores[i] <= 5
            for j, other in enumerate(values):
                if value > other:
                    assert scores[i] >= scores[j]
                    assert reverse[i] <= reverse[j]
                if value == other:
                    assert scores[i] == scores[j]

    def test_quintiles(self):
        self.assertEqual(rfm.scores(range(1, 11)), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
