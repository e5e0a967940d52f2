"""The reward of a referral under fire: two processes at the same referral, and at two of one referrer with a limit."""

import time

import pytest
from processes import result

pytestmark = pytest.mark.accept
INSIDE = "referral_race.py"
WORKERS = 2


def settle(inside, scratch, apart, **prepared):
    start = time.time() + 12
    children = [
        inside(scratch, "settle", worker=n, workers=WORKERS, start=start, apart=apart, **prepared)
        for n in range(WORKERS)
    ]
    return [result(child) for child in children]


def test_two_processes_reward_a_referral_once(scratch, inside):
    """Both go through the same twenty referrals at the same time: each side is paid once for each."""
    prepared = result(inside(scratch, "prepare", referrals=20, limit=0))
    again = settle(inside, scratch, False, **prepared)
    print("run again:", again)
    assert result(inside(scratch, "check", **prepared)) == {
        "rewarded": 20,
        "paid": 20,
        "cards of the referrer": 1,
        "points of the referrer": 2000,
        "cards": 21,
        "entries": 40,
        "deviations": 0,
    }


def test_the_limit_holds_when_two_referrals_are_rewarded_at_once(scratch, inside):
    """Each process has its own referrals of the same referrer, whose limit is three."""
    prepared = result(inside(scratch, "prepare", referrals=12, limit=3))
    again = settle(inside, scratch, True, **prepared)
    print("run again:", again)
    outcome = result(inside(scratch, "check", **prepared))
    assert (outcome["rewarded"], outcome["paid"], outcome["points of the referrer"]) == (12, 3, 300)
    assert (outcome["cards of the referrer"], outcome["cards"], outcome["deviations"]) == (1, 13, 0)
