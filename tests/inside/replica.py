"""Run inside `odoo shell` by test_replica.py: a workshop to read from, and what its client calls.

Each function gets the environment and a dict of arguments, and returns what the test wants to know.
"""

from odoo.addons.crm_controlling.tests.readonly import readonly_calls


def prepare(env, args):
    """Generate the workshop; return its company and the calls of the web client."""
    env["crm.werthaltigkeit.demo"].generate()
    reader = env.ref("base.user_admin")
    reader.write({"password": args["password"]})
    env["crm.utility.analysis"].search([], limit=1) or env["crm.utility.analysis"].create({"name": "Which card?"})
    env["crm.value.assessment"].search([], limit=1) or env["crm.value.assessment"].create({"name": "Who?"})
    env.cr.commit()
    calls = readonly_calls(env(user=reader))
    company = reader.company_id.root_id
    return {
        "login": reader.login,
        "company": company.id,
        "calls": [[model, method, arguments] for (model, method), arguments in calls.items()],
    }
