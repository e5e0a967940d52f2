"""Ten thousand balances from a spreadsheet, one in a hundred bad: every bad row named, and all or nothing."""

import base64
import csv
import io
import random
import re
import time

import pytest

from odoo.tests import tagged

from odoo.addons.crm_kundenbindung.tests.common import LedgerCase

pytestmark = pytest.mark.accept
ROWS = 10_000
GOOD_DATES = ("", "2030-12-31", "31.12.2030")
# (customer, points, expires_on); None stands for what is right in this row
BAD = (
    (None, None, "31.02.2027"),
    (None, None, "tomorrow"),
    (None, None, "0000-00-00"),
    ("nobody@example.com", None, None),
    (None, "NaN", None),
    (None, "1e309", None),
    (None, "-inf", None),
    (None, "-5", None),
    (None, "0", None),
    (None, "", None),
    ("", None, None),
    ("x" * 1_000_000, None, None),
    ("😀🎉", None, None),
    ("مرحبا بالعالم", None, None),
    ("\u202egpj.exe", None, None),
    ("=1+1", None, None),
    (None, "=HYPERLINK(\"http://example.com\")", None),
    (None, "1.234", None),
    ("a\0b", None, None),
    ("'; DROP TABLE loyalty_card; --", None, None),
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestImport(LedgerCase):
    def _file(self, rows):
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([("customer", "points", "expires_on"), *rows])
        return base64.b64encode(text.getvalue().encode())

    def _import(self, rows):
        wizard = self.env["loyalty.ledger.import"].with_user(self.manager)
        wizard = wizard.create({"program_id": self.program.id, "file": self._file(rows)})
        start = time.monotonic()
        wizard.action_import()
        return wizard, time.monotonic() - start

    def test_ten_thousand_rows(self):
        chance = random.Random(9)
        self.env["res.partner"].create(
            [{"name": f"Guest {number}", "email": f"guest{number}@example.com"} for number in range(ROWS)]
        )
        rows = [(f"guest{n}@example.com", str(n % 500 + 1), chance.choice(GOOD_DATES)) for n in range(ROWS)]
        bad = sorted(chance.sample(range(ROWS), ROWS // 100))
        mixed = list(rows)
        for turn, place in enumerate(bad):
            mixed[place] = tuple(
                right if wrong is None else wrong for right, wrong in zip(rows[place], BAD[turn % len(BAD)])
            )
        cards = self.env["loyalty.card"].with_context(active_test=False)
        before = cards.search_count([]), self.env["loyalty.ledger"].search_count([])

        wizard, refused = self._import(mixed)
        named = [int(number) for number in re.findall(r"^Line (\d+): ", wizard.problems, re.MULTILINE)]
        self.assertEqual(named, [place + 2 for place in bad])
        self.assertLess(max(map(len, wizard.problems.split("\n"))), 400)
        self.assertEqual((cards.search_count([]), self.env["loyalty.ledger"].search_count([])), before)

        wizard, imported = self._import(rows)
        self.assertFalse(wizard.problems)
        entries = self.env["loyalty.ledger"].search([("cause", "=", "import")])
        self.assertEqual(len(entries), ROWS)
        self.assertEqual(len(entries.card_id), ROWS)
        self.assertEqual(sum(entries.mapped("amount")), sum(int(row[1]) for row in rows))
        self.assertProved()
        print(f"{ROWS} rows refused in {refused:.1f} s, imported in {imported:.1f} s")
        self.assertLess(imported, 120)
