from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_werthaltigkeit.tests.access import AccessMatrix

# what each role may do with each model; everything not listed is denied
ALLOWED = {
    "user": {
        "crm.specification": ("read",),
        "crm.requirement": ("read", "write", "create"),
        "crm.requirement.category": ("read",),
        "crm.utility.analysis": ("read",),
        "crm.utility.option": ("read",),
        "crm.utility.criterion": ("read",),
        "crm.utility.comparison": ("read",),
        "crm.utility.score": ("read", "write"),
        "crm.goal": ("read", "write"),
        "crm.goal.stage": ("read",),
    },
    "manager": {
        "crm.specification": ("read", "write", "create", "unlink"),
        "crm.requirement": ("read", "write", "create", "unlink"),
        "crm.requirement.category": ("read", "write", "create", "unlink"),
        "crm.utility.analysis": ("read", "write", "create", "unlink"),
        "crm.utility.option": ("read", "write", "create", "unlink"),
        "crm.utility.criterion": ("read", "write", "create", "unlink"),
        "crm.utility.comparison": ("read", "write", "create", "unlink"),
        "crm.utility.score": ("read", "write"),
        "crm.goal": ("read", "write", "create", "unlink"),
        "crm.goal.stage": ("read", "write", "create", "unlink"),
    },
}


@tagged("post_install", "-at_install")
class TestAccess(AccessMatrix, TransactionCase):
    """Role × model × operation, deny by default."""

    addon = "crm_controlling"
    at_least = 2
    groups = {
        "sales": "crm_kundenbindung.group_kundenbindung_user",
        "user": "crm_controlling.group_controlling_user",
        "manager": "crm_controlling.group_controlling_manager",
    }
    allowed = ALLOWED
    denied = ("public", "portal", "employee", "sales")
