"""Fixtures of the tests that no single addon can hold."""
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root():
    """The repository's folder."""
    return ROOT
