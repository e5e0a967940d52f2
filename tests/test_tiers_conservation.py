"""Tiers and referrals survive what people do: random sequences of orders, cancellations, credit notes and merges."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sequences import Sequences

from odoo.tests import tagged

from odoo.addons.crm_kundenbindung.tests.test_referral import ReferralCase

pytestmark = pytest.mark.accept
SEQUENCES, STEPS = 120, 8


class TiersAndReferrals(Sequences):
    """Four customers with orders; they recommend each other, have tiers, and are merged."""

    def __init__(self):
        super().__init__()
        self.held = {}  # partner's id -> threshold of the tier reached

    def _partner(self, number):
        partners = self.partners.exists()
        return partners[number % len(partners)]

    @rule(partner=st.integers(0, 3), quantity=st.integers(1, 6), invoice=st.booleans())
    def order(self, partner, quantity, invoice):
        order = self.case._order(self._partner(partner), [(self.case.tyres, quantity)])
        self.orders.append(order)
        if invoice:
            self.case._invoice(order)
        self.done["order"] += 1

    @rule(number=st.integers(0, 9))
    def cancel(self, number):
        if order := self._pick(number, "sale"):
            self._attempt("cancel", order._action_cancel)

    @rule(number=st.integers(0, 9))
    def again(self, number):
        if order := self._pick(number, "cancel"):
            self._attempt("draft", order.action_draft)
            self._attempt("confirm again", order.action_confirm)

    @rule(number=st.integers(0, 9), quantity=st.integers(0, 5))
    def edit(self, number, quantity):
        if order := self._pick(number, "sale"):
            line = order.order_line.filtered(lambda line: not line.reward_id)[:1]
            self._attempt("edit", lambda: line.write({"product_uom_qty": quantity}))

    @rule(number=st.integers(0, 9), share=st.sampled_from((0.5, 1.0)))
    def credit(self, number, share):
        if order := self._pick(number, "sale"):
            invoice = order.invoice_ids[:1]
            self._attempt("credit", lambda: self.case._credit(invoice or self.case._invoice(order), share))

    @rule(referrer=st.integers(0, 3), new=st.integers(0, 3))
    def refer(self, referrer, new):
        partner = self._partner(new)
        self.case._enter(self._partner(referrer), partner)
        self.done["refer"] += 1

    @rule()
    def follow(self):
        self.case._follow()
        self.done["follow"] += 1

    @rule(months=st.sampled_from((6, 12)))
    def night(self, months):
        self.case.program.tier_months = months
        self.env["loyalty.tier.engine"]._compute(self.case.company)
        self.env.invalidate_all()
        self.done["night"] += 1

    @rule()
    def confirm_downgrades(self):
        """Time passes, and a person confirms what is due."""
        members = self.env["loyalty.tier.member"].search([("downgrade", "=", "grace")])
        members.sudo().below_since = self.case.today - timedelta(days=400)
        self.env["loyalty.tier.engine"]._compute(self.case.company)
        due = self.env["loyalty.tier.member"].search([("downgrade", "=", "due")])
        for member in due:
            self.held.pop(member.partner_id.id, None)
            self.done["downgrade"] += 1
        due.action_confirm_downgrade()

    @precondition(lambda self: len(self.partners.exists()) > 2)
    @rule(first=st.integers(0, 3))
    def merge(self, first):
        pair = self._pair(first)
        self.env["base.partner.merge.automatic.wizard"]._merge(pair.ids, pair[0])
        highest = max(self.held.pop(pair[1].id, -1), self.held.get(pair[0].id, -1))
        if highest >= 0:
            self.held[pair[0].id] = highest
        self.done["merge"] += 1

    @invariant()
    def nobody_falls_without_a_person(self):
        for member in self.env["loyalty.tier.member"].search([("tier_id", "!=", False)]):
            before = self.held.get(member.partner_id.id, -1)
            self.case.assertGreaterEqual(member.tier_id.threshold, before)
            self.held[member.partner_id.id] = member.tier_id.threshold

    @invariant()
    def points_are_proved(self):
        self.case.assertProved()
        for referral in self.env["crm.referral"].search([]):
            entries = self.env["loyalty.ledger"].search(
                [("origin_model", "=", "crm.referral"), ("origin_id", "=", referral.id), ("cause", "=", "referral")]
            )
            given = referral.points_referrer + referral.points_new
            self.case.assertAlmostEqual(sum(entries.mapped("amount")), given)
            self.case.assertEqual(bool(given), referral.state == "rewarded")

    @invariant()
    def rewarded_is_who_bought(self):
        """After a look at them: rewarded are exactly those whose first order stands and is invoiced, once per customer."""
        engine = self.env["crm.referral.engine"]
        if engine._due():
            return
        rewarded = self.env["crm.referral"].search([("state", "=", "rewarded")])
        for referral in rewarded:
            order, invoiced = engine._first_order(referral)
            self.case.assertTrue(order and invoiced)


@tagged("post_install", "-at_install")
class TestTiersConservation(ReferralCase):
    """Referral and tiers of one programme, so that multiplied points and given ones lie on the same cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.rule_ids = [(0, 0, {"reward_point_mode": "money", "reward_point_amount": 1})]
        cls.program.write({"tier_basis": "revenue", "tier_months": 12, "tier_grace_days": 30})
        cls.today = cls.company._werthaltigkeit_today()
        cls.env["loyalty.tier"].create(
            [
                {"name": name, "program_id": cls.program.id, "threshold": threshold, "multiplier": multiplier}
                for name, threshold, multiplier in (("Bronze", 0, 1), ("Silver", 300, 1.5), ("Gold", 1000, 2))
            ]
        )
        cls.partners = cls.env["res.partner"].create([{"name": f"Random {number}"} for number in range(4)])
        # as in a shop that is open already: the first step of a sequence can be any
        cls.orders = [cls._order(partner, [(cls.tyres, 3)]) for partner in cls.partners for _time in range(2)]
        for order in cls.orders[::2]:
            cls._invoice(order)

    def test_random_sequences(self):
        steps = ("order", "cancel", "credit", "refer", "follow", "night", "merge", "edit")
        TiersAndReferrals.run(self, SEQUENCES, STEPS, steps)
        self.assertGreater(TiersAndReferrals.done["downgrade"], 0)
