"""Checks of the sources: ruff, pylint-odoo, OCA's checks of XML and CSV, and Odoo's own test_lint on our addons."""

import importlib
import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from odoo.modules import Manifest
from odoo.tests import BaseCase, tagged
from odoo.tools import config

ROOT = Path(__file__).resolve().parent.parent
ADDONS = sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))
# OCA's conventions that Odoo itself does not follow.
NOT_OCA = (
    "prefer-readme-rst", "weblate-component-too-long", "xml-field-bool-without-eval", "xml-field-numeric-without-eval",
    "xml-header-missing", "xml-header-wrong", "xml-tag-position",
)  # fmt: skip


def check(*command):
    """Run a checker; its whole output is the message when it finds something."""
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.fail(f"{Path(command[0]).name}:\n{result.stdout}{result.stderr}", pytrace=False)


def program(name):
    """A checker installed beside this Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is missing: run the checks with ./dev lint"
    return found


def test_ruff():
    check(program("ruff"), "check", "--no-cache", "--output-format=concise", ".")
    check(program("ruff"), "format", "--check", "--no-cache", ".")


@pytest.mark.parametrize("addon", ADDONS)
def test_pylint_odoo(addon):
    check(program("pylint"), "--rcfile=.pylintrc", addon)


@pytest.mark.parametrize("addon", ADDONS)
def test_oca_checks(addon):
    check(program("oca-checks-odoo-module"), f"--disable={','.join(NOT_OCA)}", addon)


class OursOnly(BaseCase):
    """Restricts a class of Odoo's test_lint, which would look at all of Odoo, to this repository's addons.

    What test_lint only logs as a warning counts as a failure too, as on Odoo's own build server.
    """

    def setUp(self):
        super().setUp()
        manifests = [Manifest.for_addon(name) for name in ADDONS]
        self.startPatcher(patch.object(Manifest, "all_addon_manifests", lambda: manifests))
        module = sys.modules[type(self).__mro__[2].__module__]
        if hasattr(module, "get_modules"):
            self.startPatcher(patch.object(module, "get_modules", lambda: ADDONS))
        if hasattr(module, "pylint"):
            # It always checks Odoo's root folder; one of our addons in its place is checked once, as a set is used.
            self.startPatcher(patch.object(config, "root_path", str(ROOT / ADDONS[0])))
            # It does not know pylint-odoo's checks, which a comment of ours may disable with a reason.
            run = subprocess.run
            self.startPatcher(
                patch.object(subprocess, "run", lambda command, **o: run([*command, "--disable=W0012"], **o))
            )
        self.enterContext(self.assertNoLogs(module.__name__, "WARNING"))


def odoo_lint_classes():
    """Odoo's lint classes that look at addons, each as a class of this module.

    Left out: test_checkers (tests of the checks), test_eslint (needs Node.js), test_l10n (localisations only),
    test_markers (looks for conflict markers everywhere, also in the virtual environment).
    """
    names = (
        "test_docstring", "test_dunderinit", "test_i18n", "test_index", "test_jstranslate", "test_manifests",
        "test_naming", "test_onchange_domains", "test_orm_import", "test_override_signatures",
        "test_pofile", "test_pylint", "test_routes", "test_test_holes",
    )  # fmt: skip
    for name in names:
        module = importlib.import_module(f"odoo.addons.test_lint.tests.{name}")
        for class_name, lint_class in inspect.getmembers(module, inspect.isclass):
            if lint_class.__module__ == module.__name__ and issubclass(lint_class, BaseCase):
                title = f"TestOdoo_{name.removeprefix('test_')}_{class_name}"
                namespace = {"__module__": __name__, "__doc__": lint_class.__doc__, "test_module": "test_lint"}
                yield title, tagged("post_install", "-at_install")(type(title, (OursOnly, lint_class), namespace))


globals().update(odoo_lint_classes())
