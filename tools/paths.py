"""Where things are. Everything is relative to the file `dev`, so that a clone may lie anywhere."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV = ROOT / ".dev"
BIN = DEV / "bin"
LOGS = DEV / "log"
REQUIREMENTS = ROOT / "requirements.txt"


def addons():
    """Names of this repository's addons: every top-level folder with a manifest."""
    return sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


def clone_id():
    """A short name of this clone, to tell apart what several clones put outside of themselves."""
    return hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]


def make_dev_folder():
    """Create `.dev/`, with a .gitignore of its own for clones that git does not know yet."""
    for folder in (DEV, BIN, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    ignore = DEV / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
