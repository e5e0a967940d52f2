"""What the statistics on arrays share: checking the input, and doing equal rows once."""

from math import prod

import numpy as np

CHUNK = 1 << 15


def vector(name, values, low=-np.inf, size=None, nan=False):
    """Return the values as a float vector.

    :param low: smallest value allowed
    :param size: length it must have; None asks for at least one value
    :param nan: whether NaN may stand for "unknown"
    :raise ValueError: naming the argument and the first value that is not allowed
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not an array of numbers: {error}") from error
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got the shape {array.shape}")
    if size is not None and array.size != size:
        raise ValueError(f"{name} must have {size} values, got {array.size}")
    if not array.size:
        raise ValueError(f"{name} is empty")
    bad = ~np.isfinite(array)
    if nan:
        bad &= ~np.isnan(array)
    refuse(name, array, bad, "is not a finite number")
    refuse(name, array, array < low, f"is below {low:g}")
    return array


def whole(name, values, low=0, size=None):
    """Return whole numbers (counts, identifiers) as an integer vector; errors as `vector`."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        array = vector(name, values)
        refuse(name, array, array != np.rint(array), "is not a whole number")
        refuse(name, array, np.abs(array) >= 2**53, "is too large")
    if size is not None and array.size != size:
        raise ValueError(f"{name} must have {size} values, got {array.size}")
    if not array.size:
        raise ValueError(f"{name} is empty")
    refuse(name, array, array < low, f"is below {low}")
    return array.astype(np.int64, copy=False)


def scalar_or_vector(name, value, size, low=-np.inf):
    """Return a float, or a vector of this size."""
    return float(vector(name, [value], low)[0]) if np.ndim(value) == 0 else vector(name, value, low, size)


def refuse(name, array, bad, reason):
    """Raise ValueError for the first value marked as bad."""
    if bad.any():
        index = int(np.argmax(bad))
        raise ValueError(f"{name}[{index}] {reason}: {array[index]}")


def distinct(columns, weights=None):
    """Return the distinct rows of float columns, and how often (or with which weight) each occurs."""
    key, decode = _key(columns)
    if weights is None:
        rows, counts = np.unique(key, return_counts=True)
        return decode(rows), counts.astype(float)
    rows, inverse = np.unique(key, return_inverse=True)
    return decode(rows), np.bincount(inverse, weights=weights)


def group(columns):
    """Return the distinct rows of float columns, and for every row its position among them."""
    key, decode = _key(columns)
    span = int(key.max()) + 1
    if span > 4 * key.size + CHUNK:
        rows, inverse = np.unique(key, return_inverse=True)
        return decode(rows), inverse
    seen = np.zeros(span, dtype=bool)
    seen[key] = True
    rows = np.flatnonzero(seen)
    position = np.empty(span, dtype=np.int32)
    position[rows] = np.arange(rows.size)
    return decode(rows), position[key]


def chunks(size, step=CHUNK):
    """Slices that cover `size` rows, so that temporary arrays stay small and in the processor's cache."""
    return (slice(start, start + step) for start in range(0, size, step))


def _key(columns):
    """One integer per row that is equal for equal rows, and the function that turns such integers into columns."""
    codes, values, sizes = [], [], []
    for column in columns:
        low, high = column.min(), column.max()
        if high - low < 2**20 and abs(low) < 2**52 and (column == np.rint(column)).all():
            codes.append((column - low).astype(np.int64))
            values.append(low)
            sizes.append(int(high - low) + 1)
        else:
            known, code = np.unique(column, return_inverse=True)
            codes.append(code)
            values.append(known)
            sizes.append(known.size)
    if prod(sizes) >= 2**63:
        raise ValueError("too many different values to tell the rows apart")
    key = codes[0]
    for code, size in zip(codes[1:], sizes[1:]):
        key = key * size + code

    def decode(rows):
        found = []
        for value, size in zip(reversed(values), reversed(sizes)):
            rows, code = np.divmod(rows, size)
            found.append(value[code] if np.ndim(value) else value + code.astype(float))
        return found[::-1]

    return key, decode
