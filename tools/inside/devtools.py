"""Headless Chromium, steered over its DevTools protocol."""

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import websocket

from tools.process import die_with_parent

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--mute-audio", "--font-render-hinting=none", "--force-color-profile=srgb",
    "--remote-debugging-port=0", "--remote-allow-origins=*",
)  # fmt: skip
STARTING_SECONDS = 30
# The page counts as quiet when no request was under way for so long.
QUIET_SECONDS = 0.7
# The end of loading a shared worker's script is told to the worker, not to the page.
NOT_AWAITED = re.compile("^data:|/bus/websocket_worker_bundle")


class Failed(Exception):
    """The browser could not do what was asked."""


class Browser:
    """One page of a headless Chromium; use it in a `with` statement."""

    def __init__(self, profile):
        self.profile = Path(profile)
        self.number = 0
        self.requests = {}
        self.last_traffic = time.monotonic()

    def __enter__(self):
        executable = next(filter(None, map(shutil.which, NAMES)), None)
        if not executable:
            raise Failed("there is no Chromium")
        self.process = subprocess.Popen(
            [executable, *SWITCHES, f"--user-data-dir={self.profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        try:
            self.socket = self._connect()
            for domain in ("Page", "Network", "Runtime"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _connect(self):
        port_file = self.profile / "DevToolsActivePort"
        deadline = time.monotonic() + STARTING_SECONDS
        while not (port_file.exists() and port_file.read_text().count("\n")):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed("Chromium did not start")
            time.sleep(0.05)
        port, path = port_file.read_text().split()[:2]
        browser = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=30)
        browser.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(browser.recv())["result"]["targetInfos"]
        browser.close()
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        return websocket.create_connection(f"ws://127.0.0.1:{port}/devtools/page/{page}", timeout=30)

    def call(self, method, **params):
        """Call a method of the protocol and return its result."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = self._receive(60)
            if message is None:
                raise Failed(f"Chromium does not answer to {method}")
            if message.get("id") == self.number:
                break
        if "error" in message:
            raise Failed(f"{method}: {message['error']['message']}")
        if message["result"].get("errorText"):
            raise Failed(f"{params.get('url', method)}: {message['result']['errorText']}")
        return message["result"]

    def evaluate(self, expression):
        """The value of a JavaScript expression; None while the page is being exchanged for another one."""
        try:
            result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        except Failed:
            return None
        return result["result"].get("value")

    def wait_until(self, expression, what, timeout):
        """Wait until the network is quiet and the expression is true; returns its value."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self._receive(0.1)
            if self.requests or time.monotonic() - self.last_traffic < QUIET_SECONDS:
                continue
            value = self.evaluate(expression)
            if value:
                return value
        pending = f"; under way: {', '.join(self.requests.values())}" if self.requests else ""
        raise Failed(f"waited {timeout:.0f} s for {what}{pending}")

    def _receive(self, timeout):
        """One message, or None after `timeout` seconds; keeps count of the requests under way."""
        self.socket.settimeout(timeout)
        try:
            message = json.loads(self.socket.recv())
        except websocket.WebSocketTimeoutException:
            return None
        method, params = message.get("method", ""), message.get("params", {})
        if method == "Network.requestWillBeSent" and not NOT_AWAITED.search(params["request"]["url"]):
            self.requests[params["requestId"]] = params["request"]["url"]
        elif method in ("Network.loadingFinished", "Network.loadingFailed"):
            self.requests.pop(params["requestId"], None)
        if method.startswith("Network."):
            self.last_traffic = time.monotonic()
        return message
