"""Installation gives every card its opening entry, in a handful of statements however many cards there are, and asks for the life cycle."""

from odoo.tools import SQL


def post_init_hook(env):
    """From the first moment on, the balance of every card is the sum of its entries."""
    env["loyalty.ledger.engine"]._open_existing_cards()
    env.ref("crm_kundenbindung.ir_cron_customer_group")._trigger()
    env["crm.computation"]._request("retention")


def uninstall_hook(env):
    """Let go of what would hold back records that go with the addon, and of activities on cards."""
    env["loyalty.ledger.engine"]._forget_reasons()
    env["mail.activity"].search([("res_model", "=", "loyalty.card")]).unlink()
    for statement in env["crm.touchpoint.query"]._forget_addon("crm_kundenbindung"):
        env.execute_query(SQL("%s RETURNING 1", statement))
