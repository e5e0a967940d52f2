"""How Odoo is started here: its configuration file, its environment, its command line."""

import os

from . import odoo_source, paths, postgres, process, python_env
from .ui import Problem

CONFIG = paths.DEV / "odoo.conf"


def environment(server=None):
    """Environment for Odoo and everything it calls: wkhtmltopdf and Chromium are found in `.dev/bin`."""
    source = odoo_source.locate()
    env = dict(os.environ)
    # The environment of whoever calls must not change how Odoo behaves here.
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "ODOO_RC", "OPENERP_SERVER"):
        env.pop(name, None)
    env.update((server or postgres.server()).environment())
    env["PATH"] = os.pathsep.join([str(paths.BIN), str(python_env.VENV / "bin"), env.get("PATH", os.defpath)])
    env["PYTHONPATH"] = os.pathsep.join([str(source.library), str(paths.ROOT)])
    env["PYTHONUNBUFFERED"] = "1"
    env["ODOO_RC"] = str(CONFIG)
    return env


def write_config(path=CONFIG, **options):
    """Write Odoo's configuration; `options` are added to what every use here has in common."""
    source = odoo_source.locate()
    server = postgres.server()
    folders = list(source.addons_paths)
    if paths.addons():
        folders.append(paths.ROOT)
    values = {
        "addons_path": ",".join(map(str, folders)),
        "data_dir": paths.DEV / "data",
        "db_host": server.host or False,
        "db_port": server.port or False,
        "db_user": server.user or False,
        "http_interface": "127.0.0.1",
        "proxy_mode": False,
        "list_db": True,
        "workers": 0,
        "max_cron_threads": 1,
        "without_demo": True,
        **options,
    }
    lines = ["[options]", *(f"{name} = {value}" for name, value in values.items())]
    temporary = path.with_suffix(".new")
    temporary.write_text("\n".join(lines) + "\n")
    temporary.replace(path)
    return path


def command(*arguments):
    return [python_env.PYTHON, "-m", "odoo", *arguments]


def inside(script, *arguments, what, log, progress=lambda text: None):
    """Run `tools/inside/<script>.py` with Odoo's libraries; its lines starting with `@ ` are its progress."""
    lines = process.run(
        [python_env.PYTHON, "-m", f"tools.inside.{script}", *arguments],
        what=what,
        log=log,
        env=environment(),
        on_line=lambda line: progress(line[2:]) if line.startswith("@ ") else None,
    )
    return [line[3:] for line in lines if line.startswith("@= ")]


def require_addons(names):
    known = paths.addons()
    for name in names:
        if name not in known:
            raise Problem(f"There is no addon {name} here", f"addons: {', '.join(known) or 'none'}")
