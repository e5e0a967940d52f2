"""Members, indicators and cohorts of all shipped customer groups on a generated database.

./dev bench groups                             500,000 customers, 2,000,000 orders
GROUPS_CUSTOMERS=20000 ./dev bench groups      a minute
"""

import json
import os
import sys

from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.append(sys.path.pop(0))  # beside this file lies one called like a module of the standard library
import _scale_data
from _timing import timed

CUSTOMERS = int(os.environ.get("GROUPS_CUSTOMERS", "500000"))


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
