"""Installation wakes the background jobs; uninstallation leaves nothing behind."""

from odoo.tools import SQL

from .models.crm_touchpoint_engine import CHANGE_INDEX_PREFIX


def post_init_hook(env):
    """Let the crons build history and values: the installation itself never reads the past."""
    env.ref("crm_werthaltigkeit.ir_cron_touchpoint")._trigger()
    env["crm.value.run"]._request(env["res.company"].search([("parent_id", "=", False)]))


def uninstall_hook(env):
    """Drop the indexes on other apps' tables; the tables of the addon go with it."""
    names = env.execute_query(
        SQL("SELECT indexname FROM pg_indexes WHERE indexname LIKE %s", CHANGE_INDEX_PREFIX.replace("_", r"\_") + "%")
    )
    for (name,) in names:
        env.cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(name)))
