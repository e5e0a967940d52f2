from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .common import WerthaltigkeitCase

ENGINE = "odoo.addons.crm_werthaltigkeit.models.crm_recommendation_engine"


class RecommendationCase(WerthaltigkeitCase):
    """Six customers bought tyres and bolts, a seventh tyres only: bolts are what it lacks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user")._apply_group(
            cls.env.ref("crm_werthaltigkeit.group_werthaltigkeit_recommendation")
        )
        cls.bolts, cls.wax = cls.env["product.product"].create(
            [{"name": name, "list_price": 9.0, "taxes_id": False, "type": "consu"} for name in ("Wheel Bolts", "Wax")]
        )
        cls.buyers = cls.env["res.partner"].create([{"name": f"Buyer {i}"} for i in range(6)])
        for buyer in cls.buyers:
            cls._order(buyer, [(cls.tyres, 4), (cls.bolts, 1)])
        for i in range(4):
            cls._order(cls.env["res.partner"].create({"name": f"Waxer {i}"}), [(cls.wax, 1)])
        cls._order(cls.customer, [(cls.tyres, 4)])
        cls._order(cls.contact, [(cls.labour, 1)])

    @classmethod
    def _run(cls, company=None):
        cls.env.flush_all()
        return cls.env["crm.computation"]._compute_now("recommendation", company or cls.company)

    @classmethod
    def _found(cls, partner, company=None):
        return cls.env["crm.product.recommendation"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", (company or cls.company).id)]
        )


@tagged("post_install", "-at_install")
class TestRecommendation(RecommendationCase):
    """What is recommended to whom, and on quotations."""

    def test_what_similar_customers_bought_with_the_reason(self):
        """6 of the 12 customers have bolts, 6 of the 7 with tyres: 6 × 12 / (7 × 6) = 1.7 times as often."""
        self._run()
        row = self._found(self.customer)
        self.assertEqual(row.product_id, self.bolts, "contacts' orders count for the customer")
        customers = len(
            self.env["sale.order"]
            .search(
                [("state", "=", "sale"), ("company_id", "=", self.company.id), ("order_line.product_id", "!=", False)]
            )
            .partner_id.commercial_partner_id
        )
        self.assertRecordValues(
            row, [{"rank": 1, "because_product_id": self.tyres.id, "support": 6, "lift": round(6 * customers / 42, 1)}]
        )
        self.assertEqual(
            row.with_context(lang="en_US").reason,
            f"Customers who bought Winter Tyre also bought this: {row.lift:.1f} times as often as others (6 customers)",
        )
        self.assertFalse(self._found(self.other), "who bought nothing has none")
        self.assertNotIn(self.bolts, self._found(self.buyers[0]).product_id, "nothing they have already")

    def test_too_few_customers_say_no_figure(self):
        for buyer in self.buyers[2:]:
            self._order(buyer, [(self.labour, 1)])
        self._order(self.other, [(self.wax, 1), (self.labour, 1)])
        self._run()
        row = self._found(self.other).filtered(lambda r: r.support < 5)[:1]
        self.assertTrue(row)
        self.assertRegex(row.reason, "also bought this$")

    def test_what_may_not_be_recommended(self):
        for vals in (
            {"sale_ok": False},
            {"active": False},
            {"company_id": self.env["res.company"].create({"name": "Elsewhere"}).id},
        ):
            with self.subTest(vals=vals):
                self._set(**vals)
                self._run()
                self.assertNotIn(self.bolts, self._found(self.customer).product_id)
                self._set(sale_ok=True, active=True, company_id=None)
        self._run()
        self.assertIn(self.bolts, self._found(self.customer).product_id)

    def _set(self, **values):
        """Write as in years before the products were bought: Odoo forbids some of it afterwards."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE product_template SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    self.bolts.product_tmpl_id.id,
                )
            )
        self.env.invalidate_all()

    def test_variants_are_one_product(self):
        """A second variant is neither recommended beside the first nor to those who have one."""
        attribute = self.env["product.attribute"].create(
            {"name": "Colour", "value_ids": [(0, 0, {"name": "red"}), (0, 0, {"name": "blue"})]}
        )
        cap = self.env["product.template"].create(
            {
                "name": "Cap",
                "attribute_line_ids": [
                    (0, 0, {"attribute_id": attribute.id, "value_ids": [(6, 0, attribute.value_ids.ids)]})
                ],
            }
        )
        red, blue = cap.product_variant_ids
        for i, buyer in enumerate(self.buyers):
            self._order(buyer, [(blue if i else red, 1)])
        self._run()
        caps = self._found(self.customer).product_id.filtered(lambda p: p.product_tmpl_id == cap)
        self.assertEqual(caps, blue, "the one most bought stands for all")
        self.assertFalse(self._found(self.buyers[0]).product_id & cap.product_variant_ids)

    def test_what_is_no_purchase(self):
        """Returns, offers and cancelled orders are none."""
        other = self.env["product.product"].create({"name": "Never Sold", "type": "consu"})
        for buyer in self.buyers:
            self._order(buyer, [(other, -1)])
            self._order(buyer, [(other, 1)], confirm=False)
        self._run()
        self.assertNotIn(other, self._found(self.customer).product_id)

    def test_objection_to_profiling(self):
        self._run()
        self.assertTrue(self._found(self.customer))
        self.env["crm.consent"].create({"partner_id": self.customer.id, "purpose": "profiling", "state": "withdrawn"})
        self.assertFalse(self._found(self.customer), "at once")
        self._run()
        self.assertFalse(self._found(self.customer), "and for good")

    def test_only_changes_are_written(self):
        self._run()
        rows = self.env["crm.product.recommendation"].search([]) | self.env["crm.product.recommendation"]
        before = rows.read()
        self._run()
        self.env.invalidate_all()
        self.assertEqual(rows.read(), before)
        self._order(self.customer, [(self.bolts, 1)])
        self._run()
        self.assertNotIn(self.bolts, self._found(self.customer).product_id)

    def test_goes_on_after_a_kill(self):
        """Batches of one customer, killed in the middle: the rest follows and nothing is there twice."""
        computation = self.env["crm.computation"].create({"kind": "recommendation", "company_id": self.company.id})
        engine = self.env.registry["crm.recommendation.engine"]
        written = engine._write_customers
        calls = []

        def killed(self, *args):
            if len(calls) == 3:
                raise KeyboardInterrupt
            calls.append(args)
            return written(self, *args)

        self.env.flush_all()
        with patch(f"{ENGINE}.BATCH", 1):
            with patch.object(engine, "_write_customers", killed), self._killed():
                computation._guarded()
            self.assertEqual(computation.state, "running")
            self.assertTrue(computation.last_id)
            computation._guarded()
        self.assertEqual(computation.state, "done")
        batched = (
            self.env["crm.product.recommendation"].search([]).mapped(lambda r: (r.partner_id, r.rank, r.product_id))
        )
        self._run()
        self.assertEqual(
            self.env["crm.product.recommendation"].search([]).mapped(lambda r: (r.partner_id, r.rank, r.product_id)),
            batched,
        )

    def test_without_the_libraries(self):
        self._run()
        with patch(f"{ENGINE}.affinity", None):
            computation = self._run()
        self.assertEqual(computation.state, "done")
        self.assertIn("numpy", computation.note)
        self.assertFalse(self._found(self.customer))
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        self.assertTrue(order.action_werthaltigkeit_recommendations()["res_id"])

    def test_nobody_bought_anything(self):
        company = self.env["res.company"].create({"name": "New Company"})
        computation = self._run(company)
        self.assertEqual(computation.state, "done")
        self.assertTrue(computation.note)

    def test_two_companies(self):
        """What is bought in one company neither teaches nor shows in the other."""
        foreign = self.env["res.company"].create({"name": "Foreign"})
        self._run()
        self._run(foreign)
        self.assertFalse(self.env["crm.product.recommendation"].search([("company_id", "=", foreign.id)]))
        self.env["crm.product.recommendation"].create(
            {
                "partner_id": self.customer.id,
                "company_id": foreign.id,
                "product_id": self.wax.id,
                "because_product_id": self.tyres.id,
                "rank": 1,
            }
        )
        self.assertFalse(
            self.env["crm.product.recommendation"].with_user(self.user).search([("company_id", "=", foreign.id)])
        )

    def test_merge_of_customers(self):
        twin = self.buyers[0].copy({"name": "Twin"})
        self._order(twin, [(self.tyres, 1)])
        self._run()
        self.assertTrue(self._found(twin))
        self.env["base.partner.merge.automatic.wizard"]._merge([twin.id, self.customer.id], self.customer)
        self.assertEqual(len(self._found(self.customer)), 1)

    # -- on the quotation ---------------------------------------------------------------------------

    def _proposal(self, order, user=None):
        action = order.with_user(user or self.user).action_werthaltigkeit_recommendations()
        return self.env["crm.product.proposal"].with_user(user or self.user).browse(action["res_id"])

    def test_proposals_on_a_quotation(self):
        """What goes with the products on it comes first, then the customer's own; each once, none twice."""
        self._run()
        order = self._order(self.contact, [(self.tyres, 4)], confirm=False, user_id=self.user.id)
        proposal = self._proposal(order)
        self.assertEqual(proposal.line_ids.product_id[:1], self.bolts)
        self.assertEqual(len(proposal.line_ids), len(proposal.line_ids.product_id))
        self.assertNotIn(self.tyres, proposal.line_ids.product_id)
        with self.assertRaises(UserError):
            proposal.action_add()
        proposal.line_ids[0].write({"chosen": True, "quantity": 3})
        proposal.action_add()
        added = order.order_line[-1]
        self.assertRecordValues(
            added, [{"product_id": self.bolts.id, "product_uom_qty": 3, "price_unit": 9.0, "name": "Wheel Bolts"}]
        )

    def test_who_objected_gets_proposals_of_the_quotation_only(self):
        self._run()
        self.env["crm.consent"].create({"partner_id": self.customer.id, "purpose": "profiling", "state": "withdrawn"})
        order = self._order(self.customer, [(self.labour, 1)], confirm=False, user_id=self.user.id)
        self.assertNotIn(self.bolts, self._proposal(order).line_ids.product_id)

    def test_nothing_is_added_to_an_order(self):
        self._run()
        order = self._order(self.customer, [(self.tyres, 4)], confirm=False, user_id=self.user.id)
        proposal = self._proposal(order)
        proposal.line_ids.chosen = True
        order.action_confirm()
        with self.assertRaises(UserError):
            proposal.action_add()

    def test_rights_on_the_quotation(self):
        """Whoever may not write a quotation adds nothing through the dialog either."""
        self._run()
        order = self._order(self.customer, [(self.tyres, 4)], confirm=False, user_id=self.manager.id)
        with self.assertRaises(AccessError):
            order.with_user(self.user).action_werthaltigkeit_recommendations()
        proposal = self.env["crm.product.proposal"].with_user(self.user).create({"order_id": order.id})
        with self.assertRaises(AccessError):
            proposal.action_add()

    def test_confirming_an_order_costs_nothing(self):
        """The feature hangs on no flow: an order is confirmed with as many queries, with and without rows."""
        orders = [self._order(self.customer, [(self.tyres, 1)], confirm=False) for _i in range(3)]
        counts = []
        for order in orders:
            if order == orders[2]:
                self._run()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.action_confirm()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])


@tagged("post_install", "-at_install")
class TestRecommendationTour(RecommendationCase, HttpCase):
    """In a browser, as a salesperson."""

    def test_add_to_quotation(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.lang = "en_US"
        self._run()
        order = self._order(self.customer, [(self.tyres, 4)], confirm=False, user_id=self.user.id)
        self.start_tour(f"/odoo/sale.order/{order.id}", "crm_werthaltigkeit_recommendation", login=self.user.login)
        self.assertEqual(order.order_line.product_id, self.tyres | self.bolts)
