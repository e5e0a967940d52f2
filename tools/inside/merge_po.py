"""Bring a translation up to date with its template: python -m tools.inside.merge_po TEMPLATE.pot FILE.po

Keeps what is translated, adds what is new, drops what is gone.
"""

import sys
from pathlib import Path

import polib

GERMAN = {"Content-Transfer-Encoding": "8bit", "Plural-Forms": "nplurals=2; plural=(n != 1);"}


def main(template, target):
    source = polib.pofile(template)
    if Path(target).exists():
        translation = polib.pofile(target)
    else:
        translation = polib.POFile()
        translation.metadata = {**source.metadata, "Language": Path(target).stem, **GERMAN}
    translation.merge(source)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(target)
    missing = len(translation.untranslated_entries())
    print(f"@= {target}: {len(translation)} terms, {missing} without translation")


if __name__ == "__main__":
    main(*sys.argv[1:])
