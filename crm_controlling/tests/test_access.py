from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_werthaltigkeit.tests.access import AccessMatrix

# what each role may do with each model; everything not listed is denied
ALLOWED = {
    "user": {
        "crm.concept": ("read",),
        "crm.concept.agreement": ("read", "write"),
        "crm.concept.data": ("read",),
        "crm.concept.lesson": ("read",),
        "crm.specification": ("read",),
        "crm.requirement": ("read", "write", "create"),
        "crm.requirement.category": ("read",),
        "crm.utility.analysis": ("read",),
        "crm.utility.option": ("read",),
        "crm.utility.criterion": ("read",),
        "crm.utility.comparison": ("read",),
        "crm.utility.score": ("read", "write"),
        "crm.board.sum": ("read",),
        "crm.goal": ("read", "write"),
        "crm.goal.effect": ("read",),
        "crm.goal.measurement": ("read",),
        "crm.goal.review": ("read", "write"),
        "crm.goal.review.line": ("read",),
        "crm.goal.stage": ("read",),
        "crm.goal.step": ("read",),
        "crm.goal.template": ("read",),
        "crm.goal.version": ("read",),
    },
    "manager": {
        "crm.concept": ("read", "write", "create", "unlink"),
        "crm.concept.agreement": ("read", "write"),
        "crm.concept.data": ("read", "write", "create", "unlink"),
        "crm.concept.lesson": ("read", "write", "create", "unlink"),
        "crm.specification": ("read", "write", "create", "unlink"),
        "crm.requirement": ("read", "write", "create", "unlink"),
        "crm.requirement.category": ("read", "write", "create", "unlink"),
        "crm.utility.analysis": ("read", "write", "create", "unlink"),
        "crm.utility.option": ("read", "write", "create", "unlink"),
        "crm.utility.criterion": ("read", "write", "create", "unlink"),
        "crm.utility.comparison": ("read", "write", "create", "unlink"),
        "crm.utility.score": ("read", "write"),
        "crm.board.mail": ("read",),
        "crm.board.sum": ("read",),
        "crm.goal": ("read", "write", "create", "unlink"),
        "crm.goal.change": ("read", "write", "create"),
        "crm.goal.effect": ("read",),
        "crm.goal.measurement": ("read",),
        "crm.goal.review": ("read", "write"),
        "crm.goal.review.line": ("read",),
        "crm.goal.stage": ("read", "write", "create", "unlink"),
        "crm.goal.step": ("read", "write", "create", "unlink"),
        "crm.goal.template": ("read", "write", "create", "unlink"),
        "crm.goal.version": ("read",),
    },
}


@tagged("post_install", "-at_install")
class TestAccess(AccessMatrix, TransactionCase):
    """Role × model × operation, deny by default."""

    addon = "crm_controlling"
    at_least = 10
    groups = {
        "sales": "crm_kundenbindung.group_kundenbindung_user",
        "user": "crm_controlling.group_controlling_user",
        "manager": "crm_controlling.group_controlling_manager",
    }
    allowed = ALLOWED
    denied = ("public", "portal", "employee", "sales")
