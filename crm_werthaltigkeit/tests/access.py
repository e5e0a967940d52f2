from odoo.exceptions import UserError
from odoo.tests import new_test_user

OPERATIONS = ("read", "write", "create", "unlink")


class AccessMatrix:
    """Every role against every model of an addon, deny by default; mixed into a test case.

    :cvar addon: technical name of the addon
    :cvar groups: {role: XML id of its group}; `denied` names those that may do nothing
    :cvar allowed: {role: {model: operations}}; everything not listed is denied
    :cvar without_rule: models whose company no rule asks for
    """

    addon, groups, allowed, denied, without_rule = "", {}, {}, ("public", "portal", "employee"), ()
    at_least = 1  # models that the addon is known to have

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {"portal": "base.group_portal", "employee": "base.group_user", **cls.groups}
        cls.roles = {"public": cls.env.ref("base.public_user")} | {
            role: new_test_user(cls.env, f"{cls.addon}_{role}", groups=group) for role, group in groups.items()
        }
        cls.models = [
            name
            for name, model in cls.env.registry.items()
            if model._original_module == cls.addon and not model._abstract
        ]

    def test_matrix(self):
        self.assertGreaterEqual(len(self.models), self.at_least)
        for role, user in self.roles.items():
            for name in self.models:
                for operation in OPERATIONS:
                    with self.subTest(role=role, model=name, operation=operation):
                        expected = operation in self.allowed.get(role, {}).get(name, ())
                        self.assertEqual(self.env[name].with_user(user).has_access(operation), expected)

    def test_denied_roles_get_nothing_over_rpc(self):
        for role in self.denied:
            for name in self.models:
                model = self.env[name].with_user(self.roles[role])
                for call in (
                    lambda m: m.search_read([], ["id"], limit=1),
                    lambda m: m.formatted_read_group([], ["id"], ["__count"]),
                    lambda m: m.name_search("a"),
                    lambda m: m.search([]).export_data(["id"]),
                ):
                    with self.subTest(role=role, model=name), self.assertRaises(UserError):
                        call(model)

    def test_every_model_with_a_company_has_a_company_rule(self):
        """Rows of another company are closed to everybody, whatever they are asked through."""
        for name in set(self.models) - set(self.without_rule):
            model = self.env[name]
            if "company_id" in model._fields and model._auto and not model._transient:
                with self.subTest(model=name):
                    rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
                    self.assertTrue(any("compan" in (rule.domain_force or "") for rule in rules))
