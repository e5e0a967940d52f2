"""Wrong codes over HTTP, in a web shop: ten in ten minutes, then nobody of this address or session gets in."""

import json
import os
import re
import subprocess
import time

import pytest
import requests
from requests.adapters import HTTPAdapter

from tools import database, odoo, process, server, testing

pytestmark = pytest.mark.accept
MESSAGE = "This code cannot be used. Please check it, and try again in a few minutes."
SHOP = """
env["loyalty.program"].search([]).active = False
env["res.config.settings"].create({"group_product_pricelist": True}).execute()
product = env["product.template"].create({"name": "Wiper", "list_price": 50, "website_published": True, "taxes_id": False})
env["product.pricelist"].create({"name": "Club", "code": "CLUB", "selectable": True})
program = env["loyalty.program"].create({
    "name": "Coupons", "program_type": "coupons", "applies_on": "current", "trigger": "with_code",
    "reward_ids": [(5, 0, 0), (0, 0, {"discount_mode": "percent", "discount": 10})],
})
code = env["loyalty.program"].create({
    "name": "Summer", "program_type": "promo_code", "applies_on": "current", "trigger": "with_code",
    "rule_ids": [(5, 0, 0), (0, 0, {"mode": "with_code", "code": "SUMMER", "minimum_amount": 10000})],
    "reward_ids": [(5, 0, 0), (0, 0, {"discount_mode": "percent", "discount": 10})],
})
cards = env["loyalty.card"].create([{"program_id": program.id, "points": points} for points in (1, 1, 0)])
cards[1].expiration_date = "2020-01-01"
env.cr.commit()
print("RESULT", [product.id, product.product_variant_id.id, *cards.mapped("code")])
"""
FORGET = """
env["loyalty.code.attempt"].search([]).unlink()
env.cr.commit()
print("RESULT", [])
"""
ATTEMPTS = """
print("RESULT", sorted(env["loyalty.code.attempt"].search([]).mapped("count")))
"""


class Shop:
    """A customer with a cart, at an address of their own."""

    def __init__(self, port, address, product):
        self.base, self.http = f"http://127.0.0.1:{port}", requests.Session()
        adapter = HTTPAdapter()
        adapter.init_poolmanager(4, 4, source_address=(address, 0))
        self.http.mount("http://", adapter)
        template, variant, *_codes = product
        self.add = {"product_template_id": template, "product_id": variant, "quantity": 1}
        self.fill()

    def fill(self):
        answer = self.http.post(f"{self.base}/shop/cart/add", json={"jsonrpc": "2.0", "params": self.add}, timeout=120)
        assert "error" not in answer.json(), answer.text[-2000:]

    def try_code(self, code):
        """What the cart says after this code was entered."""
        answer = self.http.get(f"{self.base}/shop/pricelist", params={"promo": code}, timeout=120)
        assert answer.status_code == 200
        alert = re.search(r'role="alert">\s*(?:<t[^>]*>)?([^<]+)', answer.text)
        return alert[1].strip() if alert else ""


def inside(name, script):
    output = subprocess.run(
        odoo.command("shell", "-d", name, "--no-http", "--log-level=error"),
        env=odoo.environment(), input=script, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"RESULT (.*)", output.stdout)
    assert found, (output.stdout + output.stderr)[-5000:]
    return json.loads(found[1].replace("'", '"'))


@pytest.fixture(scope="module")
def shop():
    """A database with the web shop, and a server on it: (name, port, what is in it)."""
    name = f"{testing.SCRATCH}{os.getpid()}-codes"
    database.clone(testing.TEMPLATE, name)
    port = server.free_port(8500)
    try:
        install = odoo.command("server", "-d", name, "-i", "website_sale_loyalty", "--stop-after-init", "--no-http")
        subprocess.run(install, env=odoo.environment(), capture_output=True, check=True)
        content = inside(name, SHOP)
        child = subprocess.Popen(
            odoo.command("server", "-d", name, f"--db-filter=^{name}$", f"--http-port={port}", "--max-cron-threads=0"),
            env=odoo.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: process.die_with_parent(15),
        )  # fmt: skip
        try:
            for _second in range(120):
                try:
                    requests.get(f"http://127.0.0.1:{port}/web/login", timeout=60)
                    break
                except requests.ConnectionError:
                    time.sleep(1)
            yield name, port, content
        finally:
            child.terminate()
            child.wait(30)
    finally:
        database.drop(name)


def test_wrong_codes_over_http(shop):
    name, port, content = shop
    inside(name, FORGET)
    right, expired, used = content[2:]
    guesser, neighbour, stranger = (Shop(port, address, content) for address in ("127.0.0.2", "127.0.0.2", "127.0.0.3"))

    assert guesser.try_code("CLUB") == "", "a price list's code is no wrong code"
    # One message for what is unknown, has expired, is used up or asks for a bigger cart.
    wrong = ["044NOBODY", expired, used, "SUMMER", *(f"044WRONG{number}" for number in range(5))]
    assert {guesser.try_code(code) for code in wrong} == {MESSAGE}
    # Entered again, and again with every change of the cart, a wrong code is still one.
    for _time in range(3):
        guesser.try_code(wrong[-1])
    assert inside(name, ATTEMPTS) == [9, 9]
    assert guesser.try_code("044LAST") == MESSAGE
    assert guesser.try_code(right) == MESSAGE, "blocked: not even a right code is looked up"
    assert neighbour.try_code(right) == MESSAGE, "another session does not help at this address"
    assert "successfully applied" in stranger.try_code(right), "another address is not affected"


def test_a_link_with_a_wrong_code_does_not_block_its_customer(shop):
    """The shop tries the code of a link with every change of the cart until it fits."""
    name, port, content = shop
    inside(name, FORGET)
    customer = Shop(port, "127.0.0.4", content)
    customer.http.get(f"{customer.base}/coupon/SUMMER", timeout=120)
    for _time in range(12):
        customer.fill()
    assert inside(name, ATTEMPTS) == [1, 1]
    assert "successfully applied" in customer.try_code(content[2])
