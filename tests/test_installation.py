"""With and without optional apps, installed and uninstalled again: real databases, Odoo's own command line."""

import subprocess
from pathlib import Path

import pytest

from tools import odoo

pytestmark = pytest.mark.accept
APPS = "sale_stock,pos_sale,pos_loyalty,event_sale,survey,sale_loyalty,im_livechat,repair,mass_mailing,sale_sms,privacy_lookup"
LOYALTY_APPS = "partnership,sale_loyalty_delivery"
SCRIPTS = {
    "optional_apps": "ALL SOURCES CAPTURED",
    "optional_apps_retention": "RETENTION WORKS WITH THEM",
    "optional_apps_loyalty": "LOYALTY WORKS WITH THEM",
}
ADDON = "crm_werthaltigkeit"
LEFT_BEHIND = {
    "tables": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'crm\\_touchpoint%' OR tablename LIKE 'crm\\_customer\\_value%'"
    " OR tablename LIKE 'crm\\_value\\_%' OR tablename IN ('crm_consent', 'crm_interest')",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE column_name LIKE '%werthaltigkeit%'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%werthaltigkeit%'",
    "xml ids": "SELECT name FROM ir_model_data WHERE module = 'crm_werthaltigkeit'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'crm.touchpoint%' OR model LIKE 'crm.customer.value%' OR model LIKE 'crm.value.%'",
    "crons": "SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Customer%'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE '%werthaltigkeit%'",
    "views": "SELECT name FROM ir_ui_view WHERE name LIKE '%werthaltigkeit%'",
}


def run(*arguments, **kwargs):
    """Run an Odoo command; its output is the message when it fails."""
    result = subprocess.run(
        odoo.command(*arguments), env=odoo.environment(), capture_output=True, text=True, check=False, **kwargs
    )
    assert not result.returncode, (result.stdout + result.stderr)[-5000:]
    return result.stdout + result.stderr


def query(name, sql):
    """Return the first column of a query on a database."""
    script = f"env.cr.execute({sql!r}); print('ROWS', [row[0] for row in env.cr.fetchall()])"
    output = run("shell", "-d", name, "--no-http", input=script)
    return output.split("ROWS ")[1].splitlines()[0]


def test_optional_apps_bring_their_touchpoints(scratch, root):
    run("server", "-d", scratch, "-i", f"{APPS},{LOYALTY_APPS}", "--stop-after-init", "--no-http")
    for name, success in SCRIPTS.items():
        script = Path(root, "tests", "inside", f"{name}.py").read_text()
        output = run("shell", "-d", scratch, "--no-http", input=f"exec({script!r}, globals())\ncheck(env)\n")
        assert success in output, output[-5000:]


def test_uninstalled_three_times_nothing_is_left(scratch):
    partners = query(scratch, "SELECT count(*) FROM res_partner")
    for _round in range(3):
        run("shell", "-d", scratch, "--no-http", input="env['crm.touchpoint.engine']._run_all(); env.cr.commit()\n")
        run("module", "uninstall", ADDON, "-d", scratch)
        for what, sql in LEFT_BEHIND.items():
            assert query(scratch, sql) == "[]", what
        assert query(scratch, "SELECT count(*) FROM res_partner") == partners
        run("module", "install", ADDON, "-d", scratch)
