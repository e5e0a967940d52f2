from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.loyalty_tier_pos import _without_tiers
from .common import LedgerCase


class TierCase(LedgerCase):
    """A customer card with Bronze from 0, Silver from 300 € and Gold from 1,000 € in 12 months."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.tyres | cls.labour).invoice_policy = "order"
        cls.tier_engine = cls.env["loyalty.tier.engine"]
        cls.today = cls.company._werthaltigkeit_today()
        cls.program.write({"tier_basis": "revenue", "tier_months": 12, "tier_grace_days": 30})
        cls.bronze, cls.silver, cls.gold = cls.env["loyalty.tier"].create(
            [
                {"name": "Bronze", "program_id": cls.program.id, "threshold": 0},
                {"name": "Silver", "program_id": cls.program.id, "threshold": 300, "multiplier": 1.5},
                {"name": "Gold", "program_id": cls.program.id, "threshold": 1000, "multiplier": 2},
            ]
        )

    def _compute(self, company=None):
        self.tier_engine._compute(company or self.company)
        self.env.invalidate_all()

    def _member(self, partner, program=None, company=None):
        return self.env["loyalty.tier.member"].search(
            [
                ("partner_id", "=", partner.id),
                ("program_id", "=", (program or self.program).id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def _buyer(self, name, quantity, days_ago=10, **vals):
        """A customer who bought tyres for `quantity` × 100 €."""
        partner = self.env["res.partner"].create({"name": name, **vals})
        self._order(partner, [(self.tyres, quantity)], days_ago=days_ago)
        return partner


@tagged("post_install", "-at_install")
class TestTiers(TierCase):
    def test_thresholds_are_reached_and_not_missed_by_a_cent(self):
        tiers = {}
        for name, quantity in (("two", 2), ("three", 3), ("nine", 9), ("ten", 10)):
            tiers[name] = self._buyer(name, quantity)
        self._compute()
        reached = {name: self._member(partner).tier_id for name, partner in tiers.items()}
        self.assertEqual(reached, {"two": self.bronze, "three": self.silver, "nine": self.silver, "ten": self.gold})
        nine = self._member(tiers["nine"])
        self.assertEqual((nine.next_tier_id, nine.missing, nine.missing_text), (self.gold, 100, "another 100 $"))
        self.assertEqual(nine.progress, 90)
        self.assertFalse(self._member(tiers["ten"]).next_tier_id)
        self.assertEqual(self._member(tiers["ten"]).since, self.today)

    def test_only_the_period_counts(self):
        old = self._buyer("old", 10, days_ago=380)
        young = self._buyer("young", 10, days_ago=350)
        self._compute()
        self.assertEqual(self._member(old).tier_id, self.bronze)
        self.assertEqual(self._member(young).tier_id, self.gold)

    def test_revenue_is_that_of_the_customer_value(self):
        """Discounts, rewards and returns are taken off once, as everywhere; taxes do not count."""
        partner = self._buyer("returns", 5)
        order = self._order(partner, [(self.tyres, 4, {"discount": 50})], days_ago=5)
        invoice = self._invoice(self._order(partner, [(self.tyres, 2)], days_ago=3))
        self._credit(invoice, 0.5)
        self._compute()
        self.values._rebuild(self.company)
        self.assertEqual(order.amount_untaxed, 200)
        self.assertEqual(self._member(partner).figure, 800)
        self.assertEqual(self._member(partner).figure, self._value(partner).revenue)

    def test_margin_needs_known_costs(self):
        self.program.tier_basis = "margin"
        known = self._buyer("known", 30)
        self.tyres.standard_price = 0
        unknown = self._buyer("unknown", 30)
        self._compute()
        self.values._rebuild(self.company)
        self.assertEqual(self._member(known).figure, 1200)
        self.assertEqual(self._member(known).figure, self._value(known).db2)
        self.assertEqual(self._member(known).tier_id, self.gold)
        self.assertFalse(self._member(unknown).figure_known)
        self.assertFalse(self._member(unknown).tier_id)

    def test_visits_are_days(self):
        self.program.tier_basis = "visits"
        (self.silver | self.gold).threshold = 0.5
        self.silver.threshold = 2
        self.gold.threshold = 4
        partner = self._buyer("visits", 1, days_ago=5)
        for days in (5, 5, 8, 9):
            self._order(partner, [(self.labour, 1)], days_ago=days)
        self._compute()
        member = self._member(partner)
        self.assertEqual((member.figure, member.tier_id, member.missing_text), (3, self.silver, "another 1 visit"))

    def test_points_are_those_earned_not_those_left(self):
        self.program.tier_basis = "points"
        partner = self._buyer("points", 4)
        card = self.env["loyalty.card"].search([("partner_id", "=", partner.id)])
        self._spend(self._order(partner, [(self.tyres, 1)], confirm=False), card).action_confirm()
        self._compute()
        # 400 at first, then 100; 100 points were redeemed
        self.assertEqual((self._member(partner).figure, card.points), (500, 400))

    def test_contacts_of_a_customer_share_its_tier(self):
        self._order(self.customer, [(self.tyres, 5)])
        self._order(self.contact, [(self.tyres, 6)])
        self._compute()
        self.assertEqual(self._member(self.customer).tier_id, self.gold)
        self.assertFalse(self._member(self.contact))
        cards = self.env["loyalty.card"].search([("partner_id", "in", (self.customer | self.contact).ids)])
        self.assertEqual(len(cards), 2)
        self.assertEqual(set(cards.mapped("tier_id")), {self.gold})

    # -- down only with a person -----------------------------------------------------------------------

    def _fallen(self):
        """A customer in Gold whose purchases have left the period."""
        partner = self._buyer("fallen", 10, days_ago=360)
        self._compute()
        self.assertEqual(self._member(partner).tier_id, self.gold)
        self.program.tier_months = 6
        self._compute()
        return partner, self._member(partner)

    def test_a_downgrade_waits_for_grace_and_person(self):
        _partner, member = self._fallen()
        self.assertEqual((member.tier_id, member.tier_computed_id), (self.gold, self.bronze))
        self.assertEqual((member.downgrade, member.below_since), ("grace", self.today))
        with self.assertRaises(UserError):
            member.with_user(self.user).action_confirm_downgrade()
        member.sudo().below_since = self.today - timedelta(days=29)
        self._compute()
        self.assertEqual(member.downgrade, "grace")
        member.sudo().below_since = self.today - timedelta(days=30)
        self._compute()
        self.assertEqual((member.downgrade, member.tier_id), ("due", self.gold))
        for _night in range(3):
            self._compute()
        self.assertEqual(member.tier_id, self.gold)
        member.with_user(self.user).action_confirm_downgrade()
        self.assertEqual((member.tier_id, member.downgrade), (self.bronze, "none"))
        history = self.env["loyalty.tier.history"].search(member._history_domain())
        self.assertEqual(history[0].user_id, self.user)
        self.assertEqual(history.mapped("reason"), ["downgrade", "upgrade"])

    def test_somebody_is_asked_once_for_all_downgrades_of_a_company(self):
        type_ = self.env.ref("crm_kundenbindung.mail_activity_type_downgrade")
        other = self._buyer("fallen too", 10, days_ago=360)
        members = self._fallen()[1] | self._member(other)

        def night(*, due):
            due.sudo().below_since = self.today - timedelta(days=40)
            self.company.kundenbindung_tier_watermark = False
            self.tier_engine._update(self.company)
            self.env.invalidate_all()
            return self.env["mail.activity"].search([("activity_type_id", "=", type_.id)])

        self.assertFalse(night(due=members.browse()))
        activity = night(due=members[0])
        self.assertEqual((activity.res_model, activity.res_id), ("res.partner", self.company.partner_id.id))
        self.assertTrue(activity.user_id.has_group("crm_kundenbindung.group_kundenbindung_manager"))
        self.assertIn("loyalty_tier_member_action_due", activity.note)
        self.assertEqual(night(due=members), activity, "one for all")
        activity.action_done()
        self.assertFalse(night(due=members.browse()), "nobody is asked twice for the same")
        members.with_user(self.user).action_confirm_downgrade()
        self.assertFalse(night(due=members.browse()))
        self.assertEqual(self.company.kundenbindung_tier_downgrades, 0)

    def test_who_came_back_loses_nothing_by_an_old_figure(self):
        partner, member = self._fallen()
        member.sudo().below_since = self.today - timedelta(days=40)
        self._compute()
        self.assertEqual(member.downgrade, "due")
        self._order(partner, [(self.tyres, 20)])
        member.with_user(self.user).action_confirm_downgrade()
        self.assertEqual((member.tier_id, member.downgrade, member.below_since), (self.gold, "none", False))

    def test_a_person_keeps_the_tier(self):
        _partner, member = self._fallen()
        member.sudo().below_since = self.today - timedelta(days=40)
        self._compute()
        member.with_user(self.user).action_keep()
        self._compute()
        self.assertEqual((member.downgrade, member.kept_until), ("grace", self.today + timedelta(days=30)))

    def test_set_by_hand(self):
        partner = self._buyer("vip", 1)
        self._compute()
        member = self._member(partner)
        with self.assertRaises(AccessError):
            member.with_user(self.user).tier_manual_id = self.gold
        with self.assertRaises(AccessError):
            member.with_user(self.manager).tier_id = self.gold
        member.with_user(self.manager).tier_manual_id = self.gold
        self.assertEqual((member.tier_id, member.tier_computed_id), (self.gold, self.bronze))
        self._compute()
        self.assertEqual((member.tier_id, member.downgrade), (self.gold, "none"))
        member.with_user(self.manager).tier_manual_id = False
        self.assertEqual((member.tier_id, member.downgrade), (self.gold, "grace"))

    def test_history_is_only_appended(self):
        self._buyer("history", 10)
        self._compute()
        row = self.env["loyalty.tier.history"].search([], limit=1)
        for rows in (row.with_user(self.manager), row):
            with self.assertRaises(AccessError):
                rows.write({"figure": 1})
            with self.assertRaises(AccessError):
                rows.unlink()
        with self.assertRaises(AccessError):
            row.with_user(self.manager).create({"program_id": self.program.id})
        with self.assertRaises(UserError):
            row.to_tier_id.unlink()

    def test_an_objection_keeps_the_tier_and_ends_the_computing(self):
        partner = self._buyer("objector", 4)
        self._compute()
        self.env["crm.consent"].create({"partner_id": partner.id, "purpose": "profiling", "state": "withdrawn"})
        self._order(partner, [(self.tyres, 20)])
        self._compute()
        member = self._member(partner)
        self.assertEqual(
            (member.tier_id, member.figure_known, member.figure, member.missing), (self.silver, False, 0, 0)
        )
        self.assertFalse(member.next_tier_id)

    # -- what a tier gives -------------------------------------------------------------------------------

    def test_points_are_multiplied_and_taken_back_exactly(self):
        partner = self._buyer("gold", 10)
        card = self.env["loyalty.card"].search([("partner_id", "=", partner.id)])
        self._compute()
        self.assertEqual(card.points, 1000)
        order = self._order(partner, [(self.tyres, 2)])
        self.assertEqual(card.points, 1400)
        self.assertEqual(order.coupon_point_ids.tier_multiplier, 2)
        # The tier changes; what the order earned does not.
        self.gold.multiplier = 5
        order.order_line.product_uom_qty = 3
        self.assertEqual(card.points, 1600)
        invoice = self._invoice(order)
        self._credit(invoice, 1 / 3)
        self.assertEqual(card.points, 1400)
        order._action_cancel()
        self.assertEqual(card.points, 1000)
        self.assertProved()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.coupon_point_ids.tier_multiplier, 5)
        order._action_cancel()
        self.assertEqual(card.points, 1000)
        self.assertProved()

    def test_whole_points_stay_whole(self):
        self.program.rule_ids.write({"reward_point_mode": "unit", "reward_point_amount": 1})
        partner = self._buyer("stamps", 3)
        self._compute()
        order = self._order(partner, [(self.tyres, 3)])
        self.assertEqual(order.coupon_point_ids.points, 4)

    def test_a_reward_of_a_tier(self):
        self.reward.tier_id = self.gold
        poor, rich = self._buyer("poor", 4), self._buyer("rich", 10)
        self._compute()
        for partner, allowed in ((poor, False), (rich, True)):
            card = self.env["loyalty.card"].search([("partner_id", "=", partner.id)])
            order = self._order(partner, [(self.tyres, 1)], confirm=False).with_user(self.plain_sales)
            order._update_programs_and_rewards()
            self.assertEqual(self.reward in order._get_claimable_rewards().get(card, self.reward.browse()), allowed)
            self.assertEqual("error" not in order._apply_program_reward(self.reward, card), allowed)
            face = card._card_face()
            self.assertEqual([reward["reachable"] for reward in face["rewards"]], [allowed])

    def test_the_point_of_sale_offers_no_reward_of_a_tier(self):
        self.reward.tier_id = self.gold
        other = self.reward.copy({"program_id": self._program("Other").id})
        both = (self.reward | other).ids
        wrapped = _without_tiers(lambda rewards, data, config: [("id", "in", both)])
        self.assertEqual(self.env["loyalty.reward"].search(wrapped(self.reward, {}, None)), other)

    def test_price_list_of_a_tier_comes_and_goes_with_the_former_one(self):
        special, gold_prices, other = self.env["product.pricelist"].create(
            [{"name": "Special"}, {"name": "Gold Prices"}, {"name": "Other"}]
        )
        self.gold.pricelist_id = gold_prices
        before, changed = self._buyer("before", 10, days_ago=360), self._buyer("changed", 10, days_ago=360)
        before.specific_property_product_pricelist = special
        self._compute()
        self.assertEqual((before | changed).mapped("specific_property_product_pricelist"), gold_prices)
        self.assertIn("Gold Prices", before.message_ids[0].body)
        changed.specific_property_product_pricelist = other
        self.program.tier_months = 6
        members = self._member(before) | self._member(changed)
        self._compute()
        self.assertEqual(before.specific_property_product_pricelist, gold_prices)
        members.sudo().below_since = self.today - timedelta(days=60)
        self._compute()
        members.with_user(self.user).action_confirm_downgrade()
        self.assertEqual(before.specific_property_product_pricelist, special)
        self.assertEqual(changed.specific_property_product_pricelist, other, "a person's choice stays")

    def test_one_program_gives_price_lists(self):
        prices = self.env["product.pricelist"].create({"name": "Prices"})
        second = self._program("Second Card")
        self.gold.pricelist_id = prices
        with self.assertRaises(ValidationError):
            self.env["loyalty.tier"].create(
                {"name": "Best", "program_id": second.id, "threshold": 1, "pricelist_id": prices.id}
            )

    def test_only_cards_that_collect_have_tiers(self):
        with self.assertRaises(ValidationError):
            self.env["loyalty.tier"].create({"name": "Wrong", "program_id": self._promotion().id})

    def test_a_copy_has_tiers_of_its_own(self):
        self.reward.tier_id = self.gold
        copy = self.program.copy()
        self.assertEqual(copy.tier_ids.mapped("name"), ["Bronze", "Silver", "Gold"])
        self.assertEqual(copy.reward_ids.tier_id, copy.tier_ids[2])

    # -- when -----------------------------------------------------------------------------------------------

    def test_soon_after_an_order(self):
        """What wakes the computation is the computation of values; nothing is added to the order's own way."""
        partner = self._buyer("soon", 4)
        self._compute()
        self.company.kundenbindung_tier_watermark = "2000-01-01"
        self.values._update(self.company)
        self.env["ir.cron.trigger"].search([]).unlink()
        self._order(partner, [(self.tyres, 7)])
        self.assertFalse(
            self.env["ir.cron.trigger"].search([("cron_id", "=", self.env.ref("crm_kundenbindung.ir_cron_tier").id)])
        )
        self.values._update(self.company)
        self.assertTrue(
            self.env["ir.cron.trigger"].search([("cron_id", "=", self.env.ref("crm_kundenbindung.ir_cron_tier").id)])
        )
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_tier").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._member(partner).tier_id, self.gold)
        self.assertTrue(self.company.kundenbindung_tier_watermark > self.company.create_date)

    def test_running_again_changes_nothing(self):
        partner = self._buyer("again", 4)
        self._compute()
        before = self._member(partner).write_date, self._member(partner).computed_on
        history = self.env["loyalty.tier.history"].search_count([])
        self._compute()
        self.assertEqual((self._member(partner).write_date, self._member(partner).computed_on), before)
        self.assertEqual(self.env["loyalty.tier.history"].search_count([]), history)

    def test_many_customers_cost_no_more_queries(self):
        for number in range(3):
            self._buyer(f"few {number}", 4)
        self._compute()
        for number in range(12):
            self._buyer(f"many {number}", 4)
        self.env.flush_all()
        with self.assertQueryCount(40):
            self.tier_engine._compute(self.company)

    # -- merges -------------------------------------------------------------------------------------------------

    def test_merged_customers_keep_the_higher_tier(self):
        low, high = self._buyer("low", 4), self._buyer("high", 10)
        self._compute()
        self.env["base.partner.merge.automatic.wizard"]._merge((low | high).ids, low)
        member = self._member(low)
        self.assertEqual(member.tier_id, self.gold)
        self._compute()
        self.assertEqual((member.figure, member.tier_id), (1400, self.gold))
        self.assertEqual(len(self.env["loyalty.tier.member"].search([("partner_id", "=", low.id)])), 1)
        self.assertProved()

    def test_a_customer_that_becomes_a_contact_brings_its_tier(self):
        small, parent = self._buyer("small", 10), self.env["res.partner"].create({"name": "Parent", "is_company": True})
        self._compute()
        small.parent_id = parent
        self._compute()
        self.assertEqual(self._member(parent).tier_id, self.gold)
        self.assertFalse(self._member(small))

    # -- what people see -----------------------------------------------------------------------------------------

    def test_contact_card_and_customer_say_what_is_missing(self):
        partner = self._buyer("seen", 4)
        self._compute()
        self.env.flush_all()
        self.env.invalidate_all()
        contact = partner.with_user(self.user)
        self.assertFalse(contact.kundenbindung_stage_id)  # the query that the life cycle needs anyway
        with self.assertQueryCount(0):
            facts = contact.kundenbindung_facts["tiers"][0]
            self.assertEqual((facts["tier"], facts["next"], facts["missing"]), ("Silver", "Gold", 600))
        self.assertEqual(contact.kundenbindung_tier, "Silver")
        self.assertEqual(contact.kundenbindung_tier_next, "another 600 $ to Gold")
        self.assertIn("Silver, another 600 $ to Gold", contact.werthaltigkeit_headline)
        found = self.env["res.partner"].with_user(self.user).search([("kundenbindung_tier_id", "=", self.silver.id)])
        self.assertIn(partner, found)
        card = self.env["loyalty.card"].search([("partner_id", "=", partner.id)])
        self.assertEqual((card.with_user(self.user).tier_id, card.tier_progress), (self.silver, 40))
        face = card._card_face()
        self.assertEqual(face["kind"], "tier")
        self.assertEqual(face["tier"], {"name": "Silver"})
        self.assertEqual(face["next_tier"], {"name": "Gold", "missing": "another 600 $", "progress": 0.4})

    def test_a_card_without_tiers_is_as_before(self):
        card = self._card(self.other, program=self._program("Plain"))
        face = card._card_face()
        self.assertEqual((face["kind"], face["tier"], face["next_tier"]), ("points", False, False))

    def test_template(self):
        templates = self.env["loyalty.program"].get_program_templates()
        self.assertIn("kundenbindung_tiers", templates)
        action = self.env["loyalty.program"].create_from_template("kundenbindung_tiers")
        program = self.env["loyalty.program"].browse(action["res_id"])
        self.assertEqual(program.tier_ids.mapped("threshold"), [0, 1000, 3000])
        self.assertEqual(program.tier_ids.company_id, self.company)

    # -- companies --------------------------------------------------------------------------------------------------

    def test_two_companies_and_a_branch(self):
        """A programme of all companies: each has its own tiers, and what was bought elsewhere counts for nothing."""
        second = self.env["res.company"].create({"name": "Second Workshop"})
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.program.company_id = False
        theirs = self.env["loyalty.tier"].create(
            {"name": "Theirs", "program_id": self.program.id, "company_id": second.id, "threshold": 100}
        )
        partner = self._buyer("both", 4)
        for company, quantity in ((second, 1), (branch, 6)):
            order = self.env["sale.order"].with_company(company).create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "order_line": [Command.create({"product_id": self.tyres.id, "product_uom_qty": quantity})],
                }
            )  # fmt: skip
            order.action_confirm()
        self._compute()
        self._compute(second)
        own, other = self._member(partner), self._member(partner, company=second)
        self.assertEqual((own.figure, own.tier_id), (1000, self.gold))
        self.assertEqual((other.figure, other.tier_id), (100, theirs))
        self.manager.write({"company_ids": [Command.link(second.id)]})
        for model, mine, foreign in (
            ("loyalty.tier.member", own, other),
            ("loyalty.tier", self.gold, theirs),
            ("loyalty.tier.history", own.env["loyalty.tier.history"].search(own._history_domain()), False),
        ):
            seen = self.env[model].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
            self.assertIn(mine, seen.search([]))
            self.assertEqual(seen.search([]).company_id, self.company)
            if foreign:
                with self.assertRaises(AccessError):
                    seen.browse(foreign.id).read(["company_id"])
        order = self._order(partner, [(self.tyres, 1)], confirm=False)
        self.assertEqual(order._tiers(self.program)[self.program], self.gold)

    def test_the_period_ends_on_the_day_of_the_company(self):
        self.company.werthaltigkeit_as_of = date(2026, 6, 30)
        inside = self._buyer("inside", 4)
        outside = self._buyer("outside", 4)
        for partner, day in ((inside, "2025-06-30 10:00:00"), (outside, "2025-06-29 10:00:00")):
            self.env["sale.order"].search([("partner_id", "=", partner.id)]).date_order = day
        self._compute()
        self.assertEqual((self._member(inside).figure, self._member(outside).figure), (400, 0))
