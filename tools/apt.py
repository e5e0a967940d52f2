"""Debian's package archive without root: signed packages are downloaded and unpacked below `.dev/`.

apt-get gets lists, a cache and sources of its own; it checks Debian's signatures, nothing is installed.
"""

import os
import re
import shutil
import threading

from . import paths, process
from .ui import Problem

MIRROR = "http://deb.debian.org/debian"
SECURITY_MIRROR = "http://deb.debian.org/debian-security"
KEYRING = "debian-archive-keyring"
_keyring_lock = threading.Lock()


def require_tools():
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            raise Problem(
                f"{program} is missing: Odoo 19 comes as a signed Debian package",
                "use Debian or Ubuntu, or set ODOO_PATH to an existing checkout of Odoo 19",
            )


class Archive:
    """Some suites of Debian's archive, with lists and downloads of their own.

    :param sources: lines of a sources.list without `deb` and options, such as "… sid main"
    """

    def __init__(self, name, sources):
        self.name = name
        self.sources = sources
        self.folder = paths.DEV / "apt" / name

    def _options(self, lists="lists", sources="sources.list"):
        return [
            "-o", f"Dir::State::Lists={self.folder / lists}",
            "-o", f"Dir::Etc::SourceList={self.folder / sources}",
            "-o", "Dir::Etc::SourceParts=/dev/null",
            "-o", "Dir::Etc::Preferences=/dev/null",
            "-o", "Dir::Etc::PreferencesParts=/dev/null",
            # Nothing counts as installed: the result does not depend on this system's packages.
            "-o", f"Dir::State::Status={self.folder / 'status'}",
            "-o", f"Dir::Cache={self.folder / 'cache'}",
            "-o", "Debug::NoLocking=1",
            # root downloads as root, since the clone may lie where apt's own user may not go
            "-o", "APT::Sandbox::User=root",
            "-o", "APT::Update::Error-Mode=any",
            "-o", "Acquire::Languages=none",
            "-o", "Acquire::Retries=2",
            "-o", "APT::Status-Fd=1",
            "-qq",
        ]  # fmt: skip

    def update(self, progress):
        """Fetch the signed lists of packages."""
        require_tools()
        for folder in ("lists/partial", "cache/archives/partial"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").write_text("")
        with _keyring_lock:
            key = debian_keyring(progress)
        (self.folder / "sources.list").write_text(
            "".join(f"deb [signed-by={key}] {source}\n" for source in self.sources)
        )
        self._apt(["update"], "Fetching Debian's package lists", progress)

    def download(self, packages, into, progress):
        """Download exactly these packages (`name` or `name/suite`); what is already there and whole is kept."""
        into.mkdir(parents=True, exist_ok=True)
        self._apt(["download", *packages], f"Downloading {packages[0]}", progress, cwd=into)

    def download_with_dependencies(self, packages, into, progress):
        """Download these packages and all they depend on."""
        (into / "partial").mkdir(parents=True, exist_ok=True)
        self._apt(
            ["install", "--yes", "--download-only", "--no-install-recommends",
             "-o", f"Dir::Cache::Archives={into}", *packages],
            f"Downloading {packages[0]}",
            progress,
        )  # fmt: skip

    def remove(self):
        """Lists are only good for the moment: remove them when all is unpacked."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _apt(self, arguments, what, progress, cwd=None):
        process.run(
            ["apt-get", *self._options(), *arguments],
            what=what,
            log=f"apt-{self.name}",
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
            on_line=lambda line: _show(line, progress),
        )


def _show(line, progress):
    match = re.match(r"dlstatus:\d+:([\d.]+):", line)
    if match:
        progress(f"download {float(match[1]):.0f} %")


def unpack(packages, into, progress):
    """Unpack .deb files into a folder, without installing them."""
    into.mkdir(parents=True, exist_ok=True)
    for number, package in enumerate(packages, 1):
        progress(f"unpacking {number}/{len(packages)}")
        process.run(["dpkg-deb", "-x", package, into], what=f"Unpacking {package.name}", log=f"unpack-{into.name}")


def debian_keyring(progress):
    """Debian's signing keys; Ubuntu has them in a package of its own, verified by Ubuntu's keys."""
    for folder in ("/usr/share/keyrings", str(paths.DEV / "keyring/usr/share/keyrings")):
        for suffix in ("gpg", "pgp"):
            path = f"{folder}/{KEYRING}.{suffix}"
            if os.path.exists(path):
                return path
    progress("fetching Debian's keys")
    download = paths.DEV / "download" / "keyring"
    download.mkdir(parents=True, exist_ok=True)
    lists = paths.DEV / "apt" / "system-lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    own_lists = ["-o", f"Dir::State::Lists={lists}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root"]
    what = "Fetching Debian's signing keys"
    process.run(["apt-get", "-qq", *own_lists, "update"], what=what, log="apt-keyring")
    process.run(["apt-get", "-qq", *own_lists, "download", KEYRING], what=what, log="apt-keyring", cwd=download)
    temporary = paths.DEV / "keyring.new"
    shutil.rmtree(temporary, ignore_errors=True)
    unpack(sorted(download.glob("*.deb")), temporary, progress)
    temporary.replace(paths.DEV / "keyring")
    return debian_keyring(progress)
