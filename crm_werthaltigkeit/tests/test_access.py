from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

OPERATIONS = ("read", "write", "create", "unlink")
# what each role may do with each model; everything not listed is denied
ALLOWED = {
    "user": {
        "crm.touchpoint": OPERATIONS,
        "crm.touchpoint.kind": ("read",),
        "crm.touchpoint.channel": ("read",),
        "crm.touchpoint.reason": ("read",),
        "crm.touchpoint.document": ("read",),
        "crm.touchpoint.source": ("read",),
        "crm.touchpoint.mail": ("read",),
        "crm.touchpoint.waiting": ("read",),
        "crm.data.care": ("read",),
        "crm.data.care.defect": ("read",),
        "crm.data.care.distinct": ("read",),
        "crm.data.care.field": ("read",),
        "crm.product.affinity": ("read",),
        "crm.product.recommendation": ("read",),
        "crm.product.proposal": ("read", "write", "create"),
        "crm.product.proposal.line": ("read", "write", "create"),
        "crm.interest": ("read", "write", "create"),
        "crm.consent": ("read", "create"),
        "crm.kpi": ("read",),
        "crm.customer.value": ("read",),
        "crm.value.model": ("read",),
        "crm.customer.value.snapshot": ("read",),
        "crm.value.migration": ("read",),
        "crm.value.forecast": ("read",),
        "crm.value.service.effect": ("read",),
        "crm.value.aspect": ("read",),
        "crm.value.question": ("read",),
        "crm.value.assessment": OPERATIONS,
        "crm.value.assessment.score": ("read", "write"),
    },
    "manager": {
        "crm.touchpoint": OPERATIONS,
        "crm.touchpoint.kind": OPERATIONS,
        "crm.touchpoint.channel": OPERATIONS,
        "crm.touchpoint.reason": OPERATIONS,
        "crm.touchpoint.document": OPERATIONS,
        "crm.touchpoint.source": OPERATIONS,
        "crm.touchpoint.mail": ("read", "write", "unlink"),
        "crm.touchpoint.waiting": ("read",),
        "crm.touchpoint.annotation": ("read",),
        "crm.computation": ("read",),
        "crm.product.affinity": ("read",),
        "crm.product.recommendation": ("read",),
        "crm.product.proposal": ("read", "write", "create"),
        "crm.product.proposal.line": ("read", "write", "create"),
        "crm.data.care": ("read",),
        "crm.data.care.defect": ("read",),
        "crm.data.care.distinct": ("read", "unlink"),
        "crm.data.care.field": OPERATIONS,
        "crm.interest": OPERATIONS,
        "crm.consent": ("read", "create"),
        "crm.kpi": ("read", "write"),
        "crm.customer.value": ("read",),
        "crm.value.model": ("read",),
        "crm.customer.value.snapshot": ("read",),
        "crm.value.migration": ("read",),
        "crm.value.forecast": ("read",),
        "crm.value.service.effect": ("read",),
        "crm.value.run": ("read",),
        "crm.value.aspect": OPERATIONS,
        "crm.value.question": OPERATIONS,
        "crm.value.assessment": OPERATIONS,
        "crm.value.assessment.score": ("read", "write"),
        "crm.value.override": ("read", "write", "create"),
    },
}


@tagged("post_install", "-at_install")
class TestAccess(TransactionCase):
    """Every role against every model of the addon, deny by default."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            "public": cls.env.ref("base.public_user"),
            "portal": new_test_user(cls.env, "wert_portal", groups="base.group_portal"),
            "employee": new_test_user(cls.env, "wert_plain", groups="base.group_user"),
            "user": new_test_user(cls.env, "wert_role_user", groups="crm_werthaltigkeit.group_werthaltigkeit_user"),
            "manager": new_test_user(
                cls.env, "wert_role_manager", groups="crm_werthaltigkeit.group_werthaltigkeit_manager"
            ),
        }
        cls.models = [
            name
            for name, model in cls.env.registry.items()
            if model._original_module == "crm_werthaltigkeit" and not model._abstract
        ]

    def test_matrix(self):
        self.assertGreater(len(self.models), 12)
        for role, user in self.roles.items():
            for name in self.models:
                for operation in OPERATIONS:
                    with self.subTest(role=role, model=name, operation=operation):
                        expected = operation in ALLOWED.get(role, {}).get(name, ())
                        self.assertEqual(self.env[name].with_user(user).has_access(operation), expected)

    def test_denied_roles_get_nothing_over_rpc(self):
        for role in ("public", "portal", "employee"):
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

    def test_partner_fields_are_closed_to_others(self):
        """Neither a portal user nor an employee without customer contact reads scores of a contact."""
        partner = self.env["res.partner"].create({"name": "Somebody"})
        names = [name for name in partner._fields if name.startswith("werthaltigkeit_")]
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(field=name), self.assertRaises(AccessError):
                partner.with_user(self.roles["employee"]).read([name])
        self.assertFalse(set(names) & partner.with_user(self.roles["employee"]).fields_get().keys())
        self.roles["user"].group_ids |= self.env.ref("base.group_partner_manager")
        partner.with_user(self.roles["user"]).read(names)

    def test_every_model_with_a_company_has_a_company_rule(self):
        """Rows of another company are closed to user and manager, whatever they are asked through."""
        without = {"crm.value.override"}
        for name in set(self.models) - without:
            model = self.env[name]
            if "company_id" in model._fields and model._auto:
                with self.subTest(model=name):
                    rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
                    self.assertTrue(any("compan" in (rule.domain_force or "") for rule in rules))
