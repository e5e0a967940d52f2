"""What customers who bought similar things also bought: item-item Jaccard on customer × product.

Products are ranked by Jaccard alone. Lift favours chance finds among rare products and is given for the explanation
only, where at least `SUPPORT` customers stand behind it.
Source: Linden, Smith, York (2003), Amazon.com Recommendations, IEEE Internet Computing 7(1); Jaccard (1901).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import _arrays

SUPPORT = 5
PRODUCTS_AT_ONCE = 256
CUSTOMERS_AT_ONCE = 512


@dataclass(frozen=True)
class Similarity:
    """Which products are bought by the same customers.

    products: identifiers, ascending; row and column i of `matrix` belong to products[i].
    matrix: sparse, per row the nearest products with their Jaccard similarity: customers of both / of either.
    buyers: customers per product.
    customers: all customers with a purchase.
    """

    products: np.ndarray
    matrix: sparse.csr_array
    buyers: np.ndarray
    customers: int


@dataclass(frozen=True)
class Recommendations:
    """One entry of each vector per recommendation, by customer and then by rank.

    customer, product: identifiers; rank: 1 is the best; score: summed Jaccard, comparable within a customer only.
    because: the own product that is most similar to the recommended one.
    support: customers who bought both; lift: how many times more than by chance (n_ij·N / (n_i·n_j)). Below
        5 customers these say nothing: support 0, lift NaN.
    """

    customer: np.ndarray
    product: np.ndarray
    rank: np.ndarray
    score: np.ndarray
    because: np.ndarray
    lift: np.ndarray
    support: np.ndarray


def similar(customers, products, neighbours=50):
    """Return the `Similarity` of all products.

    :param customers, products: identifiers (whole numbers), one pair per purchase; repeated pairs count once
    :param neighbours: nearest products that are kept per product; on real data more find nothing more
    :raise ValueError: naming the argument and the first offending index
    """
    customers, products = _pairs(customers, products)
    _at_least("neighbours", neighbours)
    _ids, row = np.unique(customers, return_inverse=True)
    ids, column = np.unique(products, return_inverse=True)
    bought = _binary(row, column, (_ids.size, ids.size))
    buyers = np.asarray(bought.sum(axis=0)).ravel()
    by_product = bought.T.tocsr()
    parts = []
    for part in _arrays.chunks(ids.size, PRODUCTS_AT_ONCE):
        both = (by_product[part] @ bought).tocsr()
        rows = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr)) + part.start
        either = buyers[rows] + buyers[both.indices] - both.data
        both.data = np.where(rows == both.indices, 0, both.data / either)
        parts.append(_best(both, neighbours)[0])
    matrix = sparse.vstack(parts, format="csr")
    matrix.sort_indices()
    return Similarity(ids, matrix, buyers.astype(np.int64), _ids.size)


def recommend(similarity, customers, products, k=5, allowed=None):
    """Return the products most similar to all that a customer bought, without those, as `Recommendations`.

    Works in portions; the result of many customers is bounded by calling it for some of them at a time. Products
    unknown to `similarity` are ignored, customers without a similar product have no entry.

    :param customers, products: pairs as for `similar`, of the customers to advise
    :param k: recommendations per customer at most
    :param allowed: identifiers of the products that may be recommended; None for all
    :raise ValueError: naming the argument and the first offending index
    """
    customers, products = _pairs(customers, products)
    _at_least("k", k)
    ids, row = np.unique(customers, return_inverse=True)
    known = np.isin(products, similarity.products)
    column = np.searchsorted(similarity.products, products[known])
    bought = _binary(row[known], column, (ids.size, similarity.products.size))
    matrix = similarity.matrix
    if allowed is not None:
        wanted = np.isin(similarity.products, np.asarray(allowed))
        data = np.where(wanted[matrix.indices], matrix.data, 0)
        matrix = sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    found = [_advise(bought[part], matrix, k, part.start) for part in _arrays.chunks(ids.size, CUSTOMERS_AT_ONCE)]
    customer, product, rank, score, because, jaccard = map(np.concatenate, zip(*found))
    of_one, of_other = similarity.buyers[because], similarity.buyers[product]
    support = np.rint(jaccard * (of_one + of_other) / (1 + jaccard)).astype(np.int64)
    enough = support >= SUPPORT
    lift = np.where(enough, support * similarity.customers / (of_one * of_other), np.nan)
    return Recommendations(
        ids[customer],
        similarity.products[product],
        rank,
        score,
        similarity.products[because],
        lift,
        np.where(enough, support, 0),
    )


def _advise(bought, matrix, k, first):
    """Recommendations of some customers as vectors of positions, each with its nearest own product."""
    score = (bought @ matrix).tocsr()
    score = score - score.multiply(bought).tocsr()
    best, rank = _best(score, k)
    customer = np.repeat(np.arange(best.shape[0]), np.diff(best.indptr))
    product = best.indices
    own = np.diff(bought.indptr)[customer]
    entry = np.repeat(np.arange(customer.size), own)
    start = np.cumsum(own) - own
    reason = bought.indices[np.arange(entry.size) - start[entry] + bought.indptr[customer[entry]]]
    jaccard = _look_up(matrix, reason, product[entry])
    order = np.lexsort((reason, -jaccard, entry))[start]
    return customer + first, product, rank, best.data, reason[order], jaccard[order]


def _best(matrix, k):
    """Return the matrix with the k largest positive elements per row, largest first, and their ranks 1..k.

    Row, value and column are packed into one integer, because nothing sorts faster; the value keeps 30 bits and
    more of it, equal values follow the order of the products.
    """
    height, width = matrix.shape
    of_column = width.bit_length()
    of_value = min(50, 62 - height.bit_length() - of_column)
    positive = np.flatnonzero(matrix.data > 1e-12)
    unit = matrix.data.max(initial=0) / (2**of_value - 1) or 1
    row = np.repeat(np.arange(height), np.diff(matrix.indptr))[positive]
    below = 2**of_value - 1 - np.rint(matrix.data[positive] / unit).astype(np.int64)
    key = np.sort((((row << of_value) | below) << of_column) | matrix.indices[positive])
    counts = np.bincount(row, minlength=height)
    rank = np.arange(key.size) - np.repeat(np.cumsum(counts) - counts, counts)
    key, rank = key[rank < k], rank[rank < k]
    value = (2**of_value - 1 - ((key >> of_column) & (2**of_value - 1))) * unit
    indptr = np.concatenate(([0], np.cumsum(np.minimum(counts, k))))
    return sparse.csr_array((value, key & (2**of_column - 1), indptr), shape=matrix.shape), rank + 1


def _look_up(matrix, rows, columns):
    """Elements of a sparse matrix with sorted indices, 0 where there is none."""
    width = matrix.shape[1]
    keys = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * width + matrix.indices
    wanted = rows.astype(np.int64) * width + columns
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    return np.where(keys[place] == wanted, matrix.data[place], 0.0) if keys.size else np.zeros(wanted.size)


def _binary(rows, columns, shape):
    matrix = sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _pairs(customers, products):
    customers = _arrays.whole("customers", customers)
    return customers, _arrays.whole("products", products, size=customers.size)


def _at_least(name, value, low=1):
    if int(value) != value or value < low:
        raise ValueError(f"{name} must be a whole number from {low} on, got {value!r}")
