from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class GroupCase(WerthaltigkeitCase):
    """A company of its own with customers of all sorts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Grouped", "werthaltigkeit_cost_known_since": "2000-01-01", "werthaltigkeit_period": "all"}
        )
        (cls.user | cls.manager | cls.env.user).company_ids += cls.company
        (cls.user | cls.manager).company_id = cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.groups = cls.env["crm.customer.group.engine"]
        cls.tyres, cls.labour = cls.tyres.with_env(cls.env), cls.labour.with_env(cls.env)
        cls.tyres.standard_price, cls.labour.standard_price = 60.0, 50.0  # cost prices are a company's own
        cls.today = cls.company._werthaltigkeit_today()

    @classmethod
    def _compute_values(cls):
        cls._settle()
        cls.values._rebuild(cls.company)

    @classmethod
    def _provided(cls, code):
        cls.env["crm.customer.group.template"]._provide(cls.company)
        template = cls.env.ref(f"crm_kundenbindung.customer_group_template_{code}")
        return cls.env["crm.customer.group"].search(
            [("template_id", "=", template.id), ("company_id", "=", cls.company.id)]
        )

    @classmethod
    def _group(cls, domain="[]", **vals):
        return cls.env["crm.customer.group"].create({"name": "Some", "domain": domain, **vals})


@tagged("post_install", "-at_install")
class TestCustomerGroup(GroupCase):
    """Members follow the rule; who came and who went is kept."""

    def test_what_is_at_stake(self):
        """A group's margin at risk is the sum of its members', opens them, and is not known without the model."""
        self._order(self.customer, [(self.tyres, 2)], days_ago=10)
        self._order(self.other, [(self.tyres, 1)], days_ago=500)
        self._compute_values()
        group = self._group("[]", kind="picked", partner_ids=(self.customer | self.other).ids)
        self.assertFalse(group.risk_known)
        stage = self.env.ref("crm_kundenbindung.retention_stage_at_risk")
        vals = {"company_id": self.company.id, "currency_id": self.company.currency_id.id, "stage_id": stage.id}
        rows = self.env["crm.retention"].sudo()
        rows.search([("company_id", "=", self.company.id)]).unlink()
        rows.create(dict(vals, partner_id=self.customer.id, risk_known=True, margin_at_risk=70.5))
        rows.create(dict(vals, partner_id=self.other.id, risk_known=False, margin_at_risk=0))
        self.groups._refresh(group)
        self.assertRecordValues(group, [{"risk_known": True, "margin_at_risk": 70.5, "potential_known": False}])
        action = group.action_view_at_risk()
        self.assertEqual(rows.search(action["domain"]).partner_id, self.customer)

    def test_shipped_groups(self):
        self._order(self.customer, [(self.tyres, 2)], days_ago=10)
        self._order(self.other, [(self.tyres, 1)], days_ago=500)
        self._compute_values()
        self.env["crm.customer.group.template"]._provide(self.company)
        self.assertEqual(self._provided("new").member_ids.partner_id, self.customer)
        self.assertEqual(self._provided("one_time").member_ids.partner_id, self.other)
        self.assertEqual(self._provided("dormant").member_ids.partner_id, self.other)
        self.other.kundenbindung_birthday = self.today.replace(year=1980, day=3)
        birthdays = self._provided("birthdays")
        birthdays.action_refresh()
        self.assertEqual(birthdays.member_ids.partner_id, self.other)
        self.assertEqual(len(self.env["crm.customer.group.template"]._provide(self.company)), 0)
        with self.assertRaises(UserError):
            birthdays.unlink()

    def test_a_template_waits_for_its_app(self):
        template = self.env["crm.customer.group.template"].create({"name": "Later", "requires": "no.such.model"})
        self.env["crm.customer.group.template"]._provide(self.company)
        self.assertFalse(self.env["crm.customer.group"].search([("template_id", "=", template.id)]))
        template.requires = "res.partner.kundenbindung_birthday, crm.customer.value"
        self.env["crm.customer.group.template"]._provide(self.company)
        self.assertTrue(self.env["crm.customer.group"].search([("template_id", "=", template.id)]))

    def test_contacts_count_for_their_customer(self):
        group = self._group("[('name', '=', 'Anna Sommer')]")
        self.assertEqual(group.member_ids.partner_id, self.customer)
        self.assertEqual(group.member_count, 1)

    def test_staff_is_no_member(self):
        group = self._group(f"[('id', '=', {self.user.partner_id.id})]")
        self.assertFalse(group.member_ids)

    def test_movement(self):
        """A first search moves nobody; then whoever comes and goes is kept."""
        self.customer.ref = self.other.ref = "x"
        group = self._group("[('ref', '=', 'x')]")
        self.assertEqual((group.member_count, group.joined_count, group.left_count), (2, 0, 0))
        third = self.env["res.partner"].create({"name": "Third", "ref": "x"})
        self.other.ref = False
        group.action_refresh()
        self.assertEqual(group.member_ids.partner_id, self.customer | third)
        self.assertEqual((group.member_count, group.joined_count, group.left_count), (2, 1, 1))
        moves = group.move_ids.sorted("id")
        self.assertEqual({(move.kind, move.partner_id) for move in moves}, {("left", self.other), ("joined", third)})
        group.action_refresh()
        self.assertEqual(len(group.move_ids), 2)
        group.domain = "[('name', 'in', ('Third', 'Petra Klein'))]"
        self.assertEqual(group.member_ids.partner_id, self.other | third)
        self.assertEqual(len(group.move_ids), 2, "A changed rule is no movement")

    def test_picked(self):
        group = self._group(kind="picked", partner_ids=[(4, self.contact.id)])
        self.assertEqual(group.member_ids.partner_id, self.customer)
        group.partner_ids += self.other
        self.assertEqual(group.member_ids.partner_id, self.customer | self.other)
        self.assertEqual(group.joined_count, 1)
        self.assertEqual(self.other.kundenbindung_group_ids, group)
        self.assertIn(self.contact, self.env["res.partner"].search([("kundenbindung_group_ids", "in", group.ids)]))

    def test_sums(self):
        self._order(self.customer, [(self.tyres, 9)], days_ago=10)
        self._order(self.other, [(self.tyres, 1)], days_ago=10)
        third = self.env["res.partner"].create({"name": "Third"})
        self._order(third, [(self.tyres, 10)], days_ago=10)
        self._compute_values()
        group = self._group(f"[('id', 'in', {(self.customer | self.other).ids})]")
        self.assertEqual((group.revenue, group.db1, group.db1_known), (1000, 400, True))
        self.assertAlmostEqual(group.revenue_share, 0.5)
        self.assertAlmostEqual(group.concentration, 0.5)

    def test_objection_to_profiling(self):
        self.customer.ref = self.other.ref = "x"
        group = self._group("[('ref', '=', 'x')]")
        self.env["crm.consent"].create({"partner_id": self.other.id, "purpose": "profiling", "state": "withdrawn"})
        group.action_refresh()
        self.assertEqual(group.member_ids.partner_id, self.customer)

    def test_rule_is_checked(self):
        for domain in ("[('no_such_field', '=', 1)]", "[('name'", "__import__('os')"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self._group(domain, name=domain)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_branch_has_none_of_its_own(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(self._group("[]").with_company(branch).create({"name": "Here"}).company_id, self.company)
        with self.assertRaisesRegex(ValidationError, "“There” belongs to a company"):
            self.env["crm.customer.group"].create({"name": "There", "company_id": branch.id})

    def test_a_rule_uses_what_its_author_may_read(self):
        with self.assertRaises(AccessError):
            self.env["crm.customer.group"].with_user(self.manager).create(
                {"name": "Peek", "domain": "[('signup_type', '!=', False)]"}
            )

    def test_other_companies(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids += elsewhere
        hidden = self.env["res.partner"].create({"name": "Hidden", "company_id": elsewhere.id, "ref": "x"})
        self.other.ref = "x"
        group = self._group("[('ref', '=', 'x')]")
        self.assertEqual(group.member_ids.partner_id, self.other)
        self._order(self.other, [(self.tyres, 1)], company_id=elsewhere.id)
        by_orders = self._group("[('sale_order_ids.state', '=', 'sale')]", name="Orders")
        self.assertNotIn(self.other, by_orders.member_ids.partner_id)
        theirs = self._group("[('ref', '=', 'x')]", name="Theirs", company_id=elsewhere.id)
        self.assertEqual(theirs.member_ids.partner_id, self.other | hidden)
        seen = self.env["crm.customer.group"].with_user(self.manager).search([])
        self.assertNotIn(theirs, seen)
        members = self.env["crm.customer.group.member"].with_user(self.manager).search([])
        self.assertFalse(members & theirs.member_ids)

    def test_salesperson_refreshes_but_does_not_write(self):
        group = self._group("[('ref', '=', 'x')]")
        self.other.ref = "x"
        group.with_user(self.user).action_refresh()
        self.assertEqual(group.member_ids.partner_id, self.other)
        with self.assertRaises(AccessError):
            group.with_user(self.user).name = "Mine"

    def test_merge(self):
        self.customer.ref = self.other.ref = "x"
        group = self._group("[('ref', '=', 'x')]")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.other, extra_checks=False)
        group.action_refresh()
        self.assertEqual(group.member_ids.partner_id, self.other)

    def test_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_customer_group").method_direct_trigger()
        self.assertTrue(self._provided("new").refreshed_on)

    def test_queries_do_not_grow_with_customers(self):
        group = self._group("[('ref', '=', 'many')]")
        self.env["res.partner"].create([{"name": f"Many {n}", "ref": "many"} for n in range(30)])
        self.env.flush_all()
        with self.assertQueryCount(25):
            self.groups._refresh(group)
        self.assertEqual(group.joined_count, 30)
        self.assertEqual(group.member_ids[:1].since, self.today + timedelta(0))
