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

sys.path.insert(0, str(Path(__file__).parent))
import _scale_data

CUSTOMERS = int(os.environ.get("GROUPS_CUSTOMERS", "500000"))


def timed(registry, action):
    """Call `action(env)` in a transaction that is committed; return seconds and the result."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        start = time.perf_counter()
        result = action(env)
        env.flush_all()
        cr.commit()
        return time.perf_counter() - start, result


def main():
    [name] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
    registry = Registry(name)
    print(f"  generating {CUSTOMERS:,} customers …", flush=True)
    timed(registry, lambda env: _scale_data.generate(env, CUSTOMERS))
    print("  capturing and valuing …", flush=True)
    timed(registry, lambda env: env["crm.touchpoint.engine"]._run_all(commit=True))
    timed(registry, lambda env: env["crm.value.engine"]._rebuild())
    result = {"customers": CUSTOMERS}

    def step(label, action):
        result[label], found = timed(registry, action)
        print(f"  {label}: {result[label]:.1f}", flush=True)
        return found

    step("groups provided and filled, s", lambda env: env["crm.customer.group.template"]._provide(env.company.root_id) and None)
    groups = lambda env: env["crm.customer.group"].search([("company_id", "=", env.company.root_id.id)])  # noqa: E731
    step("members again, s", lambda env: env["crm.customer.group.engine"]._refresh(groups(env)))
    step("indicators of all groups, s", lambda env: env["crm.customer.group.figure.engine"]._compute(env.company.root_id))
    step("cohorts for the first time, s", lambda env: env["crm.customer.month.engine"]._rebuild(env.company.root_id))
    step("a night, s", lambda env: env["crm.customer.group.engine"]._refresh_company(env.company.root_id))
    step("cohort table, s", lambda env: env["crm.customer.month"].get_cohorts("quarter") and None)
    sizes = timed(registry, lambda env: {g.name: g.member_count for g in groups(env)})[1]
    print(json.dumps({**{name: round(value, 2) for name, value in result.items()}, "members": sizes}))


config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
main()
