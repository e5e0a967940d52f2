"""Capture and values on half a million real order lines, beside the bare INSERT … SELECT and aggregation.

Needs the public data set "Online Retail": ../shared/data/online_retail.csv.gz or the path in ONLINE_RETAIL.
"""

import json
import os
import sys
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(os.environ.get("ONLINE_RETAIL", ROOT.parent / "shared" / "data" / "online_retail.csv.gz"))
BARE_INSERT = """
    CREATE TEMP TABLE bare (LIKE crm_touchpoint INCLUDING ALL) ON COMMIT DROP;
    INSERT INTO bare (id, source_id, record_id, slot, partner_id, commercial_partner_id, company_id, date, kind_id,
                      channel_id, direction, stage, amount, currency_id, user_id, team_id, res_model, res_id, cost,
                      create_date, write_date)
    SELECT o.id, 1, o.id, 0, p.id, p.commercial_partner_id, o.company_id, o.date_order, 1, 1, 'in', 'purchase',
           o.amount_untaxed, o.currency_id, o.user_id, o.team_id, 'sale.order', o.id, 0, now(), now()
      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id WHERE o.state = 'sale'
"""
BARE_AGGREGATE = """
    SELECT p.commercial_partner_id, sum(l.price_subtotal), sum(l.purchase_price * l.product_uom_qty),
           count(DISTINCT o.date_order::date), min(o.date_order), max(o.date_order)
      FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state = 'sale' GROUP BY p.commercial_partner_id
"""


def best(action, repeat=3):
    """Return the shortest of a few runs in seconds, and the last result."""
    seconds = []
    for _run in range(repeat):
        start = time.perf_counter()
        result = action()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def main():
    if not FILE.exists():
        sys.exit(f"The data set is not there: {FILE}")
    config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
    [database] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
    sys.path.insert(0, str(ROOT))
    from tools.inside import online_retail

    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        online_retail.load(env, FILE, lambda text: None)
        engine, values = env["crm.touchpoint.engine"], env["crm.value.engine"]

        def capture():
            env["crm.touchpoint.source"].search([]).action_read_again()
            cr.execute("TRUNCATE crm_touchpoint")
            return engine._run_all()

        def bare_insert():
            cr.execute("DROP TABLE IF EXISTS bare")
            cr.execute(BARE_INSERT)

        capture_seconds, rows = best(capture)
        insert_seconds, _none = best(bare_insert)
        again_seconds, again = best(engine._run_all)
        rebuild_seconds, customers = best(values._rebuild)
        aggregate_seconds, _none = best(lambda: cr.execute(BARE_AGGREGATE))
        cr.rollback()
    result = {
        "touchpoints": rows,
        "touchpoints per second": round(rows / capture_seconds),
        "capture / bare insert": round(capture_seconds / insert_seconds, 2),
        "rows of a run without changes": again,
        "seconds of a run without changes": round(again_seconds, 3),
        "customers": customers,
        "seconds of a value rebuild": round(rebuild_seconds, 2),
        "rebuild / bare aggregation": round(rebuild_seconds / aggregate_seconds, 2),
    }
    width = max(map(len, result))
    for name, value in result.items():
        print(f"  {name:<{width}}  {value:>10,}")
    print(json.dumps(result))


main()
