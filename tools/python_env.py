"""The virtual environment `.dev/venv`, filled from requirements.txt."""

import importlib.util
import os
import re
import shutil
import sys

from . import paths, process, stamps
from .ui import Problem, step

VENV = paths.DEV / "venv"
PYTHON = VENV / "bin" / "python"
RUN = ("addons", "run")
TEST = ("addons", "run", "test")
STAMP = "venv"
_HEADING = re.compile(r"^# == (\w+):")


def requirements(parts, text=None):
    """The lines of requirements.txt under the headings `# == part: … ==` named in `parts`."""
    current, lines = None, []
    for line in (text if text is not None else paths.REQUIREMENTS.read_text()).splitlines():
        heading = _HEADING.match(line)
        if heading:
            current = heading[1]
        elif current in parts and line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    return lines


def require_tools():
    """Debian and Ubuntu package parts of Python's standard library on their own."""
    for module in ("venv", "ensurepip"):
        if not importlib.util.find_spec(module):
            raise Problem(f"Python's module {module} is missing", "sudo apt install python3-venv")


def _stamp(parts):
    return stamps.digest(sys.version.split()[0], str(VENV), *requirements(parts))


def is_ready(parts):
    """Whether at least `parts` are installed, as requirements.txt has them now."""
    known = (stamps.read(STAMP) or "").split()
    return _stamp(parts) in known and PYTHON.exists()


def prepare(parts):
    """Create or complete the virtual environment.

    The stamp is written last and removed first: an environment without one was interrupted half-way and is
    built anew, because pip takes a half-copied package for an installed one.
    """
    if is_ready(parts):
        return
    with step("Python packages") as progress:
        if stamps.read(STAMP) is None or not _is_own():
            shutil.rmtree(VENV, ignore_errors=True)
            progress("creating the virtual environment")
            process.run([sys.executable, "-m", "venv", VENV], what="Creating the virtual environment", log="venv")
        stamps.remove(STAMP)
        wanted = paths.DEV / "requirements.txt"
        wanted.write_text("\n".join(requirements(parts)) + "\n")
        process.run(
            [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--prefer-binary",
             "--progress-bar", "off", "-r", wanted],
            what="Installing Python packages",
            log="pip",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            on_line=lambda line: _show(line, progress),
        )  # fmt: skip
        installed = [RUN, TEST] if parts == TEST else [RUN]
        stamps.write(STAMP, " ".join(_stamp(each) for each in installed))


def _is_own():
    """Whether the environment was made at this place, by this Python: it holds absolute paths."""
    config = VENV / "pyvenv.cfg"
    if not config.exists() or not PYTHON.exists():
        return False
    version = ".".join(map(str, sys.version_info[:3]))
    script = VENV / "bin" / "pip"
    return f"version = {version}" in config.read_text() and str(VENV) in script.read_text(errors="replace")


def _show(line, progress):
    match = re.match(r"\s*(Collecting|Downloading|Building wheel for|Installing collected) (\S+)(.*)", line)
    if match:
        size = re.search(r"\(([\d.]+ [kMG]B)\)", match[3])
        name = match[2].rsplit("/", 1)[-1].split("-")[0]
        progress(
            "copying" if match[1] == "Installing collected" else f"{match[1].split()[0].lower()} {name}"
            + (f" ({size[1]})" if size else "")
        )  # fmt: skip
