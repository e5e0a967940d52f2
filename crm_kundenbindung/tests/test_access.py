from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_werthaltigkeit.tests.access import OPERATIONS, AccessMatrix

from .common import LedgerCase

# what each role may do with each model; everything not listed is denied
ALLOWED = {
    "user": {
        "crm.customer.group": ("read",),
        "crm.customer.group.member": ("read",),
        "crm.customer.group.move": ("read",),
        "crm.measure": ("read", "write", "create"),
        "crm.measure.instrument": ("read",),
        "crm.measure.participant": ("read", "write"),
        "crm.measure.response": ("read",),
        "crm.measure.link": OPERATIONS,
        "crm.measure.result": ("read",),
        "crm.measure.library": ("read",),
        "crm.complaint": ("read", "write", "create"),
        "crm.complaint.cause": ("read",),
        "crm.complaint.effect": ("read",),
        "crm.complaint.remedy": ("read",),
        "crm.complaint.report": ("read",),
        "crm.complaint.severity": ("read",),
        "crm.complaint.stage": ("read",),
        "crm.promise": ("read", "write", "create"),
        "crm.booking": ("read", "write", "create"),
        "crm.booking.book": ("read", "write", "create"),
        "crm.booking.type": ("read",),
        "crm.customer.object": ("read", "write", "create"),
        "crm.customer.object.kind": ("read",),
        "crm.customer.object.due": OPERATIONS,
        "crm.customer.object.due.kind": ("read",),
        "crm.promise.report": ("read",),
        "crm.trust": ("read",),
        "crm.trust.history": ("read",),
        "crm.promise.kind": ("read",),
        "crm.customer.group.figure": ("read",),
        "crm.customer.group.figure.part": ("read",),
        "crm.customer.month": ("read",),
        "loyalty.card.stamp": ("read", "write", "create"),
        "loyalty.event": ("read",),
        "loyalty.event.rule": ("read",),
        "loyalty.ledger": ("read",),
        "loyalty.ledger.reason": ("read",),
        "loyalty.program.report": ("read",),
        "loyalty.reward.given": ("read",),
        "loyalty.reward.report": ("read",),
        "loyalty.tier": ("read",),
        "loyalty.tier.member": ("read",),
        "loyalty.tier.history": ("read",),
        "crm.referral": ("read", "write"),
        "crm.referral.stage": ("read",),
        "crm.referral.code": ("read",),
        "crm.referral.enter": ("read", "write", "create"),
        "crm.retention": ("read",),
        "crm.retention.stage": ("read",),
        "crm.retention.factor": ("read",),
        "crm.retention.history": ("read",),
        "crm.next.action": ("read",),
        "crm.next.action.type": ("read",),
        "crm.next.action.refusal": ("read",),
        "crm.next.action.decision": ("read", "write", "create"),
        "crm.feedback.rule": ("read",),
        "crm.feedback.request": ("read", "write"),
        "crm.feedback.answer": ("read",),
        "crm.feedback.report": ("read",),
        "crm.feedback.card": ("read",),
        "crm.feedback.group.report": ("read",),
        "crm.feedback.send": ("read", "write", "create"),
        "crm.outreach": ("read", "write", "create"),
        "crm.outreach.recipient": ("read",),
        "crm.outreach.count": ("read",),
        "crm.idea": ("read", "write", "create"),
        "crm.idea.stage": ("read",),
        "crm.idea.category": ("read",),
        "crm.portal.area": ("read",),
    },
    "manager": {
        "crm.customer.group": OPERATIONS,
        "crm.customer.group.member": ("read",),
        "crm.customer.group.move": ("read",),
        "crm.customer.group.figure": ("read",),
        "crm.customer.group.figure.part": ("read",),
        "crm.customer.month": ("read",),
        "crm.customer.group.template": ("read", "write"),
        "crm.measure": OPERATIONS,
        "crm.measure.instrument": OPERATIONS,
        "crm.measure.participant": ("read", "write"),
        "crm.measure.response": ("read",),
        "crm.measure.link": OPERATIONS,
        "crm.measure.result": ("read",),
        "crm.measure.library": ("read",),
        "crm.complaint": OPERATIONS,
        "crm.complaint.cause": OPERATIONS,
        "crm.complaint.effect": ("read",),
        "crm.complaint.remedy": OPERATIONS,
        "crm.complaint.report": ("read",),
        "crm.complaint.severity": OPERATIONS,
        "crm.complaint.stage": OPERATIONS,
        "crm.promise": OPERATIONS,
        "crm.booking": OPERATIONS,
        "crm.booking.book": ("read", "write", "create"),
        "crm.booking.type": OPERATIONS,
        "crm.customer.object": OPERATIONS,
        "crm.customer.object.kind": OPERATIONS,
        "crm.customer.object.due": OPERATIONS,
        "crm.customer.object.due.kind": OPERATIONS,
        "crm.promise.report": ("read",),
        "crm.trust": ("read",),
        "crm.trust.history": ("read",),
        "crm.promise.kind": OPERATIONS,
        "loyalty.card.stamp": ("read", "write", "create"),
        "loyalty.event": ("read",),
        "loyalty.event.rule": OPERATIONS,
        "loyalty.ledger": ("read",),
        "loyalty.ledger.reason": OPERATIONS,
        "loyalty.program.report": ("read",),
        "loyalty.reward.given": ("read",),
        "loyalty.reward.report": ("read",),
        "loyalty.tier": OPERATIONS,
        "loyalty.tier.member": ("read", "write"),
        "loyalty.tier.history": ("read",),
        "crm.referral": ("read", "write"),
        "crm.referral.stage": ("read", "write"),
        "crm.referral.code": ("read",),
        "crm.referral.enter": ("read", "write", "create"),
        "loyalty.ledger.issue": ("read",),
        "loyalty.ledger.import": ("read", "write", "create"),
        "loyalty.valuation": OPERATIONS,
        "loyalty.valuation.line": OPERATIONS,
        "crm.retention": ("read",),
        "crm.retention.stage": ("read", "write"),
        "crm.retention.factor": ("read", "write"),
        "crm.retention.history": ("read",),
        "crm.next.action": ("read",),
        "crm.next.action.type": OPERATIONS,
        "crm.next.action.refusal": OPERATIONS,
        "crm.next.action.decision": ("read", "write", "create"),
        "crm.feedback.rule": OPERATIONS,
        "crm.feedback.request": ("read", "write"),
        "crm.feedback.answer": ("read",),
        "crm.feedback.report": ("read",),
        "crm.feedback.card": ("read",),
        "crm.feedback.group.report": ("read",),
        "crm.feedback.send": ("read", "write", "create"),
        "crm.privacy.log": ("read",),
        "crm.privacy.anonymise": ("read", "write", "create"),
        "crm.outreach": OPERATIONS,
        "crm.outreach.recipient": ("read",),
        "crm.outreach.count": ("read",),
        "crm.idea": OPERATIONS,
        "crm.idea.stage": OPERATIONS,
        "crm.idea.category": OPERATIONS,
        "crm.portal.area": ("read", "write"),
    },
}


@tagged("post_install", "-at_install")
class TestAccess(AccessMatrix, TransactionCase):
    addon = "crm_kundenbindung"
    groups = {
        "history": "crm_werthaltigkeit.group_werthaltigkeit_manager",
        "user": "crm_kundenbindung.group_kundenbindung_user",
        "manager": "crm_kundenbindung.group_kundenbindung_manager",
    }
    allowed, denied, at_least = ALLOWED, (*AccessMatrix.denied, "history"), 40

    def test_fields_on_cards_are_closed_to_others(self):
        card = self.env["loyalty.card"]
        self.assertFalse({"ledger_ids", "ledger_count"} & card.with_user(self.roles["employee"]).fields_get().keys())


@tagged("post_install", "-at_install")
class TestCompanies(LedgerCase):
    """Entries belong to the company of their document."""

    def test_two_companies_share_a_programme(self):
        self.program.company_id = False
        second = self.env["res.company"].create({"name": "Second Workshop"})
        own = self._order(self.customer, [(self.tyres, 1)])
        card = own.coupon_point_ids.coupon_id
        order = self.env["sale.order"].with_company(second).create(
            {
                "partner_id": self.customer.id,
                "company_id": second.id,
                "order_line": [(0, 0, {"product_id": self.labour.id, "product_uom_qty": 1})],
            }
        )  # fmt: skip
        order.action_confirm()
        self.assertEqual(card.points, 180)
        self.assertEqual(self._entries(card).company_id, self.company | second)
        self.manager.write({"company_ids": [(4, second.id)]})
        ledger = self.env["loyalty.ledger"].with_user(self.manager)
        for company, amount in ((self.company, 100), (second, 80)):
            seen = ledger.with_context(allowed_company_ids=company.ids).search([("card_id", "=", card.id)])
            self.assertEqual(seen.mapped("amount"), [amount])
        with self.assertRaises(AccessError):
            self._entries(card).filtered(lambda e: e.company_id == second).with_user(self.manager).with_context(
                allowed_company_ids=self.company.ids
            ).read(["amount"])
        self.assertProved()
