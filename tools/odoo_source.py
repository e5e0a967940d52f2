"""Odoo 19 itself: from Debian's signed package, or an existing checkout named by ODOO_PATH."""

import os
import re
import shutil
from pathlib import Path

from . import apt, paths, stamps
from .ui import Problem, step

# Raise this when what is unpacked or put right below changes.
LAYOUT = "1"
TREE = paths.DEV / "odoo"
SUITES = (f"{apt.MIRROR} sid main", f"{apt.MIRROR} trixie main")
# What Debian took out of Odoo's tree and links to instead. Font Awesome must be 4.7, which unstable no longer has.
LINKED = (
    "libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-font-awesome", "fonts-glyphicons-halflings",
    "fonts-inconsolata", "fonts-montserrat", "fonts-ocr-b", "fonts-roboto-unhinted",
)  # fmt: skip
LIBRARY = Path("usr/lib/python3/dist-packages")
SEGMENTATION = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class Source:
    """An Odoo source tree: the folder to import `odoo` from, and the folders of its addons."""

    def __init__(self, library, version):
        self.library = library
        self.version = version

    @property
    def addons_paths(self):
        candidates = [self.library / "odoo" / "addons", self.library / "addons"]
        return [path for path in candidates if path.is_dir()]


def locate():
    """The Odoo to use: ODOO_PATH or the unpacked one; None when it is still to be unpacked."""
    if os.environ.get("ODOO_PATH"):
        return _checkout(Path(os.environ["ODOO_PATH"]).expanduser().resolve())
    marker = TREE / "VERSION"
    if not marker.exists():
        return None
    layout, version = marker.read_text().split()
    return Source(TREE / LIBRARY, version) if layout == LAYOUT else None


def _checkout(folder):
    release = folder / "odoo" / "release.py"
    if not release.exists():
        raise Problem(f"ODOO_PATH={folder} holds no Odoo", "point it to the folder that contains odoo/release.py")
    if not re.search(r"^version_info = \(19, 0,", release.read_text(), re.MULTILINE):
        raise Problem(f"ODOO_PATH={folder} is not Odoo 19.0", "point it to a checkout of the branch 19.0")
    return Source(folder, stamps.digest(str(folder), release.read_text()))


def prepare():
    """Make sure there is an Odoo, unpacked as a whole: into a temporary folder that is renamed at the end."""
    if locate():
        return
    with step("Odoo 19") as progress:
        archive = apt.Archive("odoo", SUITES)
        archive.update(progress)
        download = paths.DEV / "download" / "odoo"
        archive.download(["odoo-19", *(f"{name}/trixie" for name in LINKED)], download, progress)
        temporary = paths.DEV / "odoo.new"
        shutil.rmtree(temporary, ignore_errors=True)
        packages = sorted(download.glob("*.deb"))
        apt.unpack(packages, temporary, progress)
        _put_right(temporary)
        version = next(path.name.split("_")[1] for path in packages if path.name.startswith("odoo-19_"))
        (temporary / "VERSION").write_text(f"{LAYOUT} {version}\n")
        shutil.rmtree(TREE, ignore_errors=True)
        temporary.rename(TREE)
        shutil.rmtree(download)
        archive.remove()


def _put_right(tree):
    """Complete what Debian's packaging leaves open."""
    addons = tree / LIBRARY / "odoo" / "addons"
    # Debian removed this library, which blurs the background in video calls and loads its model from the
    # internet, but the web client's bundle still names the file: every page would complain.
    missing = addons / SEGMENTATION
    if not missing.exists():
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.write_text("// Not part of Debian's package: video calls have no background blur.\n")
    # Debian links .woff to .woff2, .woff2 to .woff and .eot to .ttf.
    fonts = tree / "usr/share/fonts-font-awesome/fonts"
    for link in addons.glob("web/static/**/fontawesome/fonts/*"):
        if link.is_symlink() and (fonts / link.name).exists():
            link.unlink()
            link.symlink_to(os.path.relpath(fonts / link.name, link.parent))
    dangling = [path for path in addons.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        raise Problem(
            f"Debian's Odoo package links to files that are not there, first {dangling[0].relative_to(addons)}",
            "its packaging changed: set ODOO_PATH to a checkout of Odoo 19 instead",
        )
