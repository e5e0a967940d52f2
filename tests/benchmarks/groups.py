"""Members, indicators and cohorts of all shipped customer groups on a generated database.

./dev bench groups                             500,000 customers, 2,000,000 orders
GROUPS_CUSTOMERS=20000 ./dev bench groups      a minute
"""

import json
import os
import sys
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.append(sys.path.pop(0))  # beside this file lies one called like a module of the standard library
import _scale_data

CUSTOMERS = int(os.environ.get("GROUPS_CUSTOMERS", "500000"))


def processor_time(cr):
    """Processor seconds so far of this process and of its server process, where that is on this machine."""
    own, ticks = time.process_time(), os.sysconf("SC_CLK_TCK")
    stat = Path(f"/proc/{cr.connection.info.backend_pid}/stat")
    fields = stat.read_text().rpartition(")")[2].split() if stat.exists() else ()
    return own + (sum(map(int, fields[11:13])) / ticks if fields else 0)


def timed(registry, action):
    """Call `action(env)` in a transaction that is committed; return seconds, processor seconds and the result."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        start, processor = time.perf_counter(), processor_time(cr)
        result = action(env)
        env.flush_all()
        cr.commit()
        return time.perf_counter() - start, processor_time(cr) - processor, result


def main():
    [name] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
    registry = Registry(name)
    print(f"  generating {CUSTOMERS:,} customers …", flush=True)
    timed(registry, lambda env: _scale_data.generate(env, CUSTOMERS))
    timed(registry, lambda env: env.cr.execute("ANALYZE"))
    print("  capturing and valuing …", flush=True)
    timed(registry, lambda env: env["crm.touchpoint.engine"]._run_all(commit=True))
    timed(registry, lambda env: env["crm.value.engine"]._rebuild())
    result = {"customers": CUSTOMERS}

    def step(label, action):
        result[f"{label}, s"], result[f"{label}, processor s"], _found = timed(registry, action)
        print(
            f"  {label}: {result[f'{label}, s']:.1f} s, {result[f'{label}, processor s']:.1f} s of the processor",
            flush=True,
        )

    step(
        "groups provided and filled",
        lambda env: env["crm.customer.group.template"]._provide(env.company.root_id) and None,
    )
    groups = lambda env: env["crm.customer.group"].search([("company_id", "=", env.company.root_id.id)])  # noqa: E731
    step("members again", lambda env: env["crm.customer.group.engine"]._refresh(groups(env)))
    step("indicators of all groups", lambda env: env["crm.customer.group.figure.engine"]._compute(env.company.root_id))
    step("cohorts for the first time", lambda env: env["crm.customer.month.engine"]._rebuild(env.company.root_id))
    step("a night", lambda env: env["crm.customer.group.engine"]._refresh_company(env.company.root_id))
    step("cohort table", lambda env: env["crm.customer.month"].get_cohorts("quarter") and None)
    sizes = timed(registry, lambda env: {g.name: g.member_count for g in groups(env)})[2]
    print(json.dumps({**{name: round(value, 2) for name, value in result.items()}, "members": sizes}))


config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
main()
