"""Plugin of `./dev test` for pytest: what Odoo or pytest-odoo would silently skip becomes a failure.

It also does what Odoo's own test runner does and pytest-odoo does not: see each hook.

Loaded by `./dev` with `-p tools.pytest_plugin`, since a conftest.py only reaches the tests beside it.
"""

import importlib.util

import pytest

from tools import paths

# Reasons Odoo and pytest-odoo give when a browser test cannot run.
MISSING = ("chrome", "chromium", "websocket", "--odoo-http", "wkhtmltopdf", "pylint", "eslint")


def pytest_configure(config):
    config.addinivalue_line("markers", "accept: long tests of concurrency, load and faults, run by ./dev accept")
    if not config.getoption("--odoo-http"):
        raise pytest.UsageError("without --odoo-http every HttpCase would be skipped: run the tests with ./dev test")
    if not importlib.util.find_spec("websocket"):
        raise pytest.UsageError("without websocket-client every browser test would be skipped: use ./dev test")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if any(word in reason.lower() for word in MISSING):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was not run: {reason}"
    return report


def pytest_collection_modifyitems(config, items):
    """Leave out Odoo's own test classes that one of our modules imports to build upon: they are not ours."""
    foreign = [item for item in items if getattr(item, "cls", None) and _is_odoos(item.cls)]
    if foreign:
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in foreign]


def _is_odoos(test_class):
    parts = test_class.__module__.split(".")
    return parts[:2] == ["odoo", "addons"] and not (paths.ROOT / parts[2]).is_dir()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Odoo's JavaScript unit tests ask for the parameters of --test-tags, of which there are none here."""
    instance = getattr(item, "instance", None)
    if instance is not None and not hasattr(instance, "_test_params"):
        instance._test_params = []
