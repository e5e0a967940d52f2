"""Statistics of a million customers beside the package lifetimes, and on real data: speed, memory, figures, gate.

Both sides fit MBG/NBD to the same simulated customers and score them in the same run. The four scores are the
probability of being active, the purchases of 12 months, these discounted, and the time of the next purchase;
lifetimes has no counterpart of the last and is timed on the other three.

Real data: CDNOW, and "Online Retail" in ../shared/data/online_retail.csv.gz or at the path in ONLINE_RETAIL.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "crm_werthaltigkeit"
# This file's folder would hide Python's own module `statistics`.
sys.path[0] = str(ADDON)
sys.path.append(str(ADDON / "tests"))

import csv  # noqa: E402
import gzip  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import time  # noqa: E402
import tracemalloc  # noqa: E402
import warnings  # noqa: E402
from dataclasses import astuple, replace  # noqa: E402
from datetime import date, timedelta  # noqa: E402

import cdnow  # noqa: E402
import lifetimes  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from lifetimes.utils import _customer_lifetime_value as lifetime_value  # noqa: E402
from scipy import sparse  # noqa: E402
from stats import affinity, backtest, btyd, gamma_gamma  # noqa: E402

FILE = Path(os.environ.get("ONLINE_RETAIL", ROOT.parent / "shared" / "data" / "online_retail.csv.gz"))
CUSTOMERS = 1_000_000
YEAR, RATE = 365.25, 0.1


def timed(action, repeat=1):
    """Return the shortest of a few runs in seconds, and the last result."""
    seconds = []
    for _run in range(repeat):
        start = time.perf_counter()
        result = action()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def simulate(size, params, longest, rng):
    """Customers of the MBG/NBD model, observed up to `longest` days: x, t_x, T in whole days."""
    T = rng.integers(1, longest + 1, size).astype(float)
    rate, loss = rng.gamma(params.r, 1 / params.alpha, size), rng.beta(params.a, params.b, size)
    x, t_x, now = np.zeros(size), np.zeros(size), np.zeros(size)
    active = np.flatnonzero(rng.random(size) >= loss)
    while active.size:
        now[active] += np.ceil(rng.exponential(1 / rate[active]))
        active = active[now[active] <= T[active]]
        x[active] += 1
        t_x[active] = now[active]
        active = active[rng.random(active.size) >= loss[active]]
    return x, t_x, T


def speed():
    """A million customers: seconds of both sides, their ratio, memory."""
    x, t_x, T = simulate(CUSTOMERS, btyd.Params(0.9, 70, 0.7, 1.7), 1095, np.random.default_rng(1))
    fit_seconds, params = timed(lambda: btyd.fit(x, t_x, T), 3)
    tracemalloc.start()
    btyd.fit(x, t_x, T)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    score_seconds, _scores = timed(lambda: btyd.scores(params, x, t_x, T, YEAR, YEAR, RATE), 3)
    other = lifetimes.ModifiedBetaGeoFitter()
    other_fit_seconds, _fitted = timed(lambda: other.fit(x, t_x, T))

    table = pd.DataFrame({"x": x, "t_x": t_x, "T": T, "one": 1.0})

    def other_scores():
        other.conditional_probability_alive(x, t_x, T)
        other.conditional_expected_number_of_purchases_up_to_time(YEAR, x, t_x, T)
        monthly = (1 + RATE) ** (1 / 12) - 1
        lifetime_value(other, *(table[name] for name in table), time=12, discount_rate=monthly, freq="D")

    other_score_seconds, _none = timed(other_scores)
    off = max(abs(astuple(params)[i] / other.params_[name] - 1) for i, name in enumerate(("r", "alpha", "a", "b")))
    return {
        "simulated customers": CUSTOMERS,
        "distinct histories": np.unique(np.stack([x, t_x, T]), axis=1).shape[1],
        "fit, seconds": round(fit_seconds, 3),
        "fit, times faster than lifetimes": round(other_fit_seconds / fit_seconds, 1),
        "fit, peak memory in MB": round(memory / 1e6, 1),
        "fit, largest difference to lifetimes": round(off, 6),
        "four scores, seconds": round(score_seconds, 3),
        "four scores, times faster than lifetimes' three": round(other_score_seconds / score_seconds, 1),
    }


def gate_figures(name, gate):
    figures = {f"{name}: gate": f"{gate.decision} ({gate.reason})", f"{name}: customers": gate.n}
    for side in ("model", "baseline"):
        for key, value in vars(getattr(gate, side)).items():
            figures[f"{name}: {side} {key}"] = round(value, 3)
    return figures


def on_cdnow():
    """Published parameters, and the gate on the 39 weeks that follow."""
    result = {}
    for model in ("bg", "mbg"):
        params = btyd.fit(*cdnow.summary(), model=model)
        result[f"CDNOW: {model.upper()}/NBD r, α, a, b"] = " ".join(f"{v:.4f}" for v in astuple(params)[:4])
        result[f"CDNOW: {model.upper()}/NBD log-likelihood"] = round(params.log_likelihood, 2)
    params = gamma_gamma.fit(*cdnow.spend())
    result["CDNOW: Gamma-Gamma p, q, γ"] = f"{params.p:.2f} {params.q:.2f} {params.gamma:.2f}"
    return result | gate_figures("CDNOW", backtest.gate(*cdnow.holdout(), cdnow.HOLDOUT_DAYS))


def read_online_retail():
    """Return {customer: {day: {product, …}}} of the lines with a positive amount."""
    customers = {}
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"] and float(row["Quantity"]) * float(row["UnitPrice"]) > 0:
                days = customers.setdefault(int(row["CustomerID"]), {})
                days.setdefault(date.fromisoformat(row["InvoiceDate"][:10]), set()).add(row["StockCode"])
    return customers


def retail_gate(customers):
    """Half of the year as the past, half as the holdout."""
    first, last = (pick(day for days in customers.values() for day in days) for pick in (min, max))
    horizon = (last - first).days // 2
    cut, rows = last - timedelta(days=horizon), []
    for days in customers.values():
        before = sorted(day for day in days if day <= cut)
        if before:
            start = before[0]
            previous = sum(day > cut - timedelta(days=horizon) for day in before[1:])
            seen = len(before) - 1, (before[-1] - start).days, (cut - start).days
            rows.append((*seen, len(days) - len(before), previous))
    return gate_figures("Online Retail", backtest.gate(*np.array(rows, float).T, horizon))


def retail_hits(customers):
    """Hit@10: how often one of ten recommendations from the earlier days is what the customer bought on the last.

    Asked in two ways: for the products that the customer had never bought before the last day; and for all
    products of the last day, as if none of them had been bought before.
    """
    codes = {
        code: i for i, code in enumerate(sorted(set().union(*(set().union(*d.values()) for d in customers.values()))))
    }
    result = {}
    for name, forget in (("new on the last day", False), ("all of the last day", True)):
        history, hidden = [], {}
        for customer, days in customers.items():
            *earlier, last = sorted(days)
            own = set().union(*(days[day] for day in earlier)) - (days[last] if forget else set())
            if own and days[last] - own:
                hidden[customer] = {codes[code] for code in days[last] - own}
            history += [(customer, codes[code]) for code in (own if earlier else days[last])]
        result |= hit_figures(name, np.array(sorted(history)).T, hidden)
    return result


def hit_figures(name, columns, hidden):
    asked = columns[:, np.isin(columns[0], list(hidden))]

    def hits(similarity):
        found = affinity.recommend(similarity, *asked, k=10)
        return len({c for c, p in zip(found.customer, found.product) if p in hidden[c]}) / len(hidden)

    seconds, nearest = timed(lambda: affinity.similar(*columns))
    advise_seconds, by_jaccard = timed(lambda: hits(nearest))
    every = affinity.similar(*columns, neighbours=columns[1].max() + 1)
    pairs = every.matrix.tocoo()
    one, other = every.buyers[pairs.row], every.buyers[pairs.col]
    both = np.rint(pairs.data / (1 + pairs.data) * (one + other))
    figures = {"customers": len(hidden), "hit@10 by Jaccard": round(by_jaccard, 3)}
    figures["hit@10 by popularity"] = round(popular_hits(every, asked, hidden), 3)
    for least in (1, affinity.SUPPORT):
        lift = both * every.customers / (one * other) * (both >= least)
        matrix = sparse.csr_array((lift, (pairs.row, pairs.col)), shape=pairs.shape)
        figures[f"hit@10 by lift, support >= {least}"] = round(hits(replace(every, matrix=matrix)), 3)
    figures |= {"similarity, seconds": round(seconds, 2), "recommendations, seconds": round(advise_seconds, 2)}
    return {f"Online Retail, {name}: {key}": value for key, value in figures.items()}


def popular_hits(similarity, asked, hidden):
    """The obvious: the ten products with the most buyers that the customer does not have."""
    ranking, own = similarity.products[np.argsort(-similarity.buyers, kind="stable")].tolist(), {}
    for customer, product in asked.T.tolist():
        own.setdefault(customer, set()).add(product)
    offered = {customer: [p for p in ranking if p not in has][:10] for customer, has in own.items()}
    return sum(not hidden[customer].isdisjoint(ten) for customer, ten in offered.items()) / len(hidden)


def main():
    if not FILE.exists():
        sys.exit(f"The data set is not there: {FILE}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = speed() | on_cdnow()
    customers = read_online_retail()
    result |= retail_gate(customers) | retail_hits(customers)
    width = max(map(len, result))
    for name, value in result.items():
        print(f"  {name:<{width}}  {value:>27,}" if not isinstance(value, str) else f"  {name:<{width}}  {value:>27}")
    print(json.dumps(result, ensure_ascii=False))


main()
