"""Serving a database, until Ctrl-C."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import database, odoo, paths, process
from .ui import Problem, say, step

HOST = "127.0.0.1"
PORT = 8069
TRIED_PORTS = 50
LOGINS = (
    ("admin", "administrator, English"),
    ("verkauf", "salesperson, German"),
    ("leitung", "manager, German"),
)
_STARTING_SECONDS = 180
_STOPPING_SECONDS = 10


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(wanted):
    """The wanted port or the next free one."""
    for port in range(wanted, min(wanted + TRIED_PORTS, 65536)):
        if is_free(port):
            return port
    raise Problem(f"No free port from {wanted} on", "choose another one with --port")


def serve(name, wanted_port):
    """Start Odoo on the database, tell the address, and wait; everything started here ends with it."""
    port = free_port(wanted_port)
    if port != wanted_port:
        say(f"  Port {wanted_port} is taken; using {port}.")
    log_path = paths.LOGS / "odoo.log"
    with log_path.open("a") as log, record(port, name):
        server = subprocess.Popen(
            odoo.command("server", "-d", name, f"--db-filter=^{name}$", f"--http-port={port}"),
            cwd=paths.ROOT,
            env=odoo.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches Odoo through us only, once.
            start_new_session=True,
            preexec_fn=lambda: process.die_with_parent(signal.SIGTERM),
        )
        try:
            with step("Starting Odoo"):
                _wait_until_served(server, port, log_path)
            _announce(port, name, log_path)
            code = server.wait()
        finally:
            _stop(server)
    raise Problem(f"Odoo ended by itself (exit code {code})", f"see {os.path.relpath(log_path)}")


def _wait_until_served(server, port, log_path):
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Problem("Odoo did not start", f"see {os.path.relpath(log_path)}")
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/web/login", timeout=60):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Problem(f"Odoo does not answer after {_STARTING_SECONDS} s", f"see {os.path.relpath(log_path)}")


def _announce(port, name, log_path):
    known = set(database.sql("SELECT login FROM res_users WHERE active", name))
    say(f"\nOdoo serves the database {name} on http://{HOST}:{port}")
    for login, meaning in LOGINS:
        if login in known:
            say(f"  log in as {login:8} password {login:8} ({meaning})")
    say(f"Its log is {os.path.relpath(log_path)}. Ctrl-C stops everything.")


def _stop(server):
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(_STOPPING_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


class record:
    """Note a running server in `.dev/serving/`, locked as long as it lives, for `./dev stop` and `./dev shot`."""

    def __init__(self, port, name):
        self.content = {"pid": os.getpid(), "port": port, "database": name}

    def __enter__(self):
        folder = paths.DEV / "serving"
        folder.mkdir(exist_ok=True)
        self.path = folder / f"{os.getpid()}.json"
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        json.dump(self.content, self.file)
        self.file.flush()

    def __exit__(self, *exception):
        self.path.unlink(missing_ok=True)
        self.file.close()


def running():
    """The servers running now: a list of {pid, port, database}."""
    found = []
    for path in sorted((paths.DEV / "serving").glob("*.json")):
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(json.load(file))
            else:
                path.unlink(missing_ok=True)
    return found


def stop_all():
    """Ask every running `./dev run` to end; returns how many there were."""
    servers = running()
    for entry in servers:
        os.kill(entry["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 2 * _STOPPING_SECONDS
    while running() and time.monotonic() < deadline:
        time.sleep(0.1)
    return len(servers)
