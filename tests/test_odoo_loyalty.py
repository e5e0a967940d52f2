"""Odoo's own tests of loyalty, with the addons installed and without: the same ones pass."""

import os
import re
import subprocess

import pytest

from tools import database, odoo, server, testing

pytestmark = pytest.mark.accept
APPS = "pos_loyalty,website_sale_loyalty"
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
TESTS = (
    "/loyalty,/sale_loyalty,/website_sale_loyalty,/pos_loyalty/tests/test_loyalty_history.py,"
    "/pos_loyalty/tests/test_unlink_reward.py,/pos_loyalty/tests/test_product_loading.py"
)
BAD = re.compile(r" (?:FAIL|ERROR): (\S+\.test_\w+)")


def outcome(template):
    """Install the optional apps into a clone and run Odoo's tests: (number run, names of those that fail)."""
    name = f"{testing.SCRATCH}{os.getpid()}-{template}"
    database.clone(template, name)
    try:
        command = odoo.command(
            "server", "-d", name, f"--http-port={server.free_port(8400)}", "--stop-after-init",
            "-i", APPS, "--test-enable", f"--test-tags={TESTS}",
        )  # fmt: skip
        result = subprocess.run(command, env=odoo.environment(), capture_output=True, text=True, check=False)
        log = result.stdout + result.stderr
        summary = SUMMARY.findall(log)
        assert summary, log[-5000:]
        return int(summary[-1][2]), set(BAD.findall(log))
    finally:
        database.drop(name)


def test_odoos_own_tests_pass_as_without_the_addons():
    without, failing_without = outcome(testing.DEPENDENCIES)
    number, failing = outcome(testing.TEMPLATE)
    assert number >= without > 100
    assert failing == failing_without
