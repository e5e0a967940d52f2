"""The board of CRM Controlling on a database with many customers: how long somebody waits for it.

./dev bench board                              500,000 customers
BOARD_CUSTOMERS=20000 ./dev bench board        some seconds

Values and retention are written as their computations leave them: what the board costs does not depend on how
they came about.
"""

import json
import os
import sys
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

sys.path.append(sys.path.pop(0))  # beside this file lies one called like a module of the standard library
import _scale_data

CUSTOMERS = int(os.environ.get("BOARD_CUSTOMERS", "500000"))
TEAMS, GROUPS, GOALS = 5, 10, 40
LOOKS = 9


def timed(registry, action):
    """Call `action(env)` in a transaction that is committed; return seconds and the result."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        start = time.perf_counter()
        result = action(env)
        env.flush_all()
        cr.commit()
        return time.perf_counter() - start, result


def fill(env):
    """Customers with values and retention, teams, groups of a tenth of the customers each, and goals."""
    company = env.company.root_id
    _scale_data._make_patterns(env)
    with _scale_data._bulk(env):
        _scale_data._insert_partners(env, CUSTOMERS)
    teams = env["crm.team"].create([{"name": f"Team {n}"} for n in range(TEAMS)])
    groups = env["crm.customer.group"].create([{"name": f"Group {n}", "kind": "picked"} for n in range(GROUPS)])
    known = {
        "company": company.id,
        "currency": company.currency_id.id,
        "teams": teams.ids,
        "groups": groups.ids,
        "stage": env.ref("crm_kundenbindung.retention_stage_at_risk").id,
        "loyal": env.ref("crm_kundenbindung.retention_stage_loyal").id,
        "team_count": TEAMS,
        "group_count": GROUPS,
    }
    env.flush_all()
    for statement in (
        """
        INSERT INTO crm_customer_value (partner_id, company_id, currency_id, team_id, value_class, rank_basis, rank_value, orders_ever, anonymous)
        SELECT id, %(company)s, %(currency)s, (%(teams)s::int[])[1 + id %% %(team_count)s], (ARRAY['A', 'B', 'C'])[1 + id %% 3], 'db1', id %% 997, 3, FALSE
          FROM res_partner p WHERE NOT EXISTS (SELECT FROM crm_customer_value v WHERE v.partner_id = p.id)
        """,
        """
        INSERT INTO crm_retention (partner_id, company_id, currency_id, team_id, value_class, stage_id, stage_computed_id, risk_known, margin_at_risk, urgency)
        SELECT v.partner_id, v.company_id, v.currency_id, v.team_id, v.value_class, s.stage, s.stage, TRUE, v.partner_id::int8 * 7919 %% 5003, v.partner_id %% 100
          FROM crm_customer_value v, LATERAL (SELECT CASE WHEN v.partner_id %% 9 = 0 THEN %(stage)s ELSE %(loyal)s END AS stage) s
         WHERE NOT EXISTS (SELECT FROM crm_retention r WHERE r.partner_id = v.partner_id) AND v.partner_id IS NOT NULL
        """,
        """
        INSERT INTO crm_customer_group_member (group_id, company_id, partner_id, since)
        SELECT (%(groups)s::int[])[1 + partner_id %% %(group_count)s], company_id, partner_id, now() FROM crm_retention WHERE company_id = %(company)s
        """,
    ):
        env.cr.execute(SQL(statement, **known))
    kpi = env.ref("crm_kundenbindung.kpi_repurchase_rate")
    env["crm.goal"].create([{"name": f"Goal {n}", "kpi_id": kpi.id, "target": 0.5} for n in range(GOALS)])
    return {"team": teams[0].id, "group": groups[0].id}


def main():
    [name] = config["db_name"] if isinstance(config["db_name"], list) else [config["db_name"]]
    registry = Registry(name)
    print(f"  generating {CUSTOMERS:,} customers …", flush=True)
    _seconds, filters = timed(registry, fill)
    timed(registry, lambda env: env.cr.execute("ANALYZE"))
    result = {"customers": CUSTOMERS}
    seconds, _found = timed(registry, lambda env: env["crm.board.engine"]._refresh(env.company.root_id))
    result["sums of all groups, s"] = round(seconds, 2)
    for label, chosen in (
        ("board", {}),
        ("board of a team", {"team": filters["team"]}),
        ("board of a group", {"group": filters["group"]}),
        ("board of both", filters),
    ):
        looks = sorted(
            timed(registry, lambda env, chosen=chosen: env["crm.board"].get_board(chosen))[0] for _n in range(LOOKS)
        )
        result[f"{label}, s"] = round(looks[LOOKS // 2], 3)
        print(f"  {label}: {looks[LOOKS // 2]:.3f} s", flush=True)
    print(json.dumps(result))


config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
main()
