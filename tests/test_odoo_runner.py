"""The addons installed from scratch by Odoo's own test runner, which pytest-odoo does not replace.

Odoo runs `at_install` tests while an addon is being installed, when the addons above it are not loaded yet, and
checks the installation itself. Tests after the installation, browser tours among them, run in pytest only.
"""

import os
import re
import subprocess

import pytest

from tools import database, odoo, paths, server, testing

ADDONS = paths.addons()
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
# What the surroundings of a test cause, not an addon.
HARMLESS = re.compile(r"of 0 tests|Running as user 'root'|pg_trgm|unaccent")


@pytest.fixture
def bare_database():
    """A database with everything the addons depend on, but without them."""
    name = f"{testing.SCRATCH}{os.getpid()}-runner"
    database.clone(testing.DEPENDENCIES, name)
    yield name
    database.drop(name)


@pytest.mark.skipif(not ADDONS, reason="no addon yet")
def test_installation_with_odoos_runner(bare_database):
    arguments = [
        "server", "-d", bare_database, f"--http-port={server.free_port(8200)}", "--stop-after-init",
        "-i", ",".join(ADDONS),
        "--test-enable", f"--test-tags={','.join(f'at_install/{addon}' for addon in ADDONS)}",
    ]  # fmt: skip
    result = subprocess.run(
        odoo.command(*arguments), cwd=paths.ROOT, env=odoo.environment(), capture_output=True, text=True, check=False
    )
    log = result.stdout + result.stderr
    complaints = [
        line
        for line in log.splitlines()
        if re.search(r" (WARNING|ERROR|CRITICAL) ", line) and not HARMLESS.search(line)
    ]
    assert not complaints, "\n".join([*complaints, log[-3000:]])
    assert not result.returncode, log[-5000:]
    summary = SUMMARY.search(log)
    assert summary and summary[1] == summary[2] == "0", log[-5000:]
