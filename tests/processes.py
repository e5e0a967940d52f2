"""Odoo processes of their own on a scratch database: for races and for jobs that are killed."""

import json
import subprocess

from tools import odoo


def start(script, name, function, **arguments):
    """Start a function of a script in an `odoo shell` on a database; it gets the environment and the arguments as a dict."""
    code = f"exec({script!r}, globals())\nimport json\nprint('RESULT', json.dumps({function}(env, {arguments!r})))\n"
    child = subprocess.Popen(
        odoo.command("shell", "-d", name, "--no-http", "--log-level=critical"),
        env=odoo.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    child.stdin.write(code)
    child.stdin.close()
    return child


def result(child):
    """What the function returned; its output is the message when it failed."""
    output = child.stdout.read()
    child.wait()
    lines = [line for line in output.splitlines() if "RESULT " in line]
    assert lines, output[-5000:]
    return json.loads(lines[-1].split("RESULT ", 1)[1])
