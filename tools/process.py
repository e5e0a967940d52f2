"""Child processes that never outlive `./dev` and whose failure is told in one line."""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading

from . import paths
from .ui import Problem

_running = set()
_stopping = threading.Event()
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

NO_NETWORK = (
    "Temporary failure",
    "Could not resolve",
    "Failed to establish a new connection",
    "Name or service not known",
    "Network is unreachable",
    "Could not connect",
    "Unable to connect",
    "Cannot initiate the connection",
    "Connection refused",
    "Connection failed",
    "Cannot connect to proxy",
    "Max retries exceeded",
    "timed out",
)


def die_with_parent(number=signal.SIGKILL):
    """For `preexec_fn`: end this child when `./dev` ends, even by SIGKILL.

    Otherwise an orphaned pip or Odoo would go on writing while the next `./dev` prepares the same folder.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def run(command, *, what, log, env=None, cwd=None, on_line=None, stdin=None, **popen):
    """Run `command`, its output going to `.dev/log/<log>.log`; raise Problem when it fails.

    :param what: what was being done, for the message
    :param on_line: called with every line of output, to show progress
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_path = paths.LOGS / f"{log}.log"
    lines = []
    with log_path.open("w", errors="replace") as log_file:
        log_file.write(f"$ {' '.join(map(str, command))}\n")
        with subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
            cwd=cwd or paths.ROOT,
            # a group of its own, to be ended with all it starts
            start_new_session=True,
            preexec_fn=die_with_parent,
            **popen,
        ) as child:
            _running.add(child)
            if _stopping.is_set():
                _kill(child)
            try:
                for line in child.stdout:
                    log_file.write(line)
                    log_file.flush()
                    lines.append(line.rstrip())
                    del lines[:-200]
                    if on_line:
                        on_line(line.rstrip())
            except BaseException:
                _kill(child)
                raise
            finally:
                _running.discard(child)
    if child.returncode:
        raise failure(what, lines, log_path, child.returncode)
    return lines


@contextlib.contextmanager
def all_killed():
    """End what other threads have started, or start meanwhile, so that they end too."""
    _stopping.set()
    for child in list(_running):
        _kill(child)
    yield
    _stopping.clear()


def _kill(child):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def failure(what, lines, log_path, returncode):
    """The Problem that best explains why a command failed, from its output."""
    text = "\n".join(lines)
    log_name = os.path.relpath(log_path)
    if "No space left on device" in text:
        return Problem(f"{what}: the disk is full", f"free some space and call ./dev again ({log_name})")
    if any(sign in text for sign in NO_NETWORK):
        return Problem(
            f"{what}: no network connection", f"connect, then call ./dev again: what is complete is kept ({log_name})"
        )
    signs = ("error", "fatal", "exception", "e: ", "critical")
    telling = [line.strip() for line in lines if line.strip() and any(sign in line.lower() for sign in signs)]
    reason = (telling or [line for line in lines if line.strip()] or [f"exit code {returncode}"])[-1]
    return Problem(f"{what} failed: {reason.strip()[:300]}", f"the whole output is in {log_name}")
