"""Databases with their filestores: create, clone, rename, drop, and the stamp each carries as its comment."""

import json
import os
import shutil
import subprocess

from . import paths, postgres
from .ui import Problem

FILESTORE = paths.DEV / "data" / "filestore"


def sql(query, database="postgres"):
    """Run one SQL statement and return its rows as text."""
    server = postgres.server()
    result = subprocess.run(
        [server.programs / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
        env={**os.environ, **server.environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no answer"])[0].removeprefix("ERROR:  ")
        remedy = "check PGHOST, PGPORT, PGUSER and PGPASSWORD" if postgres.is_external() else "see .dev/log"
        raise Problem(f"PostgreSQL: {reason}", remedy)
    return result.stdout.splitlines()


def quote(name):
    """A database's name inside SQL."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text):
    return "'" + text.replace("'", "''") + "'"


def exists(name):
    return bool(sql(f"SELECT 1 FROM pg_database WHERE datname = {_literal(name)}"))


def names(prefix):
    return sql(f"SELECT datname FROM pg_database WHERE starts_with(datname, {_literal(prefix)}) ORDER BY 1")


def is_whole(name):
    """Whether the database is there with its files: they go with the clone, the server's folder may stay behind."""
    return exists(name) and (FILESTORE / name).is_dir()


def stamp(name):
    """From which content the database was built; an empty dict when unknown, or where its files are gone."""
    return _comment(name) if (FILESTORE / name).is_dir() else {}


def _comment(name):
    rows = sql(f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {_literal(name)}")
    try:
        return json.loads(rows[0]) if rows and rows[0] else {}
    except ValueError:
        return {}


def stamped():
    """Every database that `./dev` built."""
    return [name for name in names("") if {"odoo", "base"} & _comment(name).keys()]


def set_stamp(name, content):
    sql(f"COMMENT ON DATABASE {quote(name)} IS {_literal(json.dumps(content))}")


def create(name):
    """An empty database as Odoo wants it: compared byte by byte, so that indexes serve LIKE."""
    drop(name)
    sql(f"CREATE DATABASE {quote(name)} ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0")


def drop(name):
    sql(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)")
    shutil.rmtree(FILESTORE / name, ignore_errors=True)


def clone(source, target):
    drop(target)
    # The filestore first: a clone without its files is never seen. Files are never changed in place by
    # Odoo, so that links do.
    if (FILESTORE / source).exists():
        shutil.copytree(FILESTORE / source, FILESTORE / target, copy_function=os.link)
    sql(f"CREATE DATABASE {quote(target)} TEMPLATE {quote(source)}")


def rename(source, target):
    """Give a finished database its real name; the last step of every build."""
    drop(target)
    if (FILESTORE / source).exists():
        (FILESTORE / source).rename(FILESTORE / target)
    sql(f"ALTER DATABASE {quote(source)} RENAME TO {quote(target)}")
