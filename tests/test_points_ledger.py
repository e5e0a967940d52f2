"""The points ledger under fire: real processes on a real database, each with its own connections."""

import random
import signal
import subprocess
import time

import pytest
from processes import result

from tools import database, odoo, testing

pytestmark = pytest.mark.accept
INSIDE = "ledger_race.py"
WORKERS = 4


def all_at_once(inside, scratch, function, workers=WORKERS, **arguments):
    """Run a function in several processes side by side; their results."""
    children = [inside(scratch, function, worker=n, workers=workers, **arguments) for n in range(workers)]
    return [result(child) for child in children]


def assert_proved(inside, scratch):
    assert result(inside(scratch, "check_balances")) == {"deviations": 0, "negative": 0}


def test_of_two_orders_for_the_same_points_one_wins(scratch, inside, tmp_path):
    """200 pairs, four processes: each card pays once."""
    prepared = result(inside(scratch, "prepare_pairs", pairs=200))
    won = all_at_once(inside, scratch, "run_pairs", pairs=prepared["pairs"], folder=str(tmp_path))
    assert sum(won) == 200
    assert won[0] + won[1] == won[2] + won[3] == 100
    assert_proved(inside, scratch)


def test_a_cap_of_100_lets_100_of_150_pass(scratch, inside):
    prepared = result(inside(scratch, "prepare_capped", attempts=150, cap=100))
    passed = all_at_once(inside, scratch, "run_capped", **prepared)
    assert sum(passed) == 100
    assert result(inside(scratch, "check_capped", **prepared)) == {
        "confirmed": 100, "with discount": 100, "counter": 100
    }  # fmt: skip


def test_without_the_claims_a_cap_holds_nobody(scratch, inside):
    """So it is the claims that the test above tries: with Odoo's own checks everybody passes."""
    prepared = result(inside(scratch, "prepare_capped", attempts=12, cap=4))
    assert sum(all_at_once(inside, scratch, "run_capped", workers=2, bare=True, **prepared)) == 12


def test_without_the_claims_first_orders_make_several_cards(scratch, inside):
    prepared = result(inside(scratch, "prepare_first", orders=16))
    assert all_at_once(inside, scratch, "run_first", workers=2, bare=True, **prepared) == [[], []]
    assert result(inside(scratch, "check_first", **prepared))["cards"] > 1


def test_16_first_orders_make_one_card(scratch, inside):
    prepared = result(inside(scratch, "prepare_first", orders=16))
    assert all_at_once(inside, scratch, "run_first", workers=2, **prepared) == [[], []]
    assert result(inside(scratch, "check_first", **prepared)) == {"cards": 1, "points": 1600, "entries": 16}
    assert_proved(inside, scratch)


def test_an_event_delivered_five_times_counts_once(scratch, inside):
    prepared = result(inside(scratch, "prepare_event"))
    new = all_at_once(inside, scratch, "run_event", workers=5, events=20, **prepared)
    assert sum(new) == 20
    assert result(inside(scratch, "check_event", **prepared)) == {"points": 100, "entries": 20}


@pytest.mark.parametrize("job, days", [("_cron_expire", -1), ("_cron_remind", 10)])
def test_a_killed_job_does_each_card_once(scratch, inside, job, days):
    """10,000 cards, killed at ten random moments: each expires once, each holder gets one mail."""
    prepared = result(inside(scratch, "prepare_expiry", cards=10_000, days=days)) | {"job": job}
    moments = random.Random(7)
    for _kill in range(10):
        child = inside(scratch, "run_job", job=job)
        while "STARTED" not in (line := child.stdout.readline()):
            assert line, "the job did not start"
        time.sleep(moments.uniform(0.5, 4))
        child.send_signal(signal.SIGKILL)
        child.wait()
    between = result(inside(scratch, "check_expiry", **prepared))
    assert 0 < between["once"] < 10_000 and not between["twice"], "it was killed in the middle of its work"
    print(f"{job}: {between['once']} cards done when it was killed for the tenth time")
    result(inside(scratch, "run_job", job=job))
    counts = result(inside(scratch, "check_expiry", **prepared))
    assert (counts["cards"], counts["once"], counts["twice"]) == (10_000, 10_000, 0)
    assert_proved(inside, scratch)


@pytest.mark.parametrize("method, job, days", [("_expire", "_cron_expire", -1), ("_remind", "_cron_remind", 10)])
def test_five_bad_cards_do_not_stop_the_others(scratch, inside, method, job, days):
    """495 of 500 are done; five are set aside, shown to the manager with a reason, and done when they can be."""
    prepared = result(inside(scratch, "prepare_expiry", cards=500, days=days))
    outcome = result(inside(scratch, "run_poisoned", method=method, job=job, **prepared))
    assert outcome["done"] == [495, 0]
    assert (outcome["bad"], outcome["shown"], outcome["times"], outcome["then"]) == (5, True, [2], 5)
    assert len(outcome["reasons"]) == 1 and outcome["reasons"][0].endswith(": a bad card")
    assert_proved(inside, scratch)


def test_a_hot_programme_costs_at_most_twice(scratch, inside):
    """16 employees, 200 confirmations; the 95th percentile against Odoo without the addon, in the same run.

    With and without take turns, so that what else the machine does falls on both; the quietest turn of each counts.
    """
    plain = f"{scratch}-plain"
    database.clone(testing.DEPENDENCIES, plain)
    try:
        measured = {}
        for name in (plain, scratch, scratch, plain, plain, scratch):
            prepared = result(inside(name, "prepare_hot", orders=200))
            workers = all_at_once(inside, name, "run_hot", threads=4, **prepared)
            assert not [error for worker in workers for error in worker["errors"]]
            times = sorted(seconds for worker in workers for seconds in worker["times"])
            assert len(times) == 200
            measured.setdefault(name, []).append(times[int(len(times) * 0.95)])
    finally:
        database.drop(plain)
    with_addon, without = min(measured[scratch]), min(measured[plain])
    turns = {"with": measured[scratch], "without": measured[plain]}
    print(f"p95 of a confirmation: {with_addon:.3f} s with the addon, {without:.3f} s without", turns)
    assert with_addon <= 2 * without, measured
    assert_proved(inside, scratch)


def test_receipts_and_refunds_of_the_desk(scratch, root):
    """The point of sale is looked up, not required: installed after the addon, its points go through the ledger."""
    command = odoo.command("server", "-d", scratch, "-i", "pos_loyalty", "--stop-after-init", "--no-http")
    subprocess.run(command, env=odoo.environment(), capture_output=True, check=True)
    script = (root / "tests" / "inside" / "ledger_pos.py").read_text()
    output = subprocess.run(
        odoo.command("shell", "-d", scratch, "--no-http", "--log-level=error"),
        env=odoo.environment(), input=f"exec({script!r}, globals())\ncheck(env)\n", capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "POINTS OF THE DESK PROVED" in output.stdout, (output.stdout + output.stderr)[-5000:]
