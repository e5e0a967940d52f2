"""Chromium and wkhtmltopdf: the system's, or Debian's unpacked below `.dev/` with all libraries they need.

Debian 12's packages run on every supported system: programs built for an older C library run with a newer one.
A wrapper in `.dev/bin`, which Odoo has first in its PATH, leads a program to its libraries and fonts.
"""

import os
import shlex
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from . import apt, paths, stamps
from .ui import Problem, step

LAYOUT = "1"
SUITES = (f"{apt.MIRROR} bookworm main", f"{apt.SECURITY_MIRROR} bookworm-security main")
# The C library belongs to the running system; so does what only Debian's own tools need.
NOT_UNPACKED = ("libc6_", "dpkg_", "tar_", "debconf_", "sysvinit-utils_")


@dataclass(frozen=True)
class Program:
    name: str
    system_names: tuple
    packages: tuple
    executable: str
    variables: tuple = ()

    @property
    def root(self):
        return paths.DEV / "programs" / self.name

    @property
    def wrapper(self):
        return paths.BIN / self.name


CHROMIUM = Program(
    "chromium",
    ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"),
    ("chromium-headless-shell", "fonts-dejavu-core", "fonts-liberation2", "fonts-noto-color-emoji",
     "fonts-roboto-unhinted"),
    "usr/lib/chromium/chromium-headless-shell",
)  # fmt: skip
WKHTMLTOPDF = Program(
    "wkhtmltopdf",
    ("wkhtmltopdf",),
    ("wkhtmltopdf", "fonts-dejavu-core", "fonts-liberation2"),
    "usr/bin/wkhtmltopdf",
    (("QT_QPA_PLATFORM", "offscreen"),),
)
ALL = (CHROMIUM, WKHTMLTOPDF)


def prepare(program):
    """Make sure the program runs: the system's own, or unpacked as a whole and then renamed."""
    if _is_unpacked(program) or _find_on_system(program):
        return
    with step(program.name.capitalize()) as progress:
        # Archives of their own, because both programs may be prepared side by side.
        archive = apt.Archive(program.name, SUITES)
        archive.update(progress)
        download = paths.DEV / "download" / program.name
        archive.download_with_dependencies(program.packages, download, progress)
        packages = [path for path in sorted(download.glob("*.deb")) if not path.name.startswith(NOT_UNPACKED)]
        temporary = program.root.with_name(f"{program.name}.new")
        shutil.rmtree(temporary, ignore_errors=True)
        apt.unpack(packages, temporary, progress)
        shutil.rmtree(program.root, ignore_errors=True)
        temporary.rename(program.root)
        _write_fonts(program)
        _write_wrapper(program)
        _check(program.wrapper)
        stamps.write(program.name, _stamp(program))
        shutil.rmtree(download)
        archive.remove()


def _stamp(program):
    return stamps.digest(LAYOUT, repr(program), str(program.root))


def _is_unpacked(program):
    return stamps.read(program.name) == _stamp(program) and program.wrapper.exists()


def _find_on_system(program):
    """The system's own program, if it really starts: Ubuntu's `chromium-browser` may only ask for a snap."""
    outside = os.pathsep.join(folder for folder in os.get_exec_path() if Path(folder) != paths.BIN)
    for name in program.system_names:
        found = shutil.which(name, path=outside)
        if found and "snap" not in os.path.realpath(found) and _starts(found):
            return found
    return None


def _starts(executable):
    try:
        subprocess.run([executable, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _check(executable):
    if not _starts(executable):
        raise Problem(f"{executable} does not start", f"install {executable.name} with your package manager")


def _library_folders(root):
    """Folders with shared libraries, for the dynamic linker."""
    wanted = ("lib/*-linux-gnu*", "usr/lib/*-linux-gnu*", "usr/lib/*-linux-gnu*/nss", "usr/lib/*-linux-gnu*/pulseaudio")
    return [str(path) for pattern in wanted for path in sorted(root.glob(pattern)) if path.is_dir()]


FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <include ignore_missing="yes">{root}/usr/share/fontconfig/conf.avail/30-metric-aliases.conf</include>
  <match target="font"><edit name="hintstyle" mode="assign"><const>hintslight</const></edit></match>
</fontconfig>
"""


def _write_fonts(program):
    cache = paths.DEV / "cache" / "fontconfig"
    cache.mkdir(parents=True, exist_ok=True)
    text = FONTS.format(root=escape(str(program.root)), cache=escape(str(cache)))
    (program.root / "fonts.conf").write_text(text)


def _write_wrapper(program):
    root = program.root
    variables = {
        "LD_LIBRARY_PATH": ":".join(_library_folders(root)),
        "FONTCONFIG_FILE": str(root / "fonts.conf"),
        "QT_PLUGIN_PATH": ":".join(map(str, root.glob("usr/lib/*/qt5/plugins"))),
        **dict(program.variables),
    }
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items() if value)
    paths.BIN.mkdir(parents=True, exist_ok=True)
    program.wrapper.write_text(f'#!/bin/sh\n{exports}exec {shlex.quote(str(root / program.executable))} "$@"\n')
    program.wrapper.chmod(program.wrapper.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
