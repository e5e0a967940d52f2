"""Every public method that the addons bring, called over RPC with values of the wrong types: refused, never broken."""

import inspect

import pytest

from odoo.exceptions import AccessDenied, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

pytestmark = pytest.mark.accept
OURS = tuple(f"odoo.addons.crm_{name}." for name in ("werthaltigkeit", "kundenbindung", "controlling"))
ROLES = {
    "seller": "sales_team.group_sale_salesman",
    "manager": "sales_team.group_sale_manager",
}
NASTY = (
    None, False, True, 0, -1, 10**12, 1.5, float("nan"), "", "x", "'; DROP TABLE res_users; --", "\x00", "٣",
    [], [1], ["x"], [None], {}, {"x": 1}, {"id": "x"}, [[["x"]]], [{"x": [1]}], [(6, 0, ["x"])],
)  # fmt: skip
MISSING = 2_000_000_000


def public_methods(env):
    """Return (model, method, parameters) of what the addons add and clients may call; overridden methods are Odoo's."""
    for name, model in sorted(env.registry.items()):
        found = set()
        for base in model.mro():
            if base.__module__.startswith(OURS):
                found |= {key for key, value in vars(base).items() if inspect.isfunction(value) and key[0] != "_"}
        for base in model.mro():
            if not base.__module__.startswith(OURS) and base is not model:
                found -= set(vars(base))
        for method in sorted(found):
            layers = [vars(base)[method] for base in model.mro() if method in vars(base)]
            if not any(getattr(layer, "_api_private", False) for layer in layers):
                yield name, method, layers[-1]


def argument_lists(function):
    """Each value for all parameters at once, for the required ones alone, and beside usual ones."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    parameters = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in parameters if p.default is p.empty]
    if not parameters:
        return [[]]
    lists = [[value] * len(parameters) for value in NASTY]
    if len(required) < len(parameters):
        lists += [[value] * len(required) for value in (NASTY if required else NASTY[:1])]
    for position in range(len(parameters) if len(parameters) > 1 else 0):
        lists += [[value if i == position else 1 for i in range(len(parameters))] for value in NASTY]
    return lists


@tagged("post_install", "-at_install")
class TestRpcFuzz(TransactionCase):
    def test_wrong_types_are_refused(self):
        self.env["crm.werthaltigkeit.demo"].generate()  # so that most models have a record
        users = {role: new_test_user(self.env, f"fuzz_{role}", groups=group) for role, group in ROLES.items()}
        methods = list(public_methods(self.env))
        self.assertGreater(len(methods), 100)
        broken, calls = {}, 0
        for name, method, function in methods:
            existing = self.env[name].search([], limit=1).ids if not self.env[name]._abstract else []
            for role, user in users.items():
                model = self.env[name].with_user(user)
                for arguments in argument_lists(function):
                    for ids in [None] if getattr(function, "_api_model", False) else [[], existing, [MISSING]]:
                        calls += 1
                        error = self._call(model, method, arguments if ids is None else [ids, *arguments], ids)
                        if error:
                            broken.setdefault(f"{name}.{method}: {error}", (role, ids, arguments))
        found = "\n".join(f"{key}\n    {value}" for key, value in broken.items())
        self.assertFalse(broken, f"{len(broken)} of {calls} calls broke:\n{found}")

    def _call(self, model, method, arguments, ids):
        """Return what went wrong that the caller cannot understand; None for a result or a proper refusal."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"):
                call_kw(model, method, arguments, {})
                self.env.flush_all()
                raise _Undo
        except (_Undo, UserError, AccessDenied, RedirectWarning):
            return None
        except ValueError as error:
            if not ids and "Expected singleton" in str(error):
                return None  # a button without a record: as Odoo's own
            return f"{type(error).__name__}: {str(error)[:150]}"
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:150]}"
        finally:
            self.env.invalidate_all(flush=False)


class _Undo(Exception):
    """Undoes what a call did."""
