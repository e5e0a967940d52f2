"""Databases to try the addons out in: the demo workshop, and empty ones like it."""

from . import database, odoo, odoo_source, paths, stamps
from .ui import say, step

WORKSHOP = "workshop"
COUNTRY = "DE"
LOCALISATION = "l10n_de"


def content():
    """From what a database is built: Odoo's version, each addon's code, and what generates the demo data."""
    demo = [stamps.files_digest(folder) for folder in sorted(paths.ROOT.glob("*/demo"))]
    addons = stamps.addon_digests(paths.addons())
    return {"odoo": odoo_source.locate().version, "addons": addons, "demo": stamps.digest(*demo)}


def prepare(name=WORKSHOP, *, demo=True, rebuild=False):
    """Build the database, or update it when the addons changed since."""
    if rebuild or not database.is_whole(name):
        build(name, demo=demo)
    else:
        refresh(name)


def build(name, *, demo):
    """Build under a temporary name, so that an interrupted build is never taken for a database."""
    with step(f"Database {name}") as progress:
        now = content()
        temporary = f"{name}-building"
        database.create(temporary)
        arguments = [temporary, "--fresh", f"--country={COUNTRY}", f"--modules={LOCALISATION}"]
        if now["addons"]:
            arguments.append(f"--modules={','.join(now['addons'])}")
        if demo:
            arguments.append("--generate")
        odoo.inside("build", *arguments, what=f"Building the database {name}", log=f"build-{name}", progress=progress)
        database.set_stamp(temporary, now)
        database.rename(temporary, name)


def refresh(name, modules=None):
    """Install or update what changed since the database was built, or `modules`; tells whether anything was done."""
    now, then = content(), database.stamp(name)
    known = then.get("addons", {})
    if modules is None:
        modules = [addon for addon, digest in now["addons"].items() if known.get(addon) != digest]
    if modules:
        with step(f"Updating {', '.join(modules)} in the database {name}") as progress:
            arguments = name, ",".join(modules)
            odoo.inside("update", *arguments, what=f"Updating {name}", log=f"update-{name}", progress=progress)
            updated = {**known, **{addon: now["addons"][addon] for addon in modules}}
            database.set_stamp(name, {**now, **then, "addons": updated})
    if name == WORKSHOP and (then.get("odoo"), then.get("demo")) != (now["odoo"], now["demo"]):
        say("  Odoo or the demo data changed since the workshop was built: ./dev run --rebuild makes it anew.")
    return bool(modules)
