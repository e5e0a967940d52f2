"""The addons' translations: the template from Odoo, merged into the German file."""

import re

from . import odoo, paths, process, python_env, testing
from .ui import say, step

LANGUAGE = "de"
# Written anew by every export, though nothing changed.
_DATES = re.compile(rb'^"(POT-Creation-Date|PO-Revision-Date): .*"\n', re.MULTILINE)


def update(addons):
    """Export `<addon>.pot` from a scratch database and merge `de.po`."""
    testing.prepare_templates()
    with testing.scratch() as name:
        for addon in addons:
            folder = paths.ROOT / addon / "i18n"
            template = folder / f"{addon}.pot"
            before = template.read_bytes() if template.exists() else b""
            with step(f"Exporting the texts of {addon}"):
                process.run(
                    odoo.command("i18n", "export", "-c", odoo.CONFIG, "-d", name, "-l", "pot", "--", addon),
                    what=f"Exporting {addon}", log=f"i18n-{addon}", env=odoo.environment(),
                )  # fmt: skip
            if before and _DATES.sub(b"", before) == _DATES.sub(b"", template.read_bytes()):
                template.write_bytes(before)
            _merge(template, folder / f"{LANGUAGE}.po")


def _merge(template, target):
    lines = process.run(
        [python_env.PYTHON, "-m", "tools.inside.merge_po", template, target],
        what=f"Merging {target.name}", log="i18n-merge", env=odoo.environment(),
    )  # fmt: skip
    for line in lines:
        if line.startswith("@= "):
            say(f"  {line[3:].replace(str(paths.ROOT) + '/', '')}")
