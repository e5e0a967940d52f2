from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .access import OPERATIONS, AccessMatrix

# what each role may do with each model; everything not listed is denied
ALLOWED = {
    "user": {
        "crm.touchpoint": OPERATIONS,
        "crm.touchpoint.kind": ("read",),
        "crm.touchpoint.channel": ("read",),
        "crm.competitor": ("read", "write", "create"),
        "crm.leaving.report": ("read",),
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
        "crm.competitor": OPERATIONS,
        "crm.leaving.report": ("read",),
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
class TestAccess(AccessMatrix, TransactionCase):
    addon = "crm_werthaltigkeit"
    groups = {
        "user": "crm_werthaltigkeit.group_werthaltigkeit_user",
        "manager": "crm_werthaltigkeit.group_werthaltigkeit_manager",
    }
    allowed, without_rule, at_least = ALLOWED, ("crm.value.override",), 30

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
