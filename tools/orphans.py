"""Processes that a killed `./dev` left behind: the next one ends them before it touches what they write to.

Direct children end with `./dev` (see process.py), but theirs may not, such as the tar that dpkg-deb starts. All
carry a mark in their environment that names the `./dev` they belong to.
"""

import os
import select
import signal
from pathlib import Path

from . import paths

MARK = "ODOO_DEV_OWNER"


def mark_children():
    """From now on every child of this process carries its mark."""
    os.environ[MARK] = f"{paths.clone_id()}:{os.getpid()}:{_start_time(os.getpid())}"


def end():
    """End every marked process of this clone whose `./dev` is gone."""
    ended = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_orphan(entry):
            try:
                handle = os.pidfd_open(int(entry.name))
                os.kill(int(entry.name), signal.SIGKILL)
            except ProcessLookupError:
                continue
            ended.append(handle)
    for handle in ended:
        # A process handle becomes readable when the process has ended.
        select.select([handle], [], [], 10)
        os.close(handle)
    return len(ended)


def _is_orphan(entry):
    try:
        variables = (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    for variable in variables:
        name, _, value = variable.decode(errors="replace").partition("=")
        if name == MARK:
            clone, pid, start = value.split(":")
            return clone == paths.clone_id() and _start_time(pid) != start
    return False


def _start_time(pid):
    """When a process started, in clock ticks since boot: process ids are used again, this tells them apart."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None
