"""Measures under fire: killed while they treat 10,000 customers, and many simulated ones whose truth is known."""

import os
import random
import re
import signal
import subprocess
import time

import pytest
from processes import result

pytestmark = pytest.mark.accept
INSIDE = "measures.py"
CUSTOMERS = int(os.environ.get("MEASURE_CUSTOMERS", "12500"))  # a fifth of them control group


@pytest.mark.parametrize("treatment", ["mail", "activity", "coupon", "points"])
def test_killed_while_treating_nobody_twice_nobody_forgotten(scratch, inside, treatment):
    """10,000 treated customers, the job killed at ten random moments, then run to the end."""
    prepared = result(inside(scratch, "prepare", treatment=treatment, customers=CUSTOMERS))
    chance = random.Random(7)
    for _kill in range(10):
        child = inside(scratch, "run_job", **prepared)
        for _batch in range(chance.randint(1, 5)):
            began = time.monotonic()
            while "COMMITTED" not in (line := child.stdout.readline()):
                assert line, "the job ended before it was killed"
        time.sleep(chance.uniform(0, 1) * (time.monotonic() - began))  # somewhere in the next batch
        child.send_signal(signal.SIGKILL)
        child.wait()
    between = result(inside(scratch, "check", **prepared))
    assert 0 < between["once"] < CUSTOMERS * 4 // 5, "it was killed in the middle of its work"
    assert not between["twice"] and not between["control"]
    print(f"{treatment}: {between['once']} customers treated when it was killed for the tenth time")
    result(inside(scratch, "run_to_the_end", **prepared))
    counts = result(inside(scratch, "check", **prepared))
    treated = CUSTOMERS * 4 // 5
    assert counts == {"treated": treated, "once": treated, "twice": 0, "control": 0, "noted": treated}


def test_simulated_measures_tell_the_truth(root):
    """Hundreds of measures, drawn and evaluated by the models: as many are told apart as theory says."""
    path = root / "crm_kundenbindung" / "tests" / "test_measure_simulation.py"
    run = subprocess.run(
        [str(root / "dev"), "test", "-q", str(path), "-o", "log_cli=true", "-o", "log_cli_level=INFO"],
        env={**os.environ, "MEASURE_ROUNDS": "300"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(*re.findall(r"[a-z]+ (?:without effect|\+\d+).*", run.stdout), sep="\n")
    assert run.returncode == 0, (run.stdout + run.stderr)[-5000:]
