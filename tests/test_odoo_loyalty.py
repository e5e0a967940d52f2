"""Odoo's own tests of loyalty, with the addons installed and without: what passes without passes with.

They run in pytest on a database where everything is installed: Odoo's runner would start its `at_install` tests
before the addons are loaded, and would so try the core alone.
"""

import os
import subprocess
from xml.etree import ElementTree

import pytest

from tools import database, odoo, odoo_source, paths, python_env, server, testing

pytestmark = pytest.mark.accept
APPS = "pos_loyalty,website_sale_loyalty"
TESTS = (
    "loyalty/tests",
    "sale_loyalty/tests",
    "website_sale_loyalty/tests",
    "pos_loyalty/tests/test_loyalty_history.py",
    "pos_loyalty/tests/test_unlink_reward.py",
    "pos_loyalty/tests/test_product_loading.py",
)


def outcomes(template, tmp_path):
    """Install the optional apps into a clone and run Odoo's tests: {name: passed, failed or skipped}."""
    name = f"{testing.SCRATCH}{os.getpid()}-{template}"
    database.clone(template, name)
    port = server.free_port(8400)
    config = odoo.write_config(
        paths.DEV / f"odoo-{name}.conf", db_name=name, max_cron_threads=0, list_db=False, http_port=port
    )
    report = tmp_path / f"{template}.xml"
    try:
        install = odoo.command("server", "-d", name, "-i", APPS, "--stop-after-init", "--no-http")
        subprocess.run(install, env=odoo.environment(), capture_output=True, check=True)
        addons = odoo_source.locate().library / "odoo" / "addons"
        result = subprocess.run(
            [
                python_env.PYTHON, "-m", "pytest", "--odoo-http", "-q", "-o", "addopts=", "-p", "no:cacheprovider", "--tb=short",
                f"--junitxml={report}", *(f"{addons}/{path}" for path in TESTS),
            ],
            cwd=paths.ROOT, env={**odoo.environment(), "ODOO_RC": str(config)}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        (paths.LOGS / f"odoo-tests-{template}.log").write_text(result.stdout + result.stderr)
        assert report.exists(), (result.stdout + result.stderr)[-5000:]
        return {
            f"{case.get('classname')}.{case.get('name')}": next((child.tag for child in case), "passed")
            for case in ElementTree.parse(report).iter("testcase")
        }
    finally:
        config.unlink(missing_ok=True)
        database.drop(name)


def test_odoos_own_tests_pass_as_without_the_addons(tmp_path):
    without = outcomes(testing.DEPENDENCIES, tmp_path)
    given = outcomes(testing.TEMPLATE, tmp_path)
    print(f"{len(given)} tests of Odoo, {sum(value == 'passed' for value in given.values())} passed")
    assert len(without) > 150
    assert without.keys() == given.keys()
    # A browser test that times out without the addons says nothing about them.
    assert {name: given[name] for name, value in without.items() if value == "passed" != given[name]} == {}
