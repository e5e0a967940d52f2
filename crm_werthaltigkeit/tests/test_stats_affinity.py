import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..stats import affinity

PAIRS = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9)), min_size=1, max_size=80)


def as_columns(baskets):
    """{customer: products} as two vectors."""
    pairs = [(customer, product) for customer, products in baskets.items() for product in products]
    return tuple(np.array(pairs).T)


class TestAffinity(BaseCase):
    """Six customers buy coffee (1) and filters (2), four of them a mill (3); others buy tea (7) and a pot (8)."""

    def setUp(self):
        super().setUp()
        self.baskets = {customer: [1, 2, 3] if customer < 14 else [1, 2] for customer in range(10, 16)}
        self.baskets |= {customer: [7, 8] for customer in range(20, 25)}
        self.baskets[30] = [1]
        self.baskets[31] = [3, 7]
        self.baskets[32] = [99]
        self.similarity = affinity.similar(*as_columns(self.baskets))

    def recommended(self, customer, **options):
        found = affinity.recommend(self.similarity, *as_columns({customer: self.baskets[customer]}), **options)
        return found, found.product.tolist()

    def test_jaccard_by_hand(self):
        self.assertEqual(self.similarity.products.tolist(), [1, 2, 3, 7, 8, 99])
        self.assertEqual(self.similarity.customers, 14)
        self.assertEqual(self.similarity.buyers.tolist(), [7, 6, 5, 6, 5, 1])
        matrix = self.similarity.matrix.toarray()
        expected = np.zeros((6, 6))
        for i, j, value in ((0, 1, 6 / 7), (0, 2, 4 / 8), (1, 2, 4 / 7), (3, 4, 5 / 6), (2, 3, 1 / 10)):
            expected[i, j] = expected[j, i] = value
        np.testing.assert_allclose(matrix, expected, rtol=1e-8)

    def test_reason_with_lift_and_support(self):
        found, products = self.recommended(30)
        self.assertEqual(products, [2, 3])
        self.assertEqual(found.rank.tolist(), [1, 2])
        self.assertEqual(found.because.tolist(), [1, 1])
        np.testing.assert_allclose(found.score, [6 / 7, 1 / 2])
        self.assertEqual(found.support.tolist(), [6, 0])
        self.assertAlmostEqual(found.lift[0], 6 * 14 / (7 * 6))
        self.assertTrue(np.isnan(found.lift[1]), "four customers are no evidence")

    def test_sum_over_own_products(self):
        found, products = self.recommended(31)
        self.assertEqual(products, [8, 2, 1])
        np.testing.assert_allclose(found.score, [5 / 6, 4 / 7, 1 / 2])
        self.assertEqual(found.because.tolist(), [7, 3, 3])

    def test_never_by_lift(self):
        """Two odd products bought together by five of 106 have lift 21; what most buyers share comes first."""
        baskets = {customer: [1, 2] for customer in range(100)} | {
            customer: [1, 2, 5, 6] for customer in range(100, 105)
        }
        baskets[500] = [1, 5]
        found = affinity.recommend(affinity.similar(*as_columns(baskets)), [500, 500], [1, 5])
        self.assertEqual(found.product.tolist(), [2, 6])
        self.assertGreater(found.lift[1], 10 * found.lift[0])

    def test_nothing_to_say(self):
        self.assertEqual(self.recommended(32)[1], [])
        self.assertEqual(affinity.recommend(self.similarity, [1], [12345]).customer.size, 0)

    def test_the_explanation_does_not_depend_on_what_is_allowed(self):
        customers = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 1, 2, 3, 4, 5]
        products = [1, 2] * 6 + [1, 5, 5, 5, 5, 5]
        similarity = affinity.similar(customers, products)
        for allowed in (None, [1, 2, 5]):
            found = affinity.recommend(similarity, [7], [1], allowed=allowed)
            self.assertEqual(found.support.tolist(), [6, 5])

    def test_only_allowed_products(self):
        self.assertEqual(self.recommended(31, allowed=[1, 8])[1], [8, 1])
        self.assertEqual(self.recommended(31, allowed=[])[1], [])

    def test_at_most_k(self):
        self.assertEqual(self.recommended(31, k=1)[1], [8])

    def test_neighbours(self):
        nearest = affinity.similar(*as_columns(self.baskets), neighbours=1)
        self.assertEqual(np.diff(nearest.matrix.indptr).tolist(), [1, 1, 1, 1, 1, 0])

    def test_groups_of_taste_are_found(self):
        """Customers buy 6 of the 12 products of their taste, some anything: the hidden one is of their taste."""
        rng = np.random.default_rng(8)
        baskets = {}
        for customer in range(600):
            taste = 12 * (customer % 5)
            baskets[customer] = {*(taste + rng.choice(12, 6, replace=False)), *rng.integers(0, 60, 1)}
        found = affinity.recommend(affinity.similar(*as_columns(baskets)), *as_columns(baskets), k=4)
        self.assertEqual(found.customer.size, 2400)
        self.assertGreater((found.product // 12 == found.customer % 5).mean(), 0.97)

    @settings(deadline=None, max_examples=40)
    @given(PAIRS)
    def test_against_sets(self, pairs):
        """The same by sets, slowly; portions of three customers and two products give the same."""
        customers, products = np.array(pairs).T
        found = affinity.recommend(affinity.similar(customers, products), customers, products, k=20)
        buyers = {product: {c for c, p in pairs if p == product} for _c, product in pairs}

        def jaccard(i, j):
            return len(buyers[i] & buyers[j]) / len(buyers[i] | buyers[j])

        expected = {}
        for customer in {c for c, _p in pairs}:
            own = {p for c, p in pairs if c == customer}
            for product in buyers.keys() - own:
                score = sum(jaccard(i, product) for i in own)
                if score:
                    expected[customer, product] = score
        assert set(zip(found.customer, found.product)) == expected.keys()
        for i, pair in enumerate(zip(found.customer, found.product)):
            self.assertAlmostEqual(found.score[i], expected[pair], 6)
            own = {p for c, p in pairs if c == pair[0]}
            best = max(jaccard(p, pair[1]) for p in own)
            self.assertAlmostEqual(jaccard(found.because[i], pair[1]), best, 6)
            both = len(buyers[found.because[i]] & buyers[pair[1]])
            assert found.support[i] == (both if both >= 5 else 0)
        before = affinity.CUSTOMERS_AT_ONCE, affinity.PRODUCTS_AT_ONCE
        try:
            affinity.CUSTOMERS_AT_ONCE, affinity.PRODUCTS_AT_ONCE = 3, 2
            again = affinity.recommend(affinity.similar(customers, products), customers, products, k=20)
        finally:
            affinity.CUSTOMERS_AT_ONCE, affinity.PRODUCTS_AT_ONCE = before
        assert again.customer.tolist() == found.customer.tolist()
        np.testing.assert_allclose(again.score, found.score, 1e-6)

    def test_bad_input_is_named(self):
        for action, message in (
            (lambda: affinity.similar([], []), "customers is empty"),
            (lambda: affinity.similar([1, 2], [1]), "products must have 2 values"),
            (lambda: affinity.similar([1, -2], [1, 2]), r"customers\[1\] is below 0"),
            (lambda: affinity.similar([1, 2], [1, np.nan]), r"products\[1\]"),
            (lambda: affinity.similar([1, 2], [1, 2.5]), r"products\[1\] is not a whole number"),
            (lambda: affinity.similar([1], [1], neighbours=0), "neighbours"),
            (lambda: affinity.recommend(self.similarity, [1], [1], k=0), "k must"),
            (lambda: affinity.recommend(self.similarity, [[1]], [1]), "customers must have one dimension"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                action()
