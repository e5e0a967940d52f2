"""Plugin of `./dev test` for pytest: what Odoo or pytest-odoo would silently skip becomes a failure.

Loaded by `./dev` with `-p tools.pytest_plugin`, since a conftest.py only reaches the tests beside it.
"""
import importlib.util

import pytest

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
