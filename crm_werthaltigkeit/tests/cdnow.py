"""The CDNOW sample: purchases at an online music shop 1997-1998, as the package lifetimes brings it."""

import warnings
from datetime import date

import numpy as np

CUT = date(1997, 9, 30)
HOLDOUT_DAYS = 273


def oracle():
    """Return the package lifetimes, whose import warns about settings of newer pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes.datasets
    return lifetimes


def summary():
    """Return (x, t_x, T) of 2,357 customers in weeks, as in Fader, Hardie, Lee (2005)."""
    table = oracle().datasets.load_cdnow_summary(index_col=[0])
    return tuple(table[name].to_numpy() for name in ("frequency", "recency", "T"))


def spend():
    """Return (repeat purchases, mean value) of the 946 customers who bought again."""
    table = oracle().datasets.load_cdnow_summary_data_with_monetary_value()
    table = table[table["frequency"] > 0]
    return table["frequency"].to_numpy(), table["monetary_value"].to_numpy()


def holdout():
    """Return (x, t_x, T, bought in the following 39 weeks, repeat purchases in the 39 weeks before) in days."""
    table = oracle().datasets.load_dataset("CDNOW_sample.txt", header=None, sep=r"\s+")
    days = {}
    for customer, stamp in zip(table[1], table[2].astype(str)):
        moment = date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:]))
        days.setdefault(customer, set()).add((moment - CUT).days)
    rows = []
    for bought in map(sorted, days.values()):
        before = [day for day in bought if day <= 0]
        after = [day for day in bought if 0 < day <= HOLDOUT_DAYS]
        previous = [day for day in before[1:] if day > -HOLDOUT_DAYS]
        rows.append((len(before) - 1, before[-1] - before[0], -before[0], len(after), len(previous)))
    return tuple(np.array(rows, dtype=float).T)
