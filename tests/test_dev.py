"""`./dev` itself: what it says, what it does again and what not, and that nothing half-made is taken for whole."""

import os
import re
import runpy
import select
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from odoo.tests import HttpCase, tagged

from tools import apt, database, locks, odoo_source, orphans, paths, process, pytest_plugin, python_env, server, stamps
from tools.cli import parser
from tools.ui import Problem

DEV = paths.ROOT / "dev"
COMMANDS = ("run", "test", "accept", "bench", "lint", "update", "shell", "load", "i18n", "shot", "stop", "clean")
SCRATCH = f"test-{os.getpid()}-dev"


def dev(*arguments, **environment):
    command = [sys.executable, str(DEV), *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_help_explains_every_command():
    text = dev("--help").stdout
    for command in COMMANDS:
        assert f"./dev {command}" in text


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in ("test", "accept", "lint")])
def test_every_command_has_its_own_help(command):
    assert f"usage: ./dev {command}" in dev(command, "--help").stdout


def test_pytest_arguments_are_passed_on():
    args, rest = parser().parse_known_args(["test", "-k", "rfm", "--maxfail=1", "crm_werthaltigkeit"])
    assert rest == ["-k", "rfm", "--maxfail=1", "crm_werthaltigkeit"] and args.takes_rest


def test_unknown_arguments_are_refused():
    result = dev("update", "--nonsense")
    assert result.returncode == 2
    assert "--nonsense" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 14, 0)])
def test_unsupported_python(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as error:
        runpy.run_path(str(DEV))
    assert re.fullmatch(r"dev: Python 3\.\d+ cannot run Odoo 19, .*3\.10 to 3\.13.*", error.value.code)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("E: Failed to fetch http://…  Temporary failure resolving 'deb.debian.org'", "no network connection"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Reading …\nERROR: something else", "something else"),
        ("", "exit code 7"),
    ],
)
def test_failures_are_told_in_one_line(output, message):
    problem = process.failure("Doing it", output.splitlines(), paths.LOGS / "x.log", 7)
    assert message in str(problem) and "\n" not in str(problem) and problem.remedy


def test_without_apt_the_way_out_is_named(monkeypatch):
    monkeypatch.setattr(apt.shutil, "which", lambda name: None)
    with pytest.raises(Problem, match="apt-get is missing") as error:
        apt.require_tools()
    assert "ODOO_PATH" in error.value.remedy


def test_without_venv_the_package_is_named(monkeypatch):
    monkeypatch.setattr(python_env.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Problem) as error:
        python_env.require_tools()
    assert "python3-venv" in error.value.remedy


@pytest.mark.parametrize(
    ("release", "message"), [(None, "holds no Odoo"), ("version_info = (18, 0, 0, FINAL, 0, '')", "is not Odoo 19.0")]
)
def test_a_wrong_odoo_path_is_refused(monkeypatch, tmp_path, release, message):
    if release:
        (tmp_path / "odoo").mkdir()
        (tmp_path / "odoo" / "release.py").write_text(release)
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    with pytest.raises(Problem, match=message):
        odoo_source.locate()


def test_an_unfinished_odoo_is_not_used(monkeypatch, tmp_path):
    monkeypatch.delenv("ODOO_PATH", raising=False)
    monkeypatch.setattr(odoo_source, "TREE", tmp_path)
    assert odoo_source.locate() is None
    (tmp_path / "VERSION").write_text(f"{odoo_source.LAYOUT} 19.0.0+dfsg-1\n")
    assert odoo_source.locate().version == "19.0.0+dfsg-1"


def test_next_free_port():
    with socket.socket() as taken:
        taken.bind((server.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert server.free_port(port) > port


def test_no_free_port(monkeypatch):
    monkeypatch.setattr(server, "is_free", lambda port: False)
    with pytest.raises(Problem, match="No free port"):
        server.free_port(server.PORT)


def test_digest_follows_code_but_not_tests(tmp_path):
    for name in ("models/partner.py", "tests/test_partner.py", "models/__pycache__/partner.pyc", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    before = stamps.files_digest(tmp_path)
    (tmp_path / "tests/test_partner.py").write_text("2")
    (tmp_path / "models/__pycache__/partner.pyc").write_text("2")
    (tmp_path / "README.md").write_text("2")
    assert stamps.files_digest(tmp_path) == before
    (tmp_path / "models/partner.py").write_text("2")
    assert stamps.files_digest(tmp_path) != before


def test_requirements_have_three_parts():
    text = "# == addons: a ==\nnumpy>=1\n# == run: b ==\n# why\nlxml==5\n\n# == test: c ==\npytest\n"
    assert python_env.requirements(python_env.RUN, text) == ["numpy>=1", "lxml==5"]
    assert python_env.requirements(python_env.TEST, text) == ["numpy>=1", "lxml==5", "pytest"]
    assert "numpy>=1.26" in python_env.requirements(("addons",))


def test_what_dev_starts_ends_with_it():
    code = (
        "import sys; from tools import process\n"
        "process.run([sys.executable, '-c', 'import os; print(os.getpid(), flush=True); input()'],"
        " what='x', log='test-orphan', on_line=lambda line: print(line, flush=True), stdin=0)"
    )
    command = [sys.executable, "-c", code]
    parent = subprocess.Popen(
        command, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    child = os.pidfd_open(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    parent.stdin.close()
    parent.stdout.close()
    assert ended


def test_what_a_killed_dev_left_behind_is_ended():
    code = (
        "import subprocess, sys; from tools import orphans; orphans.mark_children()\n"
        "print(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0).pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = os.pidfd_open(int(parent.stdout.readline()))
        orphans.end()
        assert not select.select([child], [], [], 0)[0], "it belongs to a process that still runs"
        parent.kill()
        parent.wait()
        orphans.end()
        assert select.select([child], [], [], 0)[0]
        os.close(child)


def test_the_last_user_is_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "DEV", tmp_path)
    first, second = locks.Users("x"), locks.Users("x")
    first.join()
    second.join()
    assert not first.alone()
    second.leave()
    assert first.alone()
    first.leave()


@pytest.fixture
def scratch_database():
    database.create(SCRATCH)
    yield SCRATCH
    for name in database.names(SCRATCH):
        database.drop(name)


def test_a_database_keeps_its_stamp_and_files_when_renamed(scratch_database):
    folder = database.FILESTORE / scratch_database
    folder.mkdir(parents=True)
    (folder / "file").write_text("content")
    content = {"odoo": "19", "addons": {"it's": "1"}}
    database.set_stamp(scratch_database, content)
    renamed = f"{scratch_database}-2"
    database.rename(scratch_database, renamed)
    assert database.stamp(renamed) == content
    assert not database.exists(scratch_database)
    database.clone(renamed, scratch_database)
    assert (folder / "file").read_text() == "content"
    # A clone is not the template: it has to be stamped by whoever made it.
    assert database.stamp(scratch_database) == {}


def test_a_database_without_its_files_is_built_anew(scratch_database):
    folder = database.FILESTORE / scratch_database
    folder.mkdir(parents=True)
    database.set_stamp(scratch_database, {"odoo": "19"})
    assert database.is_whole(scratch_database) and database.stamp(scratch_database)
    folder.rmdir()  # somebody deleted the clone and made it anew at the same place
    assert database.exists(scratch_database) and not database.is_whole(scratch_database)
    assert database.stamp(scratch_database) == {}


def test_a_missing_browser_fails_instead_of_skipping():
    def outcome(reason):
        report = SimpleNamespace(skipped=True, outcome="skipped", longrepr=("file", 1, reason))
        hook = pytest_plugin.pytest_runtest_makereport(SimpleNamespace(nodeid="test"), None)
        next(hook)
        with pytest.raises(StopIteration) as stop:
            hook.send(report)
        return stop.value.value.outcome

    assert outcome("Skipped: Chrome executable not found") == "failed"
    assert outcome("Skipped: websocket-client module is not installed") == "failed"
    assert outcome("Skipped: needs the app survey") == "skipped"


@tagged("post_install", "-at_install")
class TestWebClient(HttpCase):
    """Odoo as `./dev` puts it together: nothing is missing that a browser or a report needs."""

    def test_the_web_client_starts(self):
        self.browser_js(
            "/odoo",
            "console.log('test successful')",
            "Boolean(document.querySelector('.o_action_manager')?.children.length)",
            login="admin",
        )

    def test_a_report_becomes_a_pdf(self):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = report._render_qweb_pdf("base.ir_module_reference_print", self.env.ref("base.module_base").ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
