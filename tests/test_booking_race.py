"""Appointments under fire: real processes and threads that want the same time at once."""

from functools import partial

import pytest
from processes import result

pytestmark = pytest.mark.accept
INSIDE = "booking_race.py"
WORKERS = 3
THREADS = 4
SLOTS = 12


@pytest.fixture
def here(inside, scratch):
    """Start a function on the database of this test."""
    return partial(inside, scratch)


def race(here, folder, **arguments):
    """Everybody wants every slot; return (what each slot was won, what the database says)."""
    prepared = result(here("prepare", slots=SLOTS, **arguments))
    shared = {**prepared, "workers": WORKERS, "threads": THREADS, "folder": str(folder)}
    outcomes = [result(child) for child in [here("run", worker=n, **shared) for n in range(WORKERS)]]
    assert not [error for outcome in outcomes for error in outcome["errors"]]
    won = [text for outcome in outcomes for text in outcome["won"]]
    return [won.count(text) for text in prepared["starts"]], result(here("check", **prepared))


def test_of_twelve_who_want_the_same_time_one_gets_it(here, tmp_path):
    won, state = race(here, tmp_path, employees=1)
    assert won == [1] * SLOTS
    assert state == {"booked": SLOTS, "overlaps": 0, "events": SLOTS}


def test_two_employees_serve_two_of_twelve(here, tmp_path):
    """Whoever loses the race for the one is booked with the other; nobody is turned away while somebody is free."""
    won, state = race(here, tmp_path, employees=2)
    assert won == [2] * SLOTS
    assert state == {"booked": 2 * SLOTS, "overlaps": 0, "events": 2 * SLOTS}


def test_without_the_constraint_several_get_it(here, tmp_path):
    """So it is the constraint that the tests above try."""
    won, state = race(here, tmp_path, employees=1, bare=True)
    assert max(won) > 1
    assert state["overlaps"] > 0
