import random
from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..stats import nps

counts = st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))


class TestNps(BaseCase):
    """Net Promoter Score and shares know no Odoo: checked by hand, by simulation and by properties."""

    def test_by_hand(self):
        """50 promoters, 30 passives, 20 detractors: p = 50.75/103, d = 20.75/103, margin 1.959964 √(0.609341/103)."""
        found = nps.net_promoter_score(50, 20, 100)
        self.assertEqual((found.value, found.n), (30.0, 100))
        p, d = 50.75 / 103, 20.75 / 103
        margin = 1.959963985 * ((p + d - (p - d) ** 2) / 103) ** 0.5
        self.assertAlmostEqual(found.low, 100 * (p - d - margin), 6)
        self.assertAlmostEqual(found.low, 14.051, 2)
        self.assertAlmostEqual(found.high, 44.201, 2)

    def test_wilson_against_published(self):
        """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I, method 3)."""
        found = nps.share(81, 263)
        self.assertAlmostEqual(found.low, 25.53, 2)
        self.assertAlmostEqual(found.high, 36.62, 2)
        zero = nps.share(0, 20)
        self.assertEqual((zero.value, zero.low), (0.0, 0.0))
        self.assertAlmostEqual(zero.high, 16.11, 2)

    def test_nothing_is_not_zero(self):
        self.assertIsNone(nps.net_promoter_score(0, 0, 0))
        self.assertIsNone(nps.share(0, 0))
        self.assertEqual(nps.net_promoter_score(0, 0, 5).value, 0.0)

    def test_agreement_of_few_has_a_width(self):
        """Where everybody agrees the plain interval would claim certainty."""
        found = nps.net_promoter_score(5, 0, 5)
        self.assertEqual((found.value, found.high), (100.0, 100.0))
        self.assertLess(found.low, 60)

    def test_bad_input_is_named(self):
        for arguments in ((-1, 0, 3), (2, 2, 3), (1.5, 0, 3)):
            with self.assertRaises(ValueError):
                nps.net_promoter_score(*arguments)
        with self.assertRaisesRegex(ValueError, "hits"):
            nps.share(4, 3)
        with self.assertRaisesRegex(ValueError, "level"):
            nps.share(1, 3, level=1)

    @settings(deadline=None)
    @given(counts, st.floats(0.5, 0.99))
    def test_properties(self, parts, level):
        promoters, passives, detractors = parts
        n = sum(parts)
        found = nps.net_promoter_score(promoters, detractors, n, level)
        if not n:
            assert found is None
            return
        assert -100 <= found.low <= found.value <= found.high <= 100
        mirrored = nps.net_promoter_score(detractors, promoters, n, level)
        assert isclose(found.low, -mirrored.high, abs_tol=1e-9)
        wider = nps.net_promoter_score(promoters, detractors, n, min(0.999, level + 0.009))
        assert wider.low <= found.low + 1e-9 and wider.high >= found.high - 1e-9
        more = nps.net_promoter_score(4 * promoters, 4 * detractors, 4 * n, level)
        assert more.high - more.low <= found.high - found.low + 1e-9

    def test_coverage(self):
        """95 % intervals of small samples hold the truth in 92.5 to 99 % of simulated surveys."""
        generator = random.Random(1907)
        for p, d, n in ((0.5, 0.2, 15), (0.3, 0.3, 30), (0.7, 0.1, 50), (0.15, 0.6, 20)):
            truth, hits, runs = 100 * (p - d), 0, 4000
            for _run in range(runs):
                answers = generator.choices((1, -1, 0), weights=(p, d, 1 - p - d), k=n)
                found = nps.net_promoter_score(answers.count(1), answers.count(-1), n)
                hits += found.low <= truth <= found.high
            with self.subTest(p=p, d=d, n=n):
                self.assertGreater(hits / runs, 0.925)
                self.assertLess(hits / runs, 0.99)
