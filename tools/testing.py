"""Running the tests: template databases, a scratch clone of them, and pytest inside Odoo.

Two templates are kept: `template-dependencies` has what the addons depend on, `template-tests` the addons too.
Each is built anew only when its content changed; a change in tests changes neither.
"""

import ast
import os
import signal
import subprocess
from contextlib import contextmanager

from . import database, odoo, odoo_source, paths, process, python_env, stamps
from .ui import step

DEPENDENCIES = "template-dependencies"
TEMPLATE = "template-tests"
SCRATCH = "test-"


def dependencies():
    """The modules of Odoo that our addons depend on."""
    own, found = set(paths.addons()), set()
    for addon in own:
        manifest = ast.literal_eval((paths.ROOT / addon / "__manifest__.py").read_text())
        found.update(manifest.get("depends", ()))
    return sorted(found - own)


def prepare_templates():
    """Make sure both templates are there and current."""
    builder = stamps.digest((paths.ROOT / "tools" / "inside" / "build.py").read_text())
    base = {"odoo": odoo_source.locate().version, "modules": dependencies(), "builder": builder}
    if database.stamp(DEPENDENCIES) != base:
        modules = [f"--modules={','.join(base['modules'])}"] if base["modules"] else []
        with _built(DEPENDENCIES, base) as (name, progress):
            database.create(name)
            _build(name, "--fresh", *modules, progress=progress)
    full = {"base": base, "addons": stamps.addon_digests(paths.addons())}
    if database.stamp(TEMPLATE) != full:
        modules = [f"--modules={','.join(full['addons'])}"] if full["addons"] else []
        with _built(TEMPLATE, full) as (name, progress):
            database.clone(DEPENDENCIES, name)
            _build(name, *modules, progress=progress)


@contextmanager
def _built(name, content):
    """Build a template under a temporary name; it gets its own name when it is whole."""
    with step(f"Database {name}") as progress:
        temporary = f"{name}-building"
        yield temporary, progress
        database.set_stamp(temporary, content)
        database.rename(temporary, name)


def _build(name, *arguments, progress):
    odoo.inside("build", name, *arguments, what="Building the test database", log=f"build-{name}", progress=progress)


@contextmanager
def scratch(template=TEMPLATE):
    """A clone of a template, for this process alone; yields its name."""
    _drop_abandoned()
    name = f"{SCRATCH}{os.getpid()}"
    database.clone(template, name)
    try:
        yield name
    finally:
        database.drop(name)


def _drop_abandoned():
    """Databases of test runs that were killed."""
    for name in database.names(SCRATCH):
        owner = name.removeprefix(SCRATCH).split("-")[0]
        if not owner.isdigit() or not os.path.exists(f"/proc/{owner}"):
            database.drop(name)


def run_pytest(arguments, *, name):
    """Run pytest on the scratch database `name`; returns its exit code."""
    if "--ci" in arguments:
        arguments = [argument for argument in arguments if argument != "--ci"]
        os.environ["CI"] = "true"
    return _run([python_env.PYTHON, "-m", "pytest", "-p", "tools.pytest_plugin", "--odoo-http", *arguments], name)


def run_script(script, *, name):
    """Run a Python script, which finds the scratch database `name` in Odoo's configuration."""
    return _run([python_env.PYTHON, script], name)


def _run(command, name):
    options = {"db_name": name, "max_cron_threads": 0, "list_db": False}
    config = odoo.write_config(paths.DEV / f"odoo-{name}.conf", **options)
    child = subprocess.Popen(
        command,
        cwd=paths.ROOT,
        env={**odoo.environment(), "ODOO_RC": str(config)},
        stdin=subprocess.DEVNULL if os.environ.get("CI") == "true" else None,
        preexec_fn=lambda: process.die_with_parent(signal.SIGTERM),
    )
    try:
        return child.wait()
    except KeyboardInterrupt:
        # Whether or not the terminal sent Ctrl-C to it as well: let it write its summary.
        child.send_signal(signal.SIGINT)
        child.wait()
        raise
    finally:
        config.unlink(missing_ok=True)
