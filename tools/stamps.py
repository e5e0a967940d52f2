"""Stamps say from which content something was made, so that it is made again when that content changes."""

import hashlib

from . import paths

IGNORED_PARTS = {"__pycache__", "tests", "node_modules"}
IGNORED_SUFFIXES = {".pyc", ".md", ".pot", ".orig", ".rej"}


def read(name):
    path = paths.DEV / "stamps" / name
    return path.read_text() if path.exists() else None


def write(name, value):
    folder = paths.DEV / "stamps"
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}"
    temporary.write_text(value)
    temporary.replace(folder / name)


def remove(name):
    (paths.DEV / "stamps" / name).unlink(missing_ok=True)


def digest(*parts):
    """One short hash of several texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def files_digest(folder, *, ignored_parts=frozenset(IGNORED_PARTS)):
    """Hash of every file below `folder` that matters to a database: not its tests, not its documentation."""
    result = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if ignored_parts.intersection(relative.parts) or path.suffix in IGNORED_SUFFIXES or not path.is_file():
            continue
        result.update(str(relative).encode() + b"\0")
        result.update(hashlib.sha256(path.read_bytes()).digest())
    return result.hexdigest()[:16]


def addon_digests(names):
    """What each addon's code is now: {name: hash}."""
    return {name: files_digest(paths.ROOT / name) for name in names}
