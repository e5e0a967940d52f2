"""Appointments under fire: real processes and threads that want the same time at once."""

import json
import os
import subprocess

import pytest

from tools import database, odoo, testing

pytestmark = pytest.mark.accept
WORKERS = 3
THREADS = 4
SLOTS = 12


@pytest.fixture
def scratch():
    """A database with the addons, for this test alone."""
    name = f"{testing.SCRATCH}{os.getpid()}-booking"
    database.clone(testing.TEMPLATE, name)
    yield name
    database.drop(name)


@pytest.fixture
def inside(root, scratch):
    """Start a function of tests/inside/booking_race.py in an Odoo of its own."""
    script = (root / "tests" / "inside" / "booking_race.py").read_text()

    def start(function, **arguments):
        code = (
            f"exec({script!r}, globals())\nimport json\nprint('RESULT', json.dumps({function}(env, {arguments!r})))\n"
        )
        child = subprocess.Popen(
            odoo.command("shell", "-d", scratch, "--no-http", "--log-level=critical"),
            env=odoo.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        child.stdin.write(code)
        child.stdin.close()
        return child

    return start


def result(child):
    """What the function returned; its output is the message when it failed."""
    output = child.stdout.read()
    child.wait()
    lines = [line for line in output.splitlines() if "RESULT " in line]
    assert lines, output[-5000:]
    return json.loads(lines[-1].split("RESULT ", 1)[1])


def race(inside, folder, **arguments):
    """Everybody wants every slot; return (what each slot was won, what the database says)."""
    prepared = result(inside("prepare", slots=SLOTS, **arguments))
    shared = {**prepared, "workers": WORKERS, "threads": THREADS, "folder": str(folder)}
    outcomes = [result(child) for child in [inside("run", worker=n, **shared) for n in range(WORKERS)]]
    assert not [error for outcome in outcomes for error in outcome["errors"]]
    won = [text for outcome in outcomes for text in outcome["won"]]
    return [won.count(text) for text in prepared["starts"]], result(inside("check", **prepared))


def test_of_twelve_who_want_the_same_time_one_gets_it(inside, tmp_path):
    won, state = race(inside, tmp_path, employees=1)
    assert won == [1] * SLOTS
    assert state == {"booked": SLOTS, "overlaps": 0, "events": SLOTS}


def test_two_employees_serve_two_of_twelve(inside, tmp_path):
    """Whoever loses the race for the one is booked with the other; nobody is turned away while somebody is free."""
    won, state = race(inside, tmp_path, employees=2)
    assert won == [2] * SLOTS
    assert state == {"booked": 2 * SLOTS, "overlaps": 0, "events": 2 * SLOTS}


def test_without_the_constraint_several_get_it(inside, tmp_path):
    """So it is the constraint that the tests above try."""
    won, state = race(inside, tmp_path, employees=1, bare=True)
    assert max(won) > 1
    assert state["overlaps"] > 0
