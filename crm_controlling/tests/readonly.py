"""What the web client reads on a cursor that cannot write: every method that says so, with values to call it with."""

import inspect

OURS = tuple(f"odoo.addons.crm_{name}." for name in ("werthaltigkeit", "kundenbindung", "controlling"))


def readonly_methods(env):
    """Return {(model, method)} of what the addons declare as reading only."""
    found = set()
    for name, model in env.registry.items():
        for base in model.mro():
            if base.__module__.startswith(OURS):
                found |= {
                    (name, key)
                    for key, value in vars(base).items()
                    if inspect.isfunction(value) and getattr(value, "_readonly", False)
                }
    return found


def readonly_calls(env):
    """Return {(model, method): arguments as the web client sends them}, with records that are there."""

    def one(model):
        return env[model].search([], limit=1).ids

    value = env["crm.customer.value"].search([], limit=1)
    phone = env["res.partner"].search([("phone", "!=", False)], limit=1).phone
    return {
        ("crm.board", "get_board"): [{"period": "quarter"}],
        ("crm.customer.month", "get_cohorts"): ["quarter"],
        ("crm.customer.value", "get_concentration"): [],
        ("crm.customer.value", "get_waterfall"): [value.ids],
        ("crm.touchpoint", "get_timeline"): [value.partner_id.id],
        ("crm.touchpoint.call", "get_call"): [phone or "+49 30 1234567"],
        ("crm.utility.analysis", "get_sheet"): [one("crm.utility.analysis")],
        ("crm.value.assessment", "get_sheet"): [one("crm.value.assessment")],
        ("crm.value.migration", "get_matrix"): [],
        ("crm.value.overview", "get_overview"): [],
        ("crm.value.portfolio", "get_portfolio"): [{}],
    }  # fmt: skip
