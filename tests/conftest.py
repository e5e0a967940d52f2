"""Fixtures of the tests that no single addon can hold."""

import os
from functools import partial
from pathlib import Path

import processes
import pytest

from tools import database, testing

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root():
    """The repository's folder."""
    return ROOT


@pytest.fixture
def scratch(request):
    """A database with the addons, for this test alone."""
    name = f"{testing.SCRATCH}{os.getpid()}-{request.module.__name__.removeprefix('test_').replace('_', '-')}"
    database.clone(testing.TEMPLATE, name)
    yield name
    database.drop(name)


@pytest.fixture
def inside(request):
    """Start a function of the script that the test module names as INSIDE, in an Odoo of its own."""
    return partial(processes.start, (ROOT / "tests" / "inside" / request.module.INSIDE).read_text())
