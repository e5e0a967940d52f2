"""Capture, values and screens on generated databases of two sizes, each beside bare hand-written SQL.

Sizes in customers, each with four times as many orders and twelve times as many order lines, one after the other:

    ./dev bench scale                                     50,000 and 500,000 (half an hour)
    SCALE_CUSTOMERS=5000,20000 ./dev bench scale          a minute

Each size is measured in a process of its own, whose peak memory counts. Everything is committed as the crons do.
The result is also written to the file named by SCALE_RESULT.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.append(sys.path.pop(0))  # beside this file lies one called like a module of the standard library
import _scale_data

SIZES = os.environ.get("SCALE_CUSTOMERS", "50000,500000")
CHANGED_ORDERS = 1_000
TOUCHPOINT_COLUMNS = (
    "source_id, record_id, slot, partner_id, commercial_partner_id, company_id, date, approximate, kind_id, channel_id,"
    " direction, stage, amount, currency_id, user_id, team_id, res_model, res_id, cost, create_date, write_date"
)
BARE_INSERT = f"""
    INSERT INTO bare_touchpoint (id, {TOUCHPOINT_COLUMNS})
    SELECT o.id, 1, o.id, 0, p.id, p.commercial_partner_id, o.company_id, o.date_order, FALSE, 1, 1, 'in', 'purchase',
           o.amount_untaxed, o.currency_id, o.user_id, o.team_id, 'sale.order', o.id, 0, now(), now()
      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id WHERE o.state = 'sale'
"""
BARE_AGGREGATION = """
    CREATE TEMP TABLE bare_lines ON COMMIT DROP AS
    SELECT p.commercial_partner_id, sum(l.price_unit * l.product_uom_qty) FILTER (WHERE l.product_uom_qty > 0) AS gross,
           sum(l.price_subtotal) AS revenue, sum(l.price_subtotal) FILTER (WHERE l.product_uom_qty < 0) AS returned,
           sum(l.purchase_price * l.product_uom_qty) AS cost, count(DISTINCT o.date_order::date) AS days,
           count(DISTINCT o.id) AS orders, min(o.date_order) AS first, max(o.date_order) AS last
      FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state = 'sale' GROUP BY p.commercial_partner_id;
    CREATE TEMP TABLE bare_contacts ON COMMIT DROP AS
    SELECT commercial_partner_id, count(*), sum(cost), max(date), count(*) FILTER (WHERE satisfaction = 'good') AS happy
      FROM crm_touchpoint GROUP BY commercial_partner_id
"""
# quantities rise by one on the last line of each: line, order and their amounts are written now
CHANGE_ORDERS = """
    WITH chosen AS (
        SELECT id FROM sale_order ORDER BY id %% 97, id LIMIT %s),
    line AS (
        UPDATE sale_order_line l SET product_uom_qty = product_uom_qty + 1, price_subtotal = price_subtotal + price_unit,
               write_date = now() AT TIME ZONE 'UTC'
          FROM (SELECT max(l.id) AS id FROM sale_order_line l JOIN chosen ON chosen.id = l.order_id GROUP BY l.order_id) last
         WHERE l.id = last.id RETURNING l.order_id, l.price_unit)
    UPDATE sale_order o SET amount_untaxed = amount_untaxed + line.price_unit, write_date = now() AT TIME ZONE 'UTC'
      FROM line WHERE line.order_id = o.id
"""


class Taken(NamedTuple):
    """Seconds on the clock, and seconds of processor time of Odoo and of its PostgreSQL process."""

    clock: float
    processor: float


def processor_time(cr):
    """Processor seconds so far of this process and of the cursor's server process, where that is on this machine."""
    own, ticks = time.process_time(), os.sysconf("SC_CLK_TCK")
    stat = Path(f"/proc/{cr.connection.info.backend_pid}/stat")
    fields = stat.read_text().rpartition(")")[2].split() if stat.exists() else ()
    return own + (sum(map(int, fields[11:13])) / ticks if fields else 0)


class Database:
    """Transactions on the database under test, timed."""

    def __init__(self):
        [name] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
        self.registry = Registry(name)

    def run(self, action, *args):
        """Call `action(env, *args)` in a transaction that is committed; return the time taken and the result."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            start, processor = time.perf_counter(), processor_time(cr)
            result = action(env, *args)
            env.flush_all()
            cr.commit()
            return Taken(time.perf_counter() - start, processor_time(cr) - processor), result

    def best(self, *steps, repeat=1):
        """Run the steps in turn, several times; return for each its shortest times, and the last result of each."""
        taken, results = [], {}
        for _number in range(repeat):
            for step in steps:
                seconds, results[step] = self.run(step)
                taken.append((step, seconds))
        shortest = {step: Taken(*(min(t[i] for s, t in taken if s == step) for i in (0, 1))) for step in steps}
        return shortest, results

    def execute(self, statement, *args):
        self.run(lambda env: env.cr.execute(statement, args or None))


def against(name, taken, bare_name, bare):
    """Figures of what was measured beside its bare statement; the ratio of processor times is the steady one."""
    return {
        f"{bare_name}, s": bare.clock,
        f"{name}, s": taken.clock,
        f"{name} / {bare_name}": taken.clock / bare.clock,
        f"{name} / {bare_name}, processor": taken.processor / bare.processor,
    }


def peak_memory():
    """Return the most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ---- history and values ----------------------------------------------------------------------------------------------


def measure_capture(db, repeat):
    """Build all touchpoints, beside an INSERT … SELECT into a table with the same indexes."""

    def empty(env):
        env.cr.execute("DROP TABLE IF EXISTS bare_touchpoint")
        env.cr.execute("CREATE TABLE bare_touchpoint (LIKE crm_touchpoint INCLUDING ALL)")

    def bare(env):
        env.cr.execute(BARE_INSERT)

    def forget(env):
        env.cr.execute("DROP TABLE bare_touchpoint")
        env["crm.touchpoint.source"].search([]).action_read_again()
        env.cr.execute("TRUNCATE crm_touchpoint CASCADE")

    def capture(env):
        return env["crm.touchpoint.engine"]._run_all(commit=True)

    taken, results = db.best(empty, bare, forget, capture, repeat=repeat)
    again, _rows = db.best(capture, repeat=3)
    return {
        "touchpoints": results[capture],
        **against("capture", taken[capture], "bare insert", taken[bare]),
        "capture without changes, s": again[capture].clock,
    }


def measure_values(db, repeat):
    """Compute all values for the first time and once more, beside a bare aggregation of the same lines."""

    def bare(env):
        env.cr.execute(BARE_AGGREGATION)

    def forget(env):
        env.cr.execute("TRUNCATE crm_customer_value CASCADE")

    def analyses(env):
        for company in env["crm.value.engine"]._companies():
            env["crm.value.analysis.engine"]._refresh(company)

    def first(env):
        env["crm.value.run"]._request(env["crm.value.engine"]._companies()).refit = True
        env["crm.value.engine"]._cron_values()
        return env["crm.value.run"].search([], limit=1).customers

    def nightly(env):
        env["crm.value.engine"]._cron_rebuild()
        env["crm.value.engine"]._cron_values()

    refresh = db.registry["crm.value.analysis.engine"]
    with patch.object(refresh, "_refresh", lambda engine, company: None):  # measured on their own
        taken, results = db.best(bare, forget, bare, first, nightly, repeat=repeat)
    first_analyses, _none = db.run(analyses)
    again, _none = db.run(analyses)
    return {
        "customers with a value": results[first],
        **against("first values", taken[first], "bare aggregation", taken[bare]),
        **against("nightly rebuild", taken[nightly], "bare aggregation", taken[bare]),
        "first month ends and analyses, s": first_analyses.clock,
        "nightly month ends and analyses, s": again.clock,
    }


def measure_changes(db):
    """Change orders and bring history and values up to date, as the crons do."""
    time.sleep(1.1)  # watermarks are whole seconds
    db.execute(CHANGE_ORDERS, CHANGED_ORDERS)
    history, rows = db.run(lambda env: env["crm.touchpoint.engine"]._run_all(commit=True))
    values, _none = db.run(lambda env: env["crm.value.engine"]._cron_values())
    return {
        "touchpoints written after 1,000 orders": rows,
        "history after 1,000 orders, s": history.clock,
        "values after 1,000 orders, s": values.clock,
        "both after 1,000 orders, s": history.clock + values.clock,
        "both after 1,000 orders, processor s": history.processor + values.processor,
    }


# ---- screens ---------------------------------------------------------------------------------------------------------


def specification(model, view_type):
    """Return what the client asks `web_read` for: the view's own fields, visible many2ones with their name."""
    arch = etree.fromstring(model.get_view(view_type=view_type)["arch"])
    nodes = [
        node
        for node in arch.iter("field")
        if not any(parent.tag == "field" for parent in node.iterancestors()) and node.get("name") in model._fields
    ]
    visible = {
        n.get("name") for n in nodes if {n.get("invisible"), n.get("column_invisible")}.isdisjoint(("1", "True"))
    }
    return {
        name: {"fields": {"display_name": {}}} if model._fields[name].type == "many2one" and name in visible else {}
        for name in sorted({node.get("name") for node in nodes})
    }


def measure_screens(db):
    """Answers of the screens that people open, as a sales manager, caches empty."""
    with db.registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        user = (
            env["res.users"]
            .with_context(no_reset_password=True, tracking_disable=True)
            .create(
                {
                    "name": "Bench",
                    "login": "bench",
                    "group_ids": [(4, env.ref("sales_team.group_sale_manager").id)],
                }
            )
        )
        env = env(user=user.id)
        values = env["crm.customer.value"]
        fields = specification(values, "list")

        def pivot(groupby):
            return values.formatted_read_group([], [groupby], ["__count", "revenue:sum", "db1:sum", "share:sum"])

        screens = {
            "value list": lambda: values.web_search_read([], fields, limit=80, count_limit=10001),
            "value list, all counted": lambda: values.search_count([]),
            "pivot by class": lambda: pivot("value_class"),
            "pivot by month": lambda: pivot("last_order_date:month"),
            "concentration": values.get_concentration,
        }
        screens["portfolio"] = lambda: env["crm.value.portfolio"].get_portfolio({})
        screens["migration"] = env["crm.value.migration"].get_matrix
        result = {}
        for name, screen in screens.items():
            seconds = []
            for _number in range(3):
                env.flush_all()
                env.invalidate_all()
                start = time.perf_counter()
                screen()
                seconds.append(time.perf_counter() - start)
            result[f"{name}, s"] = min(seconds)
        result.update(measure_queries(env))
        cr.rollback()
    return result


def measure_queries(env):
    """Queries of opening a customer with and without the addon's fields, and the addon's in confirming an order."""
    env.cr.execute("SELECT commercial_partner_id FROM crm_touchpoint GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    customer = env["res.partner"].browse(env.cr.fetchone())
    full = specification(customer, "form")
    plain = {name: spec for name, spec in full.items() if not name.startswith(("werthaltigkeit_", "kundenbindung_"))}

    def opened(spec):
        customer.web_read(spec)  # rights and rules are cached from here on
        env.flush_all()
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.perf_counter()
        customer.web_read(spec)
        return env.cr.sql_log_count - before, time.perf_counter() - start

    (with_addon, seconds), (without, _seconds) = opened(full), opened(plain)
    order = (
        env["sale.order"].with_context(tracking_disable=True).search([("partner_id", "=", customer.id)], limit=1).copy()
    )
    env.flush_all()
    statements, execute = [], type(env.cr).execute

    def spy(cr, query, params=None, log_exceptions=True):
        statements.append(str(getattr(query, "code", query)))
        return execute(cr, query, params, log_exceptions)

    type(env.cr).execute = spy
    try:
        order.action_confirm()
        env.flush_all()
    finally:
        type(env.cr).execute = execute
    ours = ("crm_touchpoint", "crm_customer_value", "crm_consent")
    return {
        "customer opened, s": seconds,
        "queries more of opening a customer": with_addon - without,
        "queries more of confirming an order": sum(any(name in text for name in ours) for text in statements),
    }


# ---- the run ---------------------------------------------------------------------------------------------------------


def measure(customers):
    """Measure one size; the process ends with the result on its last line."""
    db = Database()
    repeat = 3 if customers <= 100_000 else 1
    result = {"customers": customers, "memory before, MB": peak_memory()}
    result |= measure_capture(db, repeat)
    result |= measure_values(db, repeat)
    result |= measure_changes(db)
    result |= measure_screens(db)
    result["peak memory, MB"] = peak_memory()
    print(json.dumps({name: round(value, 3) for name, value in result.items()}))


def child(customers):
    """Run `measure` in a process of its own."""
    process = subprocess.run([sys.executable, __file__, str(customers)], stdout=subprocess.PIPE, text=True)
    if process.returncode:
        sys.exit(process.returncode)
    return json.loads(process.stdout.splitlines()[-1])


def growth(small, large):
    """How much longer the larger database takes, per how much more it holds: 1 is linear, below is better."""
    factor = large["customers"] / small["customers"]
    names = ("capture, s", "first values, s", "nightly rebuild, s", "both after 1,000 orders, s")
    return {f"growth of {name.removesuffix(', s')}": round(large[name] / small[name] / factor, 2) for name in names}


def show(results):
    names = list(results[-1])
    width = max(map(len, names))
    for name in names:
        print(f"  {name:<{width}}  " + "  ".join(f"{result.get(name, ''):>12,}" for result in results), flush=True)


def main():
    db, results = Database(), []
    for customers in sorted(map(int, SIZES.split(","))):
        former = results[-1]["customers"] if results else 0
        print(f"  generating {customers:,} customers …", flush=True)
        db.run(_scale_data.generate, customers - former)
        results.append(child(customers))
    show(results)
    result = {"sizes": results, "growth": growth(results[0], results[-1]) if len(results) > 1 else {}}
    for name, value in result["growth"].items():
        print(f"  {name}: {value} (1 is linear)")
    text = json.dumps(result)
    print(text)
    if path := os.environ.get("SCALE_RESULT"):
        Path(path).write_text(text)


config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
if len(sys.argv) > 1:
    measure(int(sys.argv[1]))
else:
    main()
