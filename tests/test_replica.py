"""What management reads comes from a replica where there is one: a real one, made by PostgreSQL's own programs."""

import contextlib
import os
import shutil
import subprocess
import time

import psycopg2
import pytest
import requests
from processes import result

from tools import database, odoo, paths, postgres, server
from tools.ui import Problem

pytestmark = [
    pytest.mark.accept,
    pytest.mark.skipif(not postgres.is_own(), reason="the replica is made of our own PostgreSQL server"),
]
INSIDE = "replica.py"
PASSWORD = "replica-test"
PORT = "5433"  # of the replica's socket
RETRIED = "retrying with a read/write cursor"


class Replica:
    """A streaming replica of our own server, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "data"
        self.primary = postgres.server()

    def start(self):
        postgres.run(
            "pg_basebackup", f"--host={self.primary.host}", f"--port={self.primary.port}",
            f"--username={self.primary.user}", f"--pgdata={self.data}", "--checkpoint=fast", "--wal-method=stream",
            "--write-recovery-conf", "--no-sync", data=self.data,
        )  # fmt: skip
        options = f"-p {PORT} -k {self.folder} -c shared_buffers=64MB -c hot_standby_feedback=on"
        log = f"--log={self.folder / 'log'}"
        postgres.run("pg_ctl", "start", "--wait", log, f"--options={options}", data=self.data)

    def stop(self):
        postgres.run("pg_ctl", "stop", "--wait", "--mode=immediate", data=self.data)

    def sql(self, query, name="postgres"):
        with contextlib.closing(
            psycopg2.connect(host=str(self.folder), port=PORT, user=self.primary.user, dbname=name)
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()

    def wait_for(self, query, name="postgres"):
        """Wait until the replica says so."""
        limit = time.monotonic() + 30
        while not self.sql(query, name)[0][0]:
            assert time.monotonic() < limit, query
            time.sleep(0.1)


@pytest.fixture
def replica():
    folder = postgres.scratch_folder(f"replica-{os.getpid()}")
    made = Replica(folder)
    try:
        made.start()
        yield made
    finally:
        with contextlib.suppress(Problem):
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Client:
    """Somebody at the web client of an Odoo that reads from the replica."""

    def __init__(self, name, replica, folder):
        self.port = server.free_port(8300)
        self.log = folder / "odoo.log"
        self.name = name
        self.base = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                odoo.command(
                    "server", "-d", name, f"--db-filter=^{name}$", f"--http-port={self.port}", "--max-cron-threads=0",
                    f"--db_replica_host={replica.folder}", f"--db_replica_port={PORT}",
                ),
                cwd=paths.ROOT, env=odoo.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        limit = time.monotonic() + 120
        while True:
            with contextlib.suppress(requests.ConnectionError):
                if self.session.get(f"{self.base}/web/health", timeout=60).ok:
                    return
            assert self.process.poll() is None and time.monotonic() < limit, self.log.read_text()[-3000:]
            time.sleep(0.3)

    def rpc(self, path, **params):
        answer = self.session.post(f"{self.base}{path}", json={"jsonrpc": "2.0", "params": params}, timeout=120).json()
        assert "error" not in answer, answer["error"]["data"]["debug"]
        return answer["result"]

    def log_in(self, login):
        self.rpc("/web/session/authenticate", db=self.name, login=login, password=PASSWORD)

    def call(self, model, method, arguments):
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self.rpc(path, model=model, method=method, args=arguments, kwargs={})

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def test_the_board_and_all_that_only_reads_come_from_the_replica(inside, scratch, replica, tmp_path):
    prepared = result(inside(scratch, "prepare", password=PASSWORD))
    (written,) = database.sql("SELECT pg_current_wal_flush_lsn()")
    replica.wait_for(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")
    assert replica.sql("SELECT pg_is_in_recovery()") == [(True,)]
    client = Client(scratch, replica, tmp_path)
    try:
        client.log_in(prepared["login"])
        board = client.call("crm.board", "get_board", [])
        assert board["goals"]["cards"] and board["indicators"]
        # from here on the replica hears of nothing: who asks the primary would know the new name
        replica.sql("SELECT pg_wal_replay_pause()")
        name = "Renamed on the primary"
        database.sql(
            f"UPDATE res_partner SET name = '{name}' FROM res_company c"
            f" WHERE c.partner_id = res_partner.id AND c.id = {prepared['company']};"
            f" UPDATE res_company SET name = '{name}' WHERE id = {prepared['company']}",
            scratch,
        )
        for model, method, arguments in prepared["calls"]:
            assert client.call(model, method, arguments) is not None, (model, method)
        assert client.call("crm.board", "get_board", [])["company"] == board["company"] != name
        log = client.log.read_text()
        assert RETRIED not in log
        assert " ERROR " not in log
        replica.sql("SELECT pg_wal_replay_resume()")
        replica.wait_for(f"SELECT name = '{name}' FROM res_company WHERE id = {prepared['company']}", scratch)
        assert client.call("crm.board", "get_board", [])["company"] == name
    finally:
        client.stop()
