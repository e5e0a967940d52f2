import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_kundenbindung.stats import proportions

# Newcombe (1998), Table II, method 10: x1, n1, x2, n2, lower, upper
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@tagged("post_install", "-at_install")
class TestProportions(BaseCase):
    def test_published_intervals(self):
        for x1, n1, x2, n2, low, high in PUBLISHED:
            with self.subTest(f"{x1}/{n1} - {x2}/{n2}"):
                found = proportions.newcombe(x1, n1, x2, n2)
                self.assertAlmostEqual(found[0], low, places=4)
                self.assertAlmostEqual(found[1], high, places=4)

    def test_examples(self):
        self.assertFalse(doctest.testmod(proportions).failed)

    def test_swapping_the_groups_mirrors_the_interval(self):
        low, high = proportions.newcombe(12.5, 40, 30, 77.3)
        self.assertAlmostEqual(proportions.newcombe(30, 77.3, 12.5, 40)[0], -high)
        self.assertLess(low, 12.5 / 40 - 30 / 77.3)

    def test_nothing_is_no_rate(self):
        for x, n in ((0, 0), (3, 2), (-1, 5), (float("nan"), 5)):
            with self.subTest(f"{x}/{n}"), self.assertRaises(ValueError):
                proportions.wilson(x, n)
