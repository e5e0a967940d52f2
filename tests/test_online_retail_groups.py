"""Indicators and cohorts on real data against a calculation with pandas straight from the file, to the last customer.

The file and the loader are those of test_online_retail.py.
"""

import unittest
from datetime import date

import numpy as np
import pandas as pd
from test_online_retail import FILE, _loader

from odoo.tests import TransactionCase, tagged

START, END = date(2011, 7, 1), date(2011, 10, 1)
PART = "%7"  # the group: customers whose number ends in 7
INTERVALS, DAYS, MONTHS, RHYTHM = 3.0, 60, 12, 3  # when a customer counts as lapsed


def _read():
    """Return the lines of known customers: customer, day, code, quantity, amount in cents as Odoo rounds it."""
    lines = pd.read_csv(FILE, dtype={"CustomerID": str, "StockCode": str, "InvoiceNo": str})
    lines = lines[lines.CustomerID.notna()]
    exact = lines.Quantity * lines.UnitPrice
    lines["amount"] = np.sign(exact) * np.floor(np.abs(exact) * 100 + 0.5 + 1e-7) / 100
    lines["day"] = pd.to_datetime(lines.InvoiceDate).dt.normalize()
    lines["bought"] = lines.amount.where((lines.Quantity > 0) & (lines.UnitPrice >= 0), 0.0)
    return lines


def _lapsed(days, day):
    """Whether a customer with these purchases (before `day`) counts as lapsed on the eve of `day`."""
    away = (pd.Timestamp(day) - pd.Timedelta(days=1) - days[-1]).days
    if away <= DAYS:
        return False
    if len(days) >= RHYTHM:
        return away > INTERVALS * (days[-1] - days[0]).days / (len(days) - 1)
    return away > MONTHS * 30.44


@tagged("post_install", "-at_install")
class TestOnlineRetailGroups(TransactionCase):
    @classmethod
    def setUpClass(cls):
        if not FILE.exists():
            raise unittest.SkipTest(f"no data set: {FILE} is missing")
        super().setUpClass()
        if "crm.customer.group" not in cls.env:
            raise unittest.SkipTest("crm_kundenbindung is not installed")
        euro = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        euro.active = True
        cls.company = cls.env["res.company"].create({"name": "Online Retail", "currency_id": euro.id})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        _loader().load(cls.env, FILE, echo=lambda text: None)
        cls._sort_products()
        cls.group = cls.env["crm.customer.group"].create({"name": "Sevens", "domain": f"[('ref', '=like', '{PART}')]"})
        cls.env["crm.customer.group.engine"]._refresh_company(cls.company)
        cls.lines = _read()
        days = cls.lines.groupby(["CustomerID", "day"]).bought.sum()
        days = days[days > 0].reset_index()
        cls.days = {customer: sorted(own.day) for customer, own in days.groupby("CustomerID")}
        cls.members = {customer for customer in cls.days if customer.endswith("7")}

    @classmethod
    def _sort_products(cls):
        """The file knows no categories: the first two characters of a product's code are one."""
        products = cls.env["product.product"].search([("categ_id.name", "=", "Online Retail")])
        for name, own in products.grouped(lambda product: product.default_code[:2]).items():
            own.categ_id = cls.env["product.category"].create({"name": f"Kind {name}"})
        cls.env.flush_all()

    def _figure(self, code):
        figure = self.env["crm.customer.group.figure"].search(
            [
                ("group_id", "=", self.group.id),
                ("kpi_id.code", "=", code),
                ("span", "=", "quarter"),
                ("date_start", "=", START),
            ]
        )
        self.assertEqual(figure.date_end, date(2011, 9, 30))
        return figure

    def _customers(self, figure, part):
        """Numbers of the customers behind a figure."""
        figure.action_view_numerator()
        parts = self.env["crm.customer.group.figure.part"].search([("figure_id", "=", figure.id), (part, "!=", 0)])
        return set(parts.partner_id.mapped("ref"))

    def _within(self, customer, start=START, end=END):
        return [day for day in self.days[customer] if pd.Timestamp(start) <= day < pd.Timestamp(end)]

    def _before(self, customer, end):
        return [day for day in self.days[customer] if day < pd.Timestamp(end)]

    def test_members(self):
        known = {customer for customer in self.lines.CustomerID if customer.endswith("7")}
        self.assertEqual(set(self.group.member_ids.partner_id.mapped("ref")), known)
        self.assertGreater(len(known), 400)

    def test_repurchase_rate(self):
        active = {customer for customer in self.members if self._within(customer)}
        again = {customer for customer in active if self._before(customer, END)[0] < self._within(customer)[-1]}
        figure = self._figure("repurchase_rate")
        self.assertEqual(self._customers(figure, "denominator"), active)
        self.assertEqual(self._customers(figure, "numerator"), again)
        self.assertEqual((figure.numerator, figure.denominator), (len(again), len(active)))
        self.assertAlmostEqual(figure.value, len(again) / len(active), 9)

    def test_retention_rate(self):
        before = {customer for customer in self.members if self._within(customer, date(2011, 4, 1), START)}
        again = {customer for customer in before if self._within(customer)}
        figure = self._figure("retention_rate")
        self.assertEqual((figure.numerator, figure.denominator), (len(again), len(before)))

    def test_churn(self):
        there = {c for c in self.members if self._before(c, START) and not _lapsed(self._before(c, START), START)}
        gone = {customer for customer in there if _lapsed(self._before(customer, END), END)}
        self.assertGreater(len(gone), 5)
        figure = self._figure("churn")
        self.assertEqual(self._customers(figure, "denominator"), there)
        self.assertEqual(self._customers(figure, "numerator"), gone)
        self.assertEqual((figure.numerator, figure.denominator), (len(gone), len(there)))

    def test_cross_buying(self):
        lines = self.lines
        within = (lines.day >= pd.Timestamp(START)) & (lines.day < pd.Timestamp(END))
        bought = lines[within & lines.CustomerID.isin(self.members) & (lines.bought > 0)]
        kinds = bought.assign(kind=bought.StockCode.str[:2]).groupby("CustomerID").kind.nunique()
        figure = self._figure("cross_buying")
        self.assertEqual((figure.numerator, figure.denominator), (kinds.sum(), len(kinds)))
        parts = self._parts(figure)
        self.assertEqual(parts, kinds.to_dict())

    def _parts(self, figure):
        figure.action_view_numerator()
        parts = self.env["crm.customer.group.figure.part"].search([("figure_id", "=", figure.id)])
        return {part.partner_id.ref: part.numerator for part in parts}

    def test_revenue_and_active_customers(self):
        lines = self.lines
        within = (lines.day >= pd.Timestamp(START)) & (lines.day < pd.Timestamp(END))
        own = lines[within & lines.CustomerID.str.endswith("7")]
        self.assertAlmostEqual(self._figure("revenue").value, own.amount.sum(), 2)
        self.assertEqual(self._figure("active_customers").value, sum(1 for c in self.members if self._within(c)))
        self.assertFalse(self._figure("db1").has_data, "the file knows no costs")

    def test_cohorts(self):
        """Customers and revenue of every cell, by month and by quarter of the first purchase."""
        firsts = pd.Series({customer: days[0] for customer, days in self.days.items()})
        lines = self.lines[self.lines.CustomerID.isin(self.days)].copy()
        lines["first"] = lines.CustomerID.map(firsts)
        for interval, letter in (("month", "M"), ("quarter", "Q")):
            with self.subTest(interval=interval):
                cohort = lines["first"].dt.to_period(letter)
                since = lines.day.dt.to_period(letter).astype("int64") - cohort.astype("int64")
                from_first = lines.day.dt.to_period("M") >= lines["first"].dt.to_period("M")
                grouped = lines.assign(cohort=cohort.dt.start_time.dt.strftime("%Y-%m-%d"), since=since)[from_first]
                revenue = grouped.groupby(["cohort", "since"]).amount.sum().round(2).to_dict()
                days = grouped.groupby(["CustomerID", "day", "cohort", "since"]).bought.sum().reset_index()
                buyers = days[days.bought > 0].groupby(["cohort", "since"]).CustomerID.nunique().to_dict()
                table = self.env["crm.customer.month"].get_cohorts(interval)["rows"]
                found = {(row["cohort"], cell["since"]): cell for row in table for cell in row["cells"]}
                self.assertFalse(revenue.keys() - found.keys())
                for key, cell in found.items():
                    self.assertEqual(cell["customers"], buyers.get(key, 0), key)
                    self.assertAlmostEqual(cell["revenue"], revenue.get(key, 0), 1, key)
                    self.assertIsNone(cell["db1"])
                sizes = {row["cohort"]: row["size"] for row in table}
                self.assertEqual(sum(sizes.values()), len(self.days))
