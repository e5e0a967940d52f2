"""The suite on real data: a year of a British online shop (UCI "Online Retail"), all figures checked independently.

The file is ../shared/data/online_retail.csv.gz beside the repository, or where ONLINE_RETAIL says.
"""

import csv
import gzip
import importlib.util
import os
import unittest
from collections import defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).resolve().parent.parent
FILE = Path(os.environ.get("ONLINE_RETAIL", ROOT.parent / "shared" / "data" / "online_retail.csv.gz"))

INVOICES = 18_536
CANCELLATIONS = 3_654
CUSTOMERS = 4_372
LINES = 406_829
LEFT_OUT = 135_080
REVENUE = 8_300_065.81

# Chosen by hand: the best customer, an average one, one who returned all of a big order.
SAMPLE = ("14646", "12347", "12346")
# An ordinary invoice, one with prices of 0.001, one with a price of 0, a cancellation.
INVOICES_COMPARED = ("536365", "550193", "537197", "C536391")
NOT_COMPARED = {"id", "create_date", "write_date", "order_id", "calendar_last_notif_ack"}


def _loader():
    """The module tools/inside/online_retail.py."""
    spec = importlib.util.spec_from_file_location("online_retail", ROOT / "tools" / "inside" / "online_retail.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read():
    """Return {customer: [(invoice, code, quantity, moment, price)]} read with the csv module."""
    customers = defaultdict(list)
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"]:
                customers[row["CustomerID"]].append(
                    (
                        row["InvoiceNo"],
                        row["StockCode"],
                        Decimal(row["Quantity"]),
                        datetime.fromisoformat(row["InvoiceDate"]),
                        Decimal(row["UnitPrice"]),
                    )
                )
    return customers


def _amount(lines):
    """Sum of the lines' amounts in cents as Odoo rounds them."""
    return float(sum((q * p).quantize(Decimal("0.01"), ROUND_HALF_UP) for _i, _c, q, _m, p in lines))


def _class(customer, amounts):
    """A while those worth more hold less than 80 % of the sum of all positive amounts, B below 95 %."""
    better = sum(amount for amount in amounts.values() if amount > amounts[customer])
    total = sum(amount for amount in amounts.values() if amount > 0)
    if amounts[customer] <= 0:
        return "C"
    return "A" if better < 0.80 * total else "B" if better < 0.95 * total else "C"


@tagged("post_install", "-at_install")
class TestOnlineRetail(TransactionCase):
    @classmethod
    def setUpClass(cls):
        if not FILE.exists():
            raise unittest.SkipTest(f"no data set: {FILE} is missing")
        super().setUpClass()
        cls.euro = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        cls.euro.active = True
        cls.company = cls.env["res.company"].create({"name": "Online Retail", "currency_id": cls.euro.id})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.loader = _loader()
        cls.said = []
        cls.counts = cls.loader.load(cls.env, FILE, echo=cls.said.append)
        cls.file = _read()
        cls.amounts = {customer: _amount(lines) for customer, lines in cls.file.items()}

    def _orders(self):
        return self.env["sale.order"].search([("company_id", "=", self.company.id)])

    def _values(self):
        return self.env["crm.customer.value"].search([("company_id", "=", self.company.id), ("anonymous", "=", False)])

    def test_counts(self):
        self.assertEqual(
            self.counts,
            {
                "lines": LINES + LEFT_OUT,
                "left_out": LEFT_OUT,
                "loaded": LINES,
                "invoices": INVOICES,
                "cancellations": CANCELLATIONS,
                "customers": CUSTOMERS,
                "products": 3_684,
            },
        )
        self.assertEqual(len(self._orders()), INVOICES + CANCELLATIONS)
        self.assertTrue(any("135,080 of 541,909 lines left out" in text for text in self.said))

    def test_second_run_adds_nothing(self):
        tables = ("res_partner", "product_product", "sale_order", "sale_order_line")
        before = [self._count(table) for table in tables]
        counts = self._load_again()
        self.assertEqual(counts["loaded"], 0)
        self.assertEqual([self._count(table) for table in tables], before)

    def _load_again(self):
        """Load without running the engines once more."""
        with patch.object(self.loader, "_run_engines"):
            return self.loader.load(self.env, FILE, echo=lambda text: None)

    def _count(self, table):
        self.env.cr.execute(f"SELECT count(*) FROM {table}")
        return self.env.cr.fetchone()[0]

    def test_interrupted_run_is_completed(self):
        """Whatever is missing is added, with the customers and products that are there."""
        some = self._orders().sorted("id")[:100]
        customers = self._count("res_partner")
        some.with_context(disable_cancel_warning=True)._action_cancel()
        some.unlink()
        counts = self._load_again()
        self.assertEqual(counts["invoices"] + counts["cancellations"], 100)
        self.assertEqual(len(self._orders()), INVOICES + CANCELLATIONS)
        self.assertEqual(self._count("res_partner"), customers)

    def test_columns_equal_those_of_the_orm(self):
        """Four invoices entered by the ORM give the same rows in every column."""
        partners = self.env["res.partner"].search([("ref", "in", [*self.file])]).grouped("ref")
        for invoice in INVOICES_COMPARED:
            bulk = self._orders().search([("company_id", "=", self.company.id), ("name", "=", invoice)])
            customer = bulk.partner_id.ref
            lines = [line for line in self.file[customer] if line[0] == invoice]
            products = {product.default_code: product for product in bulk.order_line.product_id}
            order = self.loader.create_order(
                self.env(context=dict(self.env.context, lang="en_US")),
                invoice,
                partners[customer],
                min(line[3] for line in lines),
                [(products[code], float(quantity), float(price)) for _i, code, quantity, _m, price in lines],
            )
            with self.subTest(invoice=invoice):
                self._compare(bulk, order, {"validity_date"})
                self.assertEqual(len(bulk.order_line), len(order.order_line))
                for one, other in zip(bulk.order_line.sorted("id"), order.order_line.sorted("id"), strict=True):
                    self._compare(one, other)

    def test_customers_and_products_equal_those_of_the_orm(self):
        env = self.env(context=dict(self.env.context, lang="en_US"))
        for customer, country in (("17850", "United Kingdom"), ("12471", "Germany"), ("14156", "EIRE")):
            bulk = env["res.partner"].search([("ref", "=", customer)])
            self._compare(bulk, self.loader.create_partner(env, customer, country), {"commercial_partner_id"})
            self.assertEqual(bulk.commercial_partner_id, bulk)
        bulk = env["product.product"].search([("default_code", "=", "85123A"), ("categ_id.name", "=", "Online Retail")])
        self.assertEqual(bulk.name, "WHITE HANGING HEART T-LIGHT HOLDER")
        product = self.loader.create_product(env, "85123A", bulk.name, bulk.list_price, bulk.categ_id)
        self._compare(bulk, product, {"product_tmpl_id"})
        self._compare(bulk.product_tmpl_id, product.product_tmpl_id)

    def _compare(self, bulk, record, but=()):
        """Assert that two rows of a table are equal in every column except the identifying ones."""
        self.env.flush_all()
        rows = []
        for one in (bulk, record):
            self.env.cr.execute(f"SELECT * FROM {one._table} WHERE id = %s", [one.id])
            row = self.env.cr.dictfetchone()
            rows.append({key: value for key, value in row.items() if key not in NOT_COMPARED | set(but)})
        self.assertEqual(*rows)

    def test_moments_are_stored_unchanged(self):
        order = self._orders().filtered(lambda order: order.name == "536365")
        self.assertEqual(order.date_order, datetime(2010, 12, 1, 8, 26))
        self.assertEqual(order.create_date, datetime(2010, 12, 1, 8, 26))

    def test_orders_sum_up(self):
        self.assertAlmostEqual(sum(self._orders().mapped("amount_untaxed")), REVENUE, delta=0.05)
        self.assertAlmostEqual(sum(self.amounts.values()), REVENUE, delta=0.005)

    def test_values_of_all_customers(self):
        values = self._values()
        self.assertEqual(len(values), CUSTOMERS)
        self.assertEqual(len(values.partner_id), CUSTOMERS)
        self.assertAlmostEqual(sum(values.mapped("revenue")), REVENUE, delta=0.05)

    def test_one_touchpoint_per_order(self):
        """Every invoice is an order and every cancellation a return, exactly once."""
        touchpoints = self.env["crm.touchpoint"].search(
            [
                ("company_id", "=", self.company.id),
                ("res_model", "=", "sale.order"),
                ("kind_id.code", "in", ("order", "return")),
            ]
        )
        kinds = defaultdict(list)
        for touchpoint in touchpoints:
            kinds[touchpoint.kind_id.code].append(touchpoint.res_id)
        cancellations = self._orders().filtered(lambda order: order.name.startswith("C"))
        self.assertEqual(sorted(kinds["return"]), sorted(cancellations.ids))
        self.assertEqual(sorted(kinds["order"]), sorted((self._orders() - cancellations).ids))

    def test_three_customers_against_an_independent_reading(self):
        values = {value.partner_id.ref: value for value in self._values()}
        for customer in SAMPLE:
            lines = self.file[customer]
            bought = [line for line in lines if line[2] > 0 and line[4] > 0]
            value = values[customer]
            with self.subTest(customer=customer):
                self.assertAlmostEqual(value.revenue, self.amounts[customer], 2)
                self.assertAlmostEqual(value.gross, _amount(bought), 2)
                self.assertEqual(value.order_count, len({invoice for invoice, *_rest in bought}))
                self.assertEqual(value.purchase_days, len({moment.date() for _i, _c, _q, moment, _p in bought}))
                self.assertEqual(value.first_order_date, min(moment.date() for _i, _c, _q, moment, _p in bought))
                self.assertEqual(value.last_order_date, max(moment.date() for _i, _c, _q, moment, _p in bought))
                self.assertEqual(value.return_count > 0, any(line[2] < 0 for line in lines))
                self.assertEqual(value.value_class, _class(customer, self.amounts))

    def test_classes_of_all_customers(self):
        """Everybody has the class of an independent ranking, except who only ever got something for nothing."""
        traded = {customer for customer, lines in self.file.items() if any(line[2] * line[4] for line in lines)}
        self.assertEqual(set(self.file) - traded, {"13256"})
        expected = {customer: _class(customer, self.amounts) for customer in traded}
        found = {value.partner_id.ref: value.value_class for value in self._values()}
        self.assertEqual({customer: found[customer] for customer in traded}, expected)
        self.assertFalse(found["13256"])
