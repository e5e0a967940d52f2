"""Drawing and evaluating one measure of very many customers on a generated database.

./dev bench measures                              100,000 participants, 400,000 orders
MEASURES_CUSTOMERS=10000 ./dev bench measures     a minute
"""

import json
import os
import sys
from datetime import timedelta

from odoo.modules.registry import Registry
from odoo.tools import SQL, config

sys.path.append(sys.path.pop(0))  # beside this file lies one called like a module of the standard library
import _scale_data
from _timing import timed

CUSTOMERS = int(os.environ.get("MEASURES_CUSTOMERS", "100000"))
TARGETS = ("repurchase", "revenue", "db2", "visits")


def make_group(env):
    """A group picked by hand with every customer; written set-based, as nobody picks that many by hand."""
    group = env["crm.customer.group"].create({"name": "Everybody", "kind": "picked"})
    field = group._fields["partner_ids"]
    env.flush_all()
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s, %s) SELECT %s, v.partner_id FROM crm_customer_value v WHERE v.partner_id IS NOT NULL",
            *(SQL.identifier(name) for name in (field.relation, field.column1, field.column2)),
            group.id,
        )
    )
    env.invalidate_all()
    env["crm.customer.group.engine"]._refresh(group)
    return group.id


def make_measures(env, group_id):
    today = env.company.root_id._werthaltigkeit_today()
    env.company.root_id.kundenbindung_measure_minimum = 0
    measures = env["crm.measure"].create(
        [
            {
                "name": f"Letter for {target}",
                "instrument_id": env.ref("crm_kundenbindung.measure_instrument_direct").id,
                "group_id": group_id,
                "target": target,
                "date_start": today - timedelta(days=60),
                "date_end": today - timedelta(days=1),
                "seed": 1907,
            }
            for target in TARGETS
        ]
    )
    measures.action_approve()
    return measures.ids


def main():
    [name] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
    registry = Registry(name)
    print(f"  generating {CUSTOMERS:,} customers …", flush=True)
    timed(registry, lambda env: _scale_data.generate(env, CUSTOMERS))
    timed(registry, lambda env: env.cr.execute("ANALYZE"))
    print("  valuing …", flush=True)
    timed(registry, lambda env: env["crm.value.engine"]._rebuild())
    group_id = timed(registry, make_group)[2]
    ids = timed(registry, lambda env: make_measures(env, group_id))[2]
    result = {"customers": CUSTOMERS}

    def step(label, action):
        result[f"{label}, s"], result[f"{label}, processor s"], found = timed(registry, action)
        print(
            f"  {label}: {result[f'{label}, s']:.1f} s, {result[f'{label}, processor s']:.1f} s of the processor",
            flush=True,
        )
        return found

    for target, id_ in zip(TARGETS, ids, strict=True):
        if target == "visits":
            print("  capturing touchpoints …", flush=True)
            timed(registry, lambda env: env["crm.touchpoint.engine"]._run_all(commit=True))
        step(f"estimate {target}", lambda env, i=id_: env["crm.measure"].browse(i).action_estimate())
        step(f"draw {target}", lambda env, i=id_: env["crm.measure"].browse(i).action_start())
        step(f"evaluate {target}", lambda env, i=id_: env["crm.measure"].browse(i).action_evaluate() and None)
        words, count = timed(
            registry, lambda env, i=id_: (lambda m: (m.result_id.words, m.treated_count + m.control_count))(env["crm.measure"].browse(i))
        )[2]  # fmt: skip
        result[f"participants {target}"] = count
        print(f"    {words}", flush=True)
    print(json.dumps({name: round(value, 2) for name, value in result.items()}))


config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
main()
