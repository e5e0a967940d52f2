"""Locks between concurrent calls of `./dev`. The kernel releases them whatever way a process ends."""

import fcntl
import os
from contextlib import contextmanager

from . import orphans, paths
from .ui import say


@contextmanager
def preparing():
    """Only one `./dev` at a time changes what lies under `.dev/`; the others wait for it."""
    paths.make_dev_folder()
    with open(paths.DEV / "lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            say(f"Another ./dev (process {lock.read().strip() or '?'}) is preparing; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        orphans.end()
        yield


class Users:
    """Counts the processes that use something shared; the last one to leave is told so."""

    def __init__(self, name):
        paths.make_dev_folder()
        self.file = (paths.DEV / f"{name}.users").open("a+")

    def join(self):
        fcntl.flock(self.file, fcntl.LOCK_SH)

    def alone(self):
        """Whether nobody else uses it; if so, nobody can join until `leave`."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave(self):
        fcntl.flock(self.file, fcntl.LOCK_UN)
        self.file.close()
