"""200 goals over 36 months measured on a generated database: for the first time, on demand, and a night.

./dev bench goals                            500,000 customers, 2,000,000 orders
GOALS_CUSTOMERS=20000 ./dev bench goals      a minute
"""

import json
import os
import sys

from dateutil.relativedelta import relativedelta

from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.append(sys.path.pop(0))  # beside this file lies one called like a module of the standard library
import _scale_data
from _timing import timed

CUSTOMERS = int(os.environ.get("GOALS_CUSTOMERS", "500000"))
GOALS = int(os.environ.get("GOALS_NUMBER", "200"))
KPIS = ("revenue", "db1", "repurchase_rate", "retention_rate", "churn", "second_purchase", "new_customers", "active_customers", "orders_per_customer", "db1_per_customer")  # fmt: skip


def set_goals(env):
    """Goals of ten indicators, for all customers and for each group, over months and years."""
    company = env.company.root_id
    month = company._werthaltigkeit_today().replace(day=1)
    kpis = {kpi.code: kpi for kpi in env["crm.kpi"].search([])}
    groups = [env["crm.customer.group"], *env["crm.customer.group"].search([("company_id", "=", company.id)])]
    cron = type(env["crm.goal"])._measure_soon
    type(env["crm.goal"])._measure_soon = lambda goals: None
    env["crm.goal"].create(
        [
            {
                "name": f"Goal {n}",
                "kpi_id": kpis[KPIS[n % len(KPIS)]].id,
                "group_id": groups[n // len(KPIS) % len(groups)].id,
                "window": ("1", "12")[n // (len(KPIS) * len(groups)) % 2],
                "start_date": month - relativedelta(months=3),
                "end_date": month + relativedelta(months=9, days=-1),
                "target": 1.0,
            }
            for n in range(GOALS)
        ]
    )
    type(env["crm.goal"])._measure_soon = cron


def main():
    [name] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
    registry = Registry(name)
    if "crm.goal" not in registry:
        print("  crm_controlling is not installed")
        return
    print(f"  generating {CUSTOMERS:,} customers …", flush=True)
    timed(registry, lambda env: _scale_data.generate(env, CUSTOMERS))
    timed(registry, lambda env: env.cr.execute("ANALYZE"))
    timed(registry, lambda env: env["crm.value.engine"]._rebuild())
    timed(registry, lambda env: env["crm.customer.group.template"]._provide(env.company.root_id) and None)
    timed(registry, lambda env: env["crm.customer.group.engine"]._refresh_company(env.company.root_id))
    timed(registry, set_goals)
    result = {"customers": CUSTOMERS, "goals": GOALS}

    def step(label, action):
        result[f"{label}, s"], result[f"{label}, processor s"], _found = timed(registry, action)
        print(
            f"  {label}: {result[f'{label}, s']:.1f} s, {result[f'{label}, processor s']:.1f} s of the processor",
            flush=True,
        )

    goals = lambda env: env["crm.goal"].search([])  # noqa: E731
    step("past three years of all goals", lambda env: env["crm.goal.engine"]._measure(goals(env)))
    step("all of it again", lambda env: env["crm.goal.engine"]._measure(goals(env), full=True))
    step("a night, figures of groups are there", lambda env: env["crm.goal.engine"]._measure(goals(env)))
    step("charts of all goals", lambda env: goals(env)._charts(texts=False) and None)
    result["measurements"] = timed(registry, lambda env: env["crm.goal.measurement"].search_count([]))[2]
    print(json.dumps({name: round(value, 2) for name, value in result.items()}))


config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
main()
