"""Databases to try the addons out in: the demo workshop, and empty ones like it."""
from . import database, odoo, odoo_source, paths, stamps
from .ui import say, step

WORKSHOP = "workshop"
COUNTRY = "DE"
LOCALISATION = "l10n_de"


def content():
    """From what a database is built: Odoo's version and each addon's code."""
    return {"odoo": odoo_source.locate().version, "addons": stamps.addon_digests(paths.addons())}


def prepare(name=WORKSHOP, *, demo=True, rebuild=False):
    """Build the database, or update it when the addons changed since."""
    if rebuild or not database.exists(name):
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
    """Install or update what changed since the database was built, or `modules`."""
    now, then = content(), database.stamp(name)
    known = then.get("addons", {})
    if modules is None:
        modules = [addon for addon, digest in now["addons"].items() if known.get(addon) != digest]
    if then.get("odoo") not in (None, now["odoo"]):
        say(f"  Odoo is newer than the database {name}: ./dev run --rebuild makes it anew.")
    if not modules:
        return False
    with step(f"Updating {', '.join(modules)} in the database {name}") as progress:
        odoo.inside("update", name, ",".join(modules), what=f"Updating {name}", log=f"update-{name}", progress=progress)
        updated = {addon: digest for addon, digest in now["addons"].items() if addon in modules or addon in known}
        for addon in set(updated) - set(modules):
            updated[addon] = known[addon]
        database.set_stamp(name, {"odoo": then.get("odoo", now["odoo"]), "addons": updated})
    return True
