"""The points ledger installed on cards that were there before, and uninstalled again."""

import os
import subprocess

import pytest

from tools import database, odoo, testing

pytestmark = pytest.mark.accept
ADDON = "crm_kundenbindung"
BEFORE = """
program = env["loyalty.program"].search([], limit=1)
partners = env["res.partner"].create([{"name": f"Old {n}"} for n in range(3)])
cards = env["loyalty.card"].create([{"program_id": program.id, "partner_id": p.id, "points": 10} for p in partners])
cards[2].points = -5
env.cr.commit()
"""
AFTER = """
cards = env["loyalty.card"].search([("partner_id.name", "=like", "Old %")], order="id")
print("STATE", cards.mapped("points"), cards.mapped("ledger_debt"), cards.ledger_ids.mapped("cause"),
      env["loyalty.ledger.engine"]._deviations())
wizard = env["loyalty.card.update.balance"].create({
    "card_id": cards[0].id, "new_balance": 30, "description": "x",
    "reason_id": env.ref("crm_kundenbindung.ledger_reason_goodwill").id})
wizard.action_update_card_point()
env.cr.commit()
"""
LEFT_BEHIND = """
rows = []
for what, query in {
    "tables": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'loyalty\\_ledger%%' OR tablename IN ('loyalty_card_holder', "
              "'loyalty_program_usage', 'loyalty_usage_claim', 'loyalty_code_attempt', 'loyalty_event_claim', 'loyalty_valuation')",
    "columns": "SELECT column_name FROM information_schema.columns WHERE column_name LIKE 'ledger\\_%%' OR column_name = 'loyalty_before_cancel'",
    "xml ids": "SELECT name FROM ir_model_data WHERE module = 'crm_kundenbindung'",
    "crons": "SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Points ledger%%'",
}.items():
    env.cr.execute(query)
    rows += [(what, row[0]) for row in env.cr.fetchall()]
print("STATE", rows, env["loyalty.card"].search([("partner_id.name", "=like", "Old %")], order="id").mapped("points"))
"""


def run(*arguments, **kwargs):
    result = subprocess.run(
        odoo.command(*arguments), env=odoo.environment(), capture_output=True, text=True, check=False, **kwargs
    )
    assert not result.returncode, (result.stdout + result.stderr)[-5000:]
    return result.stdout + result.stderr


def state(name, script):
    output = run("shell", "-d", name, "--no-http", "--log-level=error", input=script)
    lines = [line for line in output.splitlines() if "STATE " in line]
    return lines[-1].split("STATE ", 1)[1] if lines else output[-3000:]


def test_installed_on_old_cards_and_uninstalled():
    name = f"{testing.SCRATCH}{os.getpid()}-uninstall"
    database.clone(testing.DEPENDENCIES, name)
    try:
        run("shell", "-d", name, "--no-http", "--log-level=error", input=BEFORE)
        run("server", "-d", name, "-i", ADDON, "--stop-after-init", "--no-http")
        text = state(name, AFTER)
        assert text.startswith("[10.0, 10.0, 0.0] [0.0, 0.0, 5.0]") and text.endswith(" []"), text
        assert text.count("'opening'") == 3 and text.count("'debt'") == 1, text
        run("module", "uninstall", ADDON, "-d", name)
        assert state(name, LEFT_BEHIND) == "[] [30.0, 10.0, 0.0]"
        run("module", "install", ADDON, "-d", name)
    finally:
        database.drop(name)
