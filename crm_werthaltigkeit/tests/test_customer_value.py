from datetime import date, timedelta
from random import Random
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import crm_value_ranking_engine
from ..stats import abc, rfm
from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestCustomerValue(WerthaltigkeitCase):
    def _rebuild(self):
        self.env.flush_all()
        self.values._rebuild(self.company)
        self.env.invalidate_all()

    def _invoice(self, order, refund=None):
        """Invoice an order and post it; `refund` credits that quantity of its first line."""
        invoice = order._create_invoices()
        invoice.action_post()
        if refund:
            reversal = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": invoice.journal_id.id})
            )
            note = self.env["account.move"].browse(reversal.refund_moves()["res_id"])
            note.invoice_line_ids[0].quantity = refund
            note.action_post()
        return invoice

    def test_definitions(self):
        """Gross, discount, return, cost of goods and CM I of orders, by the definitions."""
        self._order(self.contact, [(self.tyres, 4, {"discount": 10}), (self.labour, 2)], days_ago=40)
        self._order(self.customer, [(self.tyres, -1)], days_ago=30)
        self._order(self.customer, [(self.tyres, 9)], confirm=False)
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer),
            [
                {
                    "gross": 560.0,
                    "discounts": 40.0,
                    "returns": 100.0,
                    "rewards": 0.0,
                    "revenue": 420.0,
                    "cost_of_goods": 4 * 60 + 2 * 50 - 60.0,
                    "db1": 560 - 100 - 280.0,
                    "margin_known": True,
                    "known_cost_share": 1.0,
                    "order_count": 1,
                    "return_count": 1,
                    "purchase_days": 1,
                    "orders_ever": 1,
                    "return_rate": 100 / 560,
                }
            ],
        )

    def test_full_discount_still_has_gross(self):
        """A line given away was worth its price before the discount."""
        self._order(self.customer, [(self.tyres, 1, {"discount": 100}), (self.labour, 1)])
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer), [{"gross": 180.0, "discounts": 100.0, "revenue": 80.0, "db1": 70.0}]
        )

    def test_negative_price_is_a_discount(self):
        self._order(self.customer, [(self.tyres, 2), (self.labour, 1, {"price_unit": -30.0, "purchase_price": 0.0})])
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer), [{"gross": 200.0, "discounts": 30.0, "returns": 0.0, "revenue": 170.0}]
        )

    def test_down_payment_does_not_count(self):
        order = self._order(self.customer, [(self.tyres, 4)])
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=order.ids, active_model="sale.order")
            .create({"advance_payment_method": "percentage", "amount": 25})
        )
        wizard.create_invoices()
        self._rebuild()
        self.assertEqual(self._value(self.customer).revenue, 400.0)

    def test_purchase_is_a_day_in_the_company_time_zone(self):
        """Two orders around midnight in Berlin are one day or two, as people there see it."""
        self.company.resource_calendar_id.tz = "Europe/Berlin"
        first, second = self._order(self.customer, [(self.tyres, 1)]), self._order(self.customer, [(self.tyres, 1)])
        first.date_order, second.date_order = "2026-03-01 22:30:00", "2026-03-01 23:30:00"
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer),
            [
                {
                    "order_count": 2,
                    "purchase_days": 2,
                    "first_order_date": fields.Date.to_date("2026-03-01"),
                    "last_order_date": fields.Date.to_date("2026-03-02"),
                    "mean_interval": 1.0,
                }
            ],
        )

    def test_credit_note_is_a_return_once(self):
        """On the order basis a credit note of delivered goods counts; crediting to invoice again does not."""
        order = self._order(self.customer, [(self.tyres, 4)])
        order.order_line.qty_delivered = 4
        self._invoice(order, refund=1)
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer),
            [{"returns": 100.0, "revenue": 300.0, "cost_of_goods": 180.0, "db1": 120.0, "return_count": 1}],
        )
        order._create_invoices().action_post()  # invoiced again: the goods stay with the customer
        self._rebuild()
        self.assertRecordValues(self._value(self.customer), [{"returns": 0.0, "revenue": 400.0}])

    def test_credit_note_of_a_negative_order_counts_once(self):
        order = self._order(self.customer, [(self.tyres, -2)])
        order.order_line.qty_delivered = -2
        note = order._create_invoices(final=True)
        note.action_post()
        self.assertEqual(note.move_type, "out_refund")
        self._rebuild()
        self.assertEqual(self._value(self.customer).returns, 200.0)

    def test_invoice_basis(self):
        self.company.werthaltigkeit_basis = "invoice"
        order = self._order(self.customer, [(self.tyres, 4, {"discount": 10})])
        order.order_line.qty_delivered = 4
        self._invoice(order, refund=2)
        self._order(self.other, [(self.tyres, 1)])  # not invoiced
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer),
            [
                {
                    "gross": 400.0,
                    "discounts": 40.0,
                    "returns": 180.0,
                    "revenue": 180.0,
                    "cost_of_goods": 120.0,
                    "db1": 100.0,
                    "known_cost_share": 1.0,
                }
            ],
        )
        self.assertFalse(self._value(self.other).revenue)

    def test_foreign_currency_at_the_rate_of_the_document(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 2.0, "name": "2000-01-01", "company_id": self.company.id}
        )
        pricelist = self.env["product.pricelist"].create({"name": "X", "currency_id": currency.id})
        order = self._order(self.customer, [(self.tyres, 1)], pricelist_id=pricelist.id)
        self.assertEqual((order.currency_id, order.currency_rate), (currency, 2.0))
        self.env["res.currency.rate"].create({"currency_id": currency.id, "rate": 8.0, "company_id": self.company.id})
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer),
            [{"gross": 100.0, "cost_of_goods": 60.0, "currency_id": self.company.currency_id.id}],
        )

    def test_companies_and_branches(self):
        """Branches belong to their root; another company has a row of its own, which its people alone see."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        second = self.env["res.company"].create({"name": "Second", "werthaltigkeit_period": "all"})
        self.env.user.company_ids |= branch | second
        self._order(self.customer, [(self.tyres, 1)])
        for company, quantity in ((branch, 2), (second, 4)):
            order = (
                self.env["sale.order"]
                .with_company(company)
                .create(
                    {
                        "partner_id": self.customer.id,
                        "company_id": company.id,
                        "order_line": [
                            Command.create(
                                {"product_id": self.tyres.id, "product_uom_qty": quantity, "price_unit": 100.0}
                            )
                        ],
                    }
                )
            )
            order.action_confirm()
        self.env.flush_all()
        self.values._rebuild()
        self.env.invalidate_all()
        self.assertEqual(self._value(self.customer).revenue, 300.0)
        self.assertEqual(self._value(self.customer, second).revenue, 400.0)
        visible = self.env["crm.customer.value"].with_user(self.user).search([("partner_id", "=", self.customer.id)])
        self.assertEqual(visible.company_id, self.company)
        with self.assertRaises(AccessError):
            self._value(self.customer, second).with_user(self.user).read(["revenue"])

    def test_unknown_costs_show_no_margin(self):
        """Below 80 % known cost there is no margin, and classes rank by revenue."""
        self.tyres.standard_price = 0
        self._order(self.customer, [(self.tyres, 9), (self.labour, 1)])
        self._order(self.other, [(self.labour, 1)])
        self._rebuild()
        self.assertRecordValues(
            self._value(self.customer),
            [{"margin_known": False, "db1": 0.0, "rank_basis": "revenue", "rank_value": 980.0}],
        )
        self.env.cr.execute("SELECT db1 FROM crm_customer_value WHERE partner_id = %s", [self.customer.id])
        self.assertIsNone(self.env.cr.fetchone()[0], "not known is not 0")
        self.assertTrue(self._value(self.other).margin_known)

    def test_lines_older_than_the_costs_count_as_estimated(self):
        self.company.werthaltigkeit_cost_known_since = fields.Date.today() + timedelta(days=1)
        self._order(self.customer, [(self.tyres, 1)])
        self._rebuild()
        self.assertRecordValues(self._value(self.customer), [{"known_cost_share": 0.0, "margin_known": False}])

    def test_period(self):
        """The period bounds the figures; since when somebody is a customer stays true."""
        self.company.werthaltigkeit_period = "12"
        self._order(self.customer, [(self.tyres, 1)], days_ago=800)
        self._order(self.customer, [(self.tyres, 2)], days_ago=10)
        self._rebuild()
        value = self._value(self.customer)
        self.assertRecordValues(value, [{"revenue": 200.0, "order_count": 1, "orders_ever": 2, "mean_interval": 790.0}])
        self.assertEqual(value.first_order_date, fields.Date.today() - timedelta(days=800))

    def test_classes_and_scores(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(10)])
        for i, partner in enumerate(partners):
            self._order(partner, [(self.tyres, 2**i)], days_ago=100 - 10 * i)
        self._rebuild()
        values = [self._value(partner) for partner in partners]
        total = sum(2**i for i in range(10))
        self.assertEqual([value.value_class for value in values], ["C"] * 5 + ["B"] * 2 + ["A"] * 3)
        self.assertAlmostEqual(values[-1].share, 512 / total)
        self.assertAlmostEqual(values[-2].cumulated_share, (512 + 256) / total)
        self.assertEqual((values[-1].rfm, values[0].rfm), ("5-3-5", "1-3-1"))
        self.assertEqual(
            self.env["res.partner"].search([("werthaltigkeit_value_class", "=", "A"), ("id", "in", partners.ids)]),
            partners[-3:],
        )
        report = self.env["sale.report"]._read_group(
            [("partner_id", "in", partners.ids)], ["werthaltigkeit_value_class"], ["price_subtotal:sum"]
        )
        self.assertEqual(dict(report)["A"], 89600.0)

    def _make_values(self, number):
        """Values of made-up customers: few different margins, so that many tie."""
        random = Random(7)
        partners = self.env["res.partner"].create([{"name": f"Ranked {i}"} for i in range(number)])
        return self.env["crm.customer.value"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "gross": revenue,
                    "revenue": revenue,
                    "known_cost_share": 1.0,
                    "margin_known": True,
                    "db1": margin,
                    "purchase_days": random.randint(0, 4),
                    "last_order_date": date(2026, 1, random.randint(1, 9)),
                    "no_profiling": position % 11 == 0,
                }
                for position, partner in enumerate(partners)
                for revenue, margin in [
                    (100.0, random.choice((-20, 0, 5, 5, 5, 10, 40, round(random.random() * 900, 2))))
                ]
            ]
        )

    def test_few_changes_take_their_places_in_the_standing_order(self):
        """Of many customers only those that changed are ranked, as a complete ranking would to a few thousandths."""
        values, ranking = self._make_values(600), self.env["crm.value.ranking"]
        self.env.flush_all()
        ranking._ranked(self.company)
        ranking._apply()
        changed = values[1:6]
        for value, margin in zip(changed, (880.0, 4.9, -30.0, 300.0, 40.0), strict=True):
            value.write({"db1": margin, "purchase_days": 3, "last_order_date": date(2026, 1, 9)})
        self.env.flush_all()
        with patch.object(crm_value_ranking_engine, "ALWAYS_ALL", 100):
            self.assertTrue(ranking._place(self.company, changed.ids))
        self.assertEqual(self.env.execute_query(SQL("SELECT count(*) FROM crm_value_ranked")), [(5,)])
        ranking._apply()
        names = ["value_class_computed", "recency_score", "frequency_score", "rank_value", "rank_basis"]
        placed = [(value.share, value.cumulated_share, value.monetary_score) for value in changed]
        words = changed.read(names)
        ranking._ranked(self.company)
        ranking._apply()
        self.assertEqual(changed.read(names), words)
        for value, (share, cumulated, score) in zip(changed, placed, strict=True):
            self.assertAlmostEqual(value.share, share, 9)
            self.assertAlmostEqual(value.cumulated_share, cumulated, delta=0.03)
            self.assertAlmostEqual(value.monetary_score, score, delta=1)  # a limit lay between two neighbours

    def test_ranking_is_that_of_the_statistics(self):
        """What the database ranks is what the pure functions say, ties, losses and all."""
        self._make_values(60)
        self.env.flush_all()
        ranking = self.env["crm.value.ranking"]
        ranking._ranked(self.company)
        ranking._apply()
        values = self.env["crm.customer.value"].search([("company_id", "=", self.company.id)])
        expected = abc.classify(values.mapped("rank_value"))
        for i, value in enumerate(values):
            self.assertAlmostEqual(value.share, expected.share[i])
            self.assertAlmostEqual(value.cumulated_share, expected.cumulated[i])
            self.assertEqual(value.value_class_computed or None, None if value.no_profiling else expected.classes[i])
        scored = values.filtered(lambda v: v.purchase_days and not v.no_profiling)
        ages = [(date(2026, 2, 1) - day).days for day in scored.mapped("last_order_date")]
        for name, scores in (
            ("recency", rfm.scores(ages, higher_is_better=False)),
            ("frequency", rfm.scores(scored.mapped("purchase_days"))),
            ("monetary", rfm.scores(scored.mapped("rank_value"))),
        ):
            self.assertEqual(scored.mapped(f"{name}_score"), scores)
        self.assertFalse((values - scored).filtered("rfm"))

    def test_override_needs_a_manager_and_a_reason(self):
        self._order(self.customer, [(self.tyres, 9)])
        self._order(self.other, [(self.labour, 1, {"purchase_price": 79.0})])
        self._rebuild()
        value = self._value(self.other)
        self.assertEqual(value.value_class, "C")
        with self.assertRaises(AccessError):
            value.with_user(self.user)._override_class("A", "nice person")
        with self.assertRaises(UserError):
            value.with_user(self.manager)._override_class("A", " ")
        with self.assertRaises(AccessError):
            value.with_user(self.manager).write({"value_class": "A"})
        wizard = (
            self.env["crm.value.override"]
            .with_user(self.manager)
            .create({"value_id": value.id, "value_class": "A", "reason": "opens doors"})
        )
        wizard.action_apply()
        self._rebuild()
        self.assertRecordValues(
            value,
            [
                {
                    "value_class": "A",
                    "value_class_computed": "C",
                    "value_class_manual": "A",
                    "value_class_before": "C",
                    "trend": "up",
                    "override_user_id": self.manager.id,
                }
            ],
        )
        wizard.action_reset()
        self.assertEqual(value.value_class, "C")

    def test_class_change_reaches_automation(self):
        """A changed class is written through the ORM, once per change, for the changed rows only."""
        self._order(self.customer, [(self.tyres, 9)])
        self._order(self.other, [(self.tyres, 1)])
        self._rebuild()
        self._order(self.other, [(self.tyres, 200)])
        written = []
        model = type(self.env["crm.customer.value"])
        write = model.write

        def spy(records, vals):
            if "value_class" in vals:
                written.append((records, vals["value_class"]))
            return write(records, vals)

        with patch.object(model, "write", spy):
            self._rebuild()
        self.assertEqual(
            {value.partner_id: value_class for records, value_class in written for value in records},
            {self.customer: "C", self.other: "A"},
        )

    def test_incremental_equals_complete(self):
        self._order(self.customer, [(self.tyres, 3)])
        self._rebuild()
        self._order(self.customer, [(self.tyres, 1)])
        self._order(self.other, [(self.labour, 2)])
        self.env["crm.touchpoint"].create({"partner_id": self.contact.id, "satisfaction": "good"})
        self._capture()
        self.assertGreaterEqual(self.values._update(self.company), 2)
        self.env.invalidate_all()
        names = [
            name
            for name in self._value(self.customer)._fields
            if name not in ("computed_on", "write_date", "__last_update")
        ]
        incremental = (self._value(self.customer) + self._value(self.other)).read(names)
        self._rebuild()
        self.assertEqual((self._value(self.customer) + self._value(self.other)).read(names), incremental)
        self.assertEqual(self._value(self.customer).happy_count, 1)

    def test_killed_rebuild_resumes(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._order(self.other, [(self.tyres, 1)])
        self.env.flush_all()
        run = self.env["crm.value.run"]._request(self.company, self.manager)
        engine = type(self.values)
        compute, calls = engine._compute, []

        def dying(model, company, customers):
            calls.append(customers)
            if len(calls) == 2:
                raise KeyboardInterrupt  # killed: nothing catches it
            return compute(model, company, customers)

        batch = patch("odoo.addons.crm_werthaltigkeit.models.crm_value_engine.BATCH", self.customer.id // 2)
        with batch, patch.object(engine, "_compute", dying), self._killed():
            self.values._continue(run)
        self.assertEqual(run.state, "running")
        self.assertGreater(run.last_id, 0)
        with batch:
            self.values._continue(run)
        self.assertEqual((run.state, run.progress), ("done", 1.0))
        self.assertEqual(self._value(self.customer).revenue, 100.0)
        self.assertEqual(self._value(self.other).revenue, 100.0)

    def test_colleagues_are_no_customers(self):
        self._order(self.user.partner_id, [(self.tyres, 1)])
        self._capture()
        self._rebuild()
        self.assertFalse(self._value(self.user.partner_id))
        self.assertFalse(self._touchpoints(self.user.partner_id))

    def test_no_orders_at_all(self):
        """A company without orders has no rows and no error."""
        company = self.env["res.company"].create({"name": "Empty"})
        self.assertEqual(self.values._rebuild(company), 0)

    def test_every_number_opens_its_records(self):
        order = self._order(self.contact, [(self.tyres, 4)])
        order.order_line.qty_delivered = 4
        self._invoice(order, refund=1)
        self._capture()
        self._rebuild()
        value = self._value(self.customer).with_user(self.manager)
        for action in (
            value.action_view_orders(),
            value.action_view_order_lines(),
            value.action_view_invoices(),
            value.action_view_returns(),
            value.action_view_touchpoints(),
        ):
            found = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
            self.assertTrue(found, action["name"])
