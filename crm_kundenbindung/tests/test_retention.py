import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .retention import RetentionCase


@tagged("post_install", "-at_install")
class TestStages(RetentionCase):
    """Stages by the customer's own rhythm, and the changes between them."""

    def test_first_stage_of_each_customer(self):
        expected = {
            "prospect": self._buyer("Prospect"),
            "new": self._buyer("New", last=20),
            "growing": self._buyer("Growing", last=30, purchases=3, interval=60),
            "loyal": self._buyer("Loyal", last=30, purchases=8, interval=40),
            "at_risk": self._buyer("At Risk", last=70, purchases=8, interval=40),
            "lapsed": self._buyer("Lapsed", last=130, purchases=8, interval=40),
        }
        self._run()
        self.assertEqual(
            {code: self._stage(partner) for code, partner in expected.items()}, {code: code for code in expected}
        )
        self.assertEqual(self._changes(expected["loyal"]), [(None, "loyal")])
        self.assertEqual(self._row(expected["new"]).stage_since, self._days_ago(20))
        self.assertFalse(self._row(expected["loyal"]).stage_since, "nobody knows since when")

    def test_one_time_buyers_go_by_months(self):
        for days, code in ((100, "new"), (200, "at_risk"), (400, "lapsed")):
            partner = self._buyer(f"Once {days}", last=days)
            self._run()
            self.assertEqual(self._stage(partner), code)

    def test_frequent_buyers_are_not_at_risk_within_days(self):
        partner = self._buyer("Baker", last=10, purchases=200, interval=2)
        self._run()
        self.assertEqual(self._stage(partner), "loyal")

    def test_model_says_lost_before_the_rhythm_does(self):
        partner = self._buyer("Fading", last=50, purchases=9, interval=40, purchase_method="model", margin_at_risk=10.0)
        self._value(partner).probability_active = 0.3
        stands_not = self._buyer("Same", last=50, purchases=9, interval=40, purchase_method="baseline")
        self._run()
        self.assertEqual((self._stage(partner), self._stage(stands_not)), ("at_risk", "loyal"))

    def test_thresholds_are_the_company_s(self):
        partner = self._buyer("Relaxed", last=70, purchases=8, interval=40)
        self._stage_row("at_risk").intervals = 2.0
        self._run()
        self.assertEqual(self._stage(partner), "loyal")
        with self.assertRaises(ValidationError):
            self._stage_row("lapsed").intervals = 1.5
        self.assertTrue(self.env["crm.computation"].search([("kind", "=", "retention"), ("state", "=", "waiting")]))

    def test_stages_are_fixed(self):
        with self.assertRaises(UserError):
            self._stage_row("growing").unlink()

    def test_lapsed_and_won_back(self):
        partner = self._buyer("Coming Back", last=300, purchases=5, interval=50)
        self._run()
        self._buys(partner)
        self._run()
        row = self._row(partner)
        self.assertEqual((row.stage_id.code, row.won_back_on, row.stage_since), ("won_back", self.today, self.today))
        self.assertEqual(self._changes(partner), [(None, "lapsed"), ("lapsed", "won_back")])
        self._run()
        self.assertEqual(len(self._changes(partner)), 2, "a second run changes nothing")
        self.env.cr.execute(SQL("UPDATE crm_retention SET won_back_on = %s WHERE id = %s", self._days_ago(181), row.id))
        self._run()
        self.assertEqual(self._stage(partner), "loyal", "after the days set")

    def test_other_thresholds_are_no_win_back(self):
        partner = self._buyer("Seldom", last=130, purchases=8, interval=40)
        self._run()
        self._stage_row("lapsed").intervals = 6
        self._run()
        self.assertEqual(self._changes(partner), [(None, "lapsed"), ("lapsed", "at_risk")])
        self.assertFalse(self._row(partner).won_back_on)

    def test_history_is_never_rewritten(self):
        partner = self._buyer("Historic", last=20)
        self._run()
        change = self.env["crm.retention.history"].search([("partner_id", "=", partner.id)])
        for call in (lambda: change.write({"days": 3}), change.unlink, lambda: change.copy()):
            with self.assertRaises(AccessError):
                call()

    def test_second_run_writes_nothing(self):
        for number in range(5):
            self._buyer(f"Still {number}", last=30 * number, purchases=number + 1, interval=40)
        self._run()
        self.env.cr.execute(
            "UPDATE crm_retention SET write_date = '2020-01-01'; UPDATE crm_next_action SET write_date = '2020-01-01'"
        )
        self._run()
        self.env.cr.execute("SELECT count(*) FROM crm_retention WHERE write_date > '2020-01-01'")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.env.cr.execute("SELECT count(*) FROM crm_next_action WHERE write_date > '2020-01-01'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_killed_run_goes_on(self):
        """Stages that were computed but not yet written are written by the next run, once."""
        partner = self._buyer("Killed", last=30, purchases=8, interval=40)
        self._run()
        self._value(partner).last_order_date = self._days_ago(70)
        self.retention._compute(self.company)
        self.assertEqual(self._stage(partner), "loyal")
        self._run()
        self.assertEqual(self._changes(partner), [(None, "loyal"), ("loyal", "at_risk")])

    def test_values_are_followed_by_the_life_cycle(self):
        self.env["crm.computation"].search([("kind", "=", "retention")]).unlink()
        order = self._order(self.customer, [(self.tyres, 4)])
        self.env.flush_all()
        self.values._rebuild(self.company)
        computation = self.env["crm.computation"].search(
            [("kind", "=", "retention"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(computation.state, "waiting")
        with self.enter_registry_test_mode():
            self.env.ref("crm_werthaltigkeit.ir_cron_computation").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(computation.state, "done")
        self.assertEqual(self._stage(order.partner_id), "new")

    def test_merged_customers_keep_one_row(self):
        kept, merged = (
            self._buyer("Kept", last=70, purchases=8, interval=40),
            self._buyer("Merged", last=70, purchases=8, interval=40),
        )
        self._run()
        self.assertTrue(self._action(kept) and self._action(merged))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((kept | merged).ids, kept)
        self.env.invalidate_all()
        self.assertEqual(len(self._row(kept)), 1)
        self.assertEqual(len(self._action(kept)), 1)
        self.assertEqual(len(self._changes(kept)), 2)


@tagged("post_install", "-at_install")
class TestUrgency(RetentionCase):
    """Parts in words, weights as rows, unknown parts count neither for nor against."""

    def _only(self, **weights):
        for factor in self.env["crm.retention.factor"].search([]):
            factor.weight = weights.get(factor.code, 0)

    def _smiley(self, partner, satisfaction, days_ago):
        self.env["crm.touchpoint"].create(
            {"partner_id": partner.id, "date": self._days_ago(days_ago), "satisfaction": satisfaction}
        )

    def test_rhythm_rises_until_the_lapse_and_falls_again(self):
        self._only(rhythm=10)
        urgencies = []
        for away in (20, 80, 120, 240):
            partner = self._buyer(f"Away {away}", last=away, purchases=9, interval=40)
            self._run()
            urgencies.append(self._row(partner).urgency)
        self.assertEqual(urgencies, [0, 50, 100, 50])

    def test_satisfaction_that_falls(self):
        self._only(rhythm=10, satisfaction=10)
        partner = self._buyer("Disappointed", last=20, purchases=9, interval=40)
        silent = self._buyer("Silent", last=20, purchases=9, interval=40)
        for days in (400, 390, 380):
            self._smiley(partner, "good", days)
        for days in (30, 20, 10):
            self._smiley(partner, "bad", days)
        self._run()
        row = self._row(partner)
        self.assertEqual(row.urgency, 50, "rhythm 0, satisfaction whole, same weights")
        self.assertEqual(row.urgency_parts["satisfaction"], [1.0, 0.0, 1.0])
        self.assertIn("last smileys at 0 %, before at 100 %", row.urgency_reason)
        self.assertIn("within the rhythm", row.urgency_explained)
        self.assertNotIn("satisfaction", self._row(silent).urgency_parts, "not known is not 0")

    def test_unknown_parts_do_not_dilute(self):
        self._only(rhythm=10, satisfaction=90)
        partner = self._buyer("Unknown", last=120, purchases=9, interval=40)
        self._run()
        self.assertEqual(self._row(partner).urgency, 100)

    def test_range_bought(self):
        self._only(range=10)
        categories = self.env["product.category"].create([{"name": f"Category {number}"} for number in range(3)])
        products = self.env["product.product"].create(
            [
                {"name": c.name, "categ_id": c.id, "list_price": 10, "standard_price": 5, "taxes_id": False}
                for c in categories
            ]
        )
        broad, narrow = self.customer, self.other
        self._order(broad, [(product, 1) for product in products])
        self._order(narrow, [(products[0], 1)])
        self._buyer("", partner=broad, last=1)
        self._buyer("", partner=narrow, last=1)
        self._run()
        self.assertEqual((self._row(broad).urgency, self._row(narrow).urgency), (0, 100))
        self.assertIn("broad customers buy 3", self._row(narrow).urgency_reason)

    def test_complaints_and_promises(self):
        self._only(complaint=10, promise=10)
        partner = self._buyer("Complaining", last=20, purchases=9, interval=40)
        calm = self._buyer("Calm", last=20, purchases=9, interval=40)
        self._run()
        self.assertEqual(self._row(partner).urgency_parts, {}, "nobody records any: not known")
        values = {"partner_id": partner.id, "company_id": self.company.id}
        self.env["crm.complaint"].create({"name": "Squeals", "due_date": self._days_ago(-3), **values})
        self.env["crm.promise"].create({"name": "Call", "due_date": self._days_ago(2), **values})
        self._run()
        self.assertEqual(self._row(partner).urgency, 70)
        self.assertIn("1 complaint open", self._row(partner).urgency_reason)
        self.assertIn("1 promise overdue", self._row(partner).urgency_reason)
        self.assertEqual((self._row(calm).urgency, self._row(calm).urgency_parts["complaint"][0]), (0, 0))
        self.env.invalidate_all()
        self.assertIn("1 complaint open · 1 promise overdue", partner.werthaltigkeit_headline)

    def test_prospects_are_not_urgent(self):
        partner = self._buyer("Prospect")
        self._run()
        self.assertEqual((self._row(partner).urgency, self._row(partner).urgency_parts), (0, False))


@tagged("post_install", "-at_install")
class TestPotential(RetentionCase):
    """Margin at risk and retention potential are two figures."""

    def test_not_yet_measured(self):
        partner = self._buyer(
            "Unmeasured", last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=800.0
        )
        self._run()
        row = self._row(partner)
        self.assertEqual((row.margin_at_risk, row.risk_known), (800, True))
        self.assertEqual((row.potential_known, row.potential_text), (False, "not yet measured"))

    def test_best_instrument_from_measured_chances(self):
        partner = self._buyer(
            "Measured", last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=800.0
        )
        other = self._buyer(
            "Elsewhere", last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=300.0
        )
        chances = SQL(
            "VALUES (%s, 'Letter', 0.10, 2.0), (%s, 'Call', 0.15, 12.0), (%s, 'Gift', 0.12, 90.0)",
            partner.id,
            partner.id,
            partner.id,
        )
        query = SQL("SELECT * FROM (%s) v (partner_id, instrument, chance, cost)", chances)
        self.patch(type(self.retention), "_instrument_chances", lambda _self, _company: query)
        self._run()
        row = self._row(partner)
        self.assertEqual((row.potential, row.instrument), (108.0, "Call"))
        self.assertEqual([entry[0] for entry in row.instruments], ["Call", "Letter", "Gift"])
        self.assertIn("by Call", row.potential_text)
        self.assertFalse(self._row(other).potential_known)
        found = self.env["res.partner"].search(
            [("kundenbindung_potential", "<", 1000), ("id", "in", (partner | other).ids)]
        )
        self.assertEqual(found, partner, "what is not known is below nothing")


@tagged("post_install", "-at_install")
class TestObjection(RetentionCase):
    """Who objected to profiling has no score and is in no list built on one, from the next run on."""

    def test_effect_at_the_next_run(self):
        partner = self._buyer(
            "Objecting", last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=800.0
        )
        self._run()
        decided = self._buyer("Objecting Later", last=70, purchases=8, interval=40)
        self._run()
        self._action(decided).action_do()
        self.assertTrue(self._row(partner) and self._action(partner))
        self._object(partner)
        self._object(decided)
        self._run()
        for customer in (partner, decided):
            self.assertFalse(self._row(customer))
            self.assertFalse(self._action(customer, "open", "postponed", "accepted", "refused"))
            self.assertEqual(self._changes(customer), [])
            self.assertFalse(customer.kundenbindung_stage_id)
            self.assertFalse(customer.kundenbindung_margin_at_risk)
        self.assertEqual(self.env["crm.retention.history"].search_count([("partner_id", "=", False)]), 2, "counts stay")
        found = self.env["res.partner"].search(
            [("kundenbindung_urgency", ">=", 0), ("id", "in", (partner | decided).ids)]
        )
        self.assertFalse(found)


@tagged("post_install", "-at_install")
class TestAutomation(RetentionCase):
    """Odoo's automation rules react to a change of stage, not to the first stage."""

    def test_rules_are_shipped_switched_off_and_ready(self):
        rule = self.env.ref("crm_kundenbindung.base_automation_at_risk")
        self.assertFalse(rule.active)
        partner = self._buyer("Slipping", last=30, purchases=8, interval=40)
        at_risk_from_start = self._buyer("At Risk From Start", last=70, purchases=8, interval=40)
        self._assign(partner, self.seller)
        rule.active = True
        self._run()
        self.assertFalse((partner | at_risk_from_start).activity_ids)
        self._value(partner).last_order_date = self._days_ago(70)
        self._run()
        activity = partner.activity_ids
        self.assertEqual((activity.user_id, activity.res_model), (self.seller, "res.partner"))
        self.assertEqual(activity.activity_type_id, self.env.ref("mail.mail_activity_data_call"))
        self._run()
        self.assertEqual(len(partner.activity_ids), 1)

    def test_won_back(self):
        self.env.ref("crm_kundenbindung.base_automation_won_back").active = True
        partner = self._buyer("Returning", last=300, purchases=5, interval=50)
        self._run()
        self._buys(partner)
        self._run()
        self.assertEqual(len(partner.activity_ids), 1)


@tagged("post_install", "-at_install")
class TestContact(RetentionCase):
    """What the contact, its filters, the order and the sales analysis show."""

    def test_figures_and_filters_on_the_contact(self):
        partner = self._buyer("Firm", last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=1840.0)
        contact = self.env["res.partner"].create({"name": "Contact of Firm", "parent_id": partner.id})
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self._run()
        for customer in (partner, contact):
            self.assertEqual(
                (customer.kundenbindung_stage_id.code, customer.kundenbindung_margin_at_risk), ("at_risk", 1840)
            )
        everybody = partner | contact | stranger
        search = lambda *domain: self.env["res.partner"].search([("id", "in", everybody.ids), *domain])  # noqa: E731
        self.assertEqual(search(("kundenbindung_stage_id.code", "=", "at_risk")), partner | contact)
        self.assertEqual(search(("kundenbindung_stage_id", "=", self._stage_row("at_risk").id)), partner | contact)
        self.assertEqual(search(("kundenbindung_stage_id", "=", False)), stranger)
        self.assertEqual(search(("kundenbindung_stage_id", "!=", False)), partner | contact)
        self.assertEqual(search(("kundenbindung_margin_at_risk", ">", 1000)), partner | contact)
        self.assertEqual(search(("kundenbindung_margin_at_risk", "<", 5)), stranger.browse())
        action = partner.action_kundenbindung_retention()
        self.assertEqual(action["res_id"], self._row(partner).id)

    def test_one_query_for_all_facts(self):
        partners = self._buyer("One", last=70, purchases=8, interval=40) | self._buyer("Two", last=10)
        self._run()
        partners = partners.with_user(self.seller)
        partners.mapped("name")
        self.company._werthaltigkeit_today()
        partners.invalidate_recordset(["kundenbindung_facts"])
        with self.assertQueryCount(1):
            partners.mapped("kundenbindung_margin_at_risk")
            partners.mapped("kundenbindung_urgency")
            partners.mapped("kundenbindung_stage_id")

    def test_opening_a_contact_stays_cheap(self):
        """The life cycle costs a form one query, and one for the name of the stage."""
        partner = self._buyer("Opened", last=70, purchases=8, interval=40)
        self._run()
        partner = partner.with_user(self.seller)
        without = {"name": {}, "werthaltigkeit_headline": {}, "werthaltigkeit_value_class": {}}
        with_all = {
            **without,
            "kundenbindung_stage_id": {"fields": {"display_name": {}}},
            "kundenbindung_margin_at_risk": {},
            "kundenbindung_urgency": {},
        }
        counts = []
        for specification in (without, with_all):
            partner.web_read(specification)  # what is cached for good is no cost of opening
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            partner.web_read(specification)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 2)

    def test_order_and_lead_show_stage(self):
        self._buyer(
            "", partner=self.customer, last=70, purchases=8, interval=40, purchase_method="model", margin_at_risk=90.0
        )
        self._run()
        order = self._order(self.contact, [(self.tyres, 1)], confirm=False).with_user(self.seller)
        lead = self.env["crm.lead"].create({"name": "Tyres", "partner_id": self.contact.id})
        for record in (order, lead):
            self.assertEqual((record.kundenbindung_stage_id.code, record.kundenbindung_margin_at_risk), ("at_risk", 90))

    def test_group_by_in_sales_analysis(self):
        self._buyer("", partner=self.customer, last=70, purchases=8, interval=40)
        self._run()
        self._order(self.contact, [(self.tyres, 2)])
        self.env.flush_all()
        groups = self.env["sale.report"]._read_group(
            [("partner_id", "=", self.contact.id)], ["kundenbindung_stage_id"], ["product_uom_qty:sum"]
        )
        self.assertEqual(groups, [(self._stage_row("at_risk"), 2)])

    def test_privacy_lookup_finds_the_scores(self):
        partner = self._buyer("Curious", last=70, purchases=8, interval=40)
        partner.email = "curious@example.com"
        self._run()
        wizard = self.env["privacy.lookup.wizard"].create({"name": partner.name, "email": partner.email})
        wizard.action_lookup()
        models = set(wizard.line_ids.mapped("res_model"))
        self.assertLessEqual({"crm.retention", "crm.next.action", "crm.retention.history"}, models)

    def test_explanations_are_text(self):
        partner = self._buyer("<script>alert(1)</script>", last=70, purchases=8, interval=40)
        self._run()
        factor = self.env.ref("crm_kundenbindung.retention_factor_rhythm")
        factor.name = "<b>Rhythm</b>"
        self.env.invalidate_all()
        self.assertIn("&lt;b&gt;Rhythm", self._row(partner).urgency_explained)
        self.assertTrue(json.dumps(self._row(partner).urgency_parts))


@tagged("post_install", "-at_install")
class TestCompanies(RetentionCase):
    """Rows belong to a root company; a branch counts for its root."""

    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        partner = self._buyer("Of Both", last=70, purchases=8, interval=40)
        self._buyer("", partner=partner, last=10, purchases=8, interval=40, company=second)
        self._run()
        self._run(second)
        self.assertEqual(self._stage(partner), "at_risk")
        self.assertEqual(self._row(partner, second).stage_id.code, "loyal")
        user = new_test_user(
            self.env, "retention_second", groups="crm_kundenbindung.group_kundenbindung_manager",
            company_id=second.id, company_ids=second.ids,
        )  # fmt: skip
        for model in ("crm.retention", "crm.retention.history", "crm.next.action"):
            self.assertEqual(self.env[model].with_user(user).search([]).company_id - second, self.env["res.company"])
        seen = partner.with_user(user).with_company(second)
        self.assertEqual(seen.kundenbindung_stage_id.code, "loyal")
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(partner.with_context(allowed_company_ids=branch.ids).kundenbindung_stage_id.code, "at_risk")
