"""A picture of a page of a running Odoo, taken with headless Chromium over its DevTools protocol.

Called by `./dev shot` in the virtual environment; needs no Odoo itself.
"""

import argparse
import base64
import json
import sys
import tempfile
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from tools.inside.devtools import Browser, Failed

READY = """(() => {
    if (document.readyState !== "complete" || document.fonts.status !== "loaded") return false;
    if ([...document.images].some((image) => image.loading !== "lazy" && !image.complete)) return false;
    if (document.querySelector(".o_blockUI, .o_loading_indicator")) return false;
    if (!document.querySelector(".o_web_client")) return true;
    const manager = document.querySelector(".o_action_manager");
    return Boolean(manager && manager.children.length && manager.innerText.trim());
})()"""
# The element a selector means: CSS, or text=… for the innermost visible element with exactly this text.
FIND = """((selector) => {
    const visible = (element) => element.getClientRects().length && getComputedStyle(element).visibility !== "hidden";
    let found;
    if (selector.startsWith("text=")) {
        const text = selector.slice(5);
        found = [...document.querySelectorAll("body *")].filter(
            (element) => element.innerText?.trim() === text && visible(element)).pop();
    } else {
        found = [...document.querySelectorAll(selector)].find(visible);
    }
    if (!found) return null;
    found.scrollIntoView({block: "center", behavior: "instant"});
    const box = found.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
})(%s)"""


class Session:
    """A login on the server, by Odoo's JSON-RPC."""

    def __init__(self, base, login, password):
        self.base = base
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        database = self.rpc("/web/database/list")[0]
        info = self.rpc("/web/session/authenticate", db=database, login=login, password=password)
        self.uid = info["uid"]
        self.language = info["user_context"]["lang"]

    def rpc(self, path, **params):
        data = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        with self.opener.open(request, timeout=60) as response:
            answer = json.load(response)
        if "error" in answer:
            raise Failed(answer["error"]["data"]["message"])
        return answer["result"]

    def set_language(self, language):
        arguments = {"model": "res.users", "method": "write", "args": [[self.uid], {"lang": language}], "kwargs": {}}
        self.rpc("/web/dataset/call_kw/res.users/write", **arguments)

    @property
    def id(self):
        return next(cookie.value for cookie in self.cookies if cookie.name == "session_id")


def take(browser, args):
    """Open the page, click what is to be clicked, and write the picture; also when that fails, to see why."""
    try:
        _arrange(browser, args)
    finally:
        picture = browser.call("Page.captureScreenshot", format="png")["data"]
        Path(args.file).write_bytes(base64.b64decode(picture))
    if browser.evaluate("Boolean(document.querySelector('.o_error_dialog'))"):
        raise Failed("the page shows an error, see the picture")


def _arrange(browser, args):
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=args.width, height=args.height, deviceScaleFactor=args.scale, mobile=args.mobile,
    )  # fmt: skip
    if args.mobile:
        browser.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
    # Pictures of half-finished animations are of no use.
    reduced = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.call("Emulation.setEmulatedMedia", features=reduced)
    browser.call("Page.navigate", url=args.base + args.path)
    browser.wait_until(READY, "the page to be complete", args.timeout)
    for selector in args.click:
        _click(browser, selector, args.timeout)
    for selector in args.wait:
        browser.wait_until(FIND % json.dumps(selector), f"{selector} to be visible", args.timeout)


def _click(browser, selector, timeout):
    x, y = browser.wait_until(FIND % json.dumps(selector), f"{selector} to be visible", timeout)
    for kind, button in (("mouseMoved", "none"), ("mousePressed", "left"), ("mouseReleased", "left")):
        browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)
    browser.wait_until(READY, f"the page after a click on {selector}", timeout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("path")
    parser.add_argument("file")
    parser.add_argument("--login")
    parser.add_argument("--password")
    parser.add_argument("--lang")
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    parser.add_argument("--scale", type=float)
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--mobile", action="store_true")
    parser.add_argument("--click", action="append", default=[])
    parser.add_argument("--wait", action="append", default=[])
    args = parser.parse_args()
    session = Session(args.base, args.login, args.password or args.login) if args.login else None
    former = session.language if session else None
    try:
        if session and args.lang and args.lang != former:
            session.set_language(args.lang)
        with tempfile.TemporaryDirectory() as profile, Browser(profile) as browser:
            if session:
                browser.call("Network.setCookie", name="session_id", value=session.id, url=args.base)
            take(browser, args)
    finally:
        if session and args.lang and args.lang != former:
            session.set_language(former)


if __name__ == "__main__":
    try:
        main()
    except (Failed, OSError) as error:
        sys.exit(f"error: {error}")
