from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestKpi(WerthaltigkeitCase):
    """Indicators of a period: what was bought, by whom, at which margin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Measured", "werthaltigkeit_cost_known_since": "2000-01-01"}
        )
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.tyres, cls.labour = cls.tyres.with_env(cls.env), cls.labour.with_env(cls.env)
        cls.tyres.standard_price, cls.labour.standard_price = 60.0, 50.0  # cost prices are a company's own
        cls.today = cls.company._werthaltigkeit_today()
        cls.start, cls.end = cls.today - timedelta(days=100), cls.today + timedelta(days=1)

    def _kpi(self, code):
        return self.env["crm.kpi"].search([("code", "=", code)])

    def _measure(self, *codes, start=None, end=None, customers=None):
        start, end = start or self.start, end or self.end
        kpis = self.env["crm.kpi"].browse(self._kpi(code).id for code in codes)
        found = self.env["crm.kpi.engine"]._measure(self.company, kpis, [(start, end)], customers)
        return [found[kpi, (start, end)] for kpi in kpis]

    def test_every_indicator_has_a_calculation_that_runs(self):
        engine, kpis = self.env["crm.kpi.engine"], self.env["crm.kpi"].with_context(active_test=False).search([])
        self.assertGreater(len(kpis), 8)
        self._order(self.customer, [(self.tyres, 1)], days_ago=10)
        found = engine._measure(self.company, kpis, [(self.start, self.end)])
        self.env["crm.kpi.engine"]._prepare(self.company, self.start, self.end)
        engine._prepare_period(self.company, self.start, self.end)
        for kpi in kpis:
            with self.subTest(kpi=kpi.code):
                self.assertTrue(engine._has(kpi))
                self.assertIn((kpi, (self.start, self.end)), found)
                self.assertTrue(kpi.description and kpi.numerator_label)
                self.env.cr.execute(engine._statement(kpi, self.company, self.start, self.end))
                columns = [column.name for column in self.env.cr.description]
                self.assertEqual(columns, ["partner_id", "numerator", "denominator"])
                rows = self.env.cr.fetchall()
                self.assertEqual(len(rows), len({row[0] for row in rows}))

    def test_summed_up_together_is_what_each_is_alone(self):
        """Customers who bought in the period, before it, on both sides, or only returned something; one of two in a set."""
        for customer, days in ((self.customer, (300, 150, 20)), (self.other, (400, 130)), (self.contact, (160,))):
            for day in days:
                self._order(customer, [(self.tyres, day)], days_ago=day)
        third = self.env["res.partner"].create({"name": "Returned"})
        self._order(third, [(self.tyres, 2)], days_ago=250)
        self._order(third, [(self.tyres, -1)], days_ago=30)
        kpis = self.env["crm.kpi"].with_context(active_test=False).search([])
        engine = self.env["crm.kpi.engine"].with_context(kpi_sets=True)
        engine._make_sets(SQL("SELECT %s AS partner_id, 7 AS scope_id", self.customer.id))
        engine._prepare(self.company, self.start, self.end)
        engine._sum_up(kpis, self.company, self.start, self.end)
        engine._prepare_period(self.company, self.start, self.end)
        sums = "sum(numerator)::float8, sum(denominator)::float8"
        for kpi in kpis:
            alone = SQL("SELECT %s, count(partner_id) FROM (%s) k", SQL(sums), engine._statement(kpi, self.company, self.start, self.end))  # fmt: skip
            together = SQL("SELECT %s, COALESCE(sum(customers), 0)::int8 FROM crm_kpi_sum WHERE kpi_id = %s", SQL(sums), kpi.id)  # fmt: skip
            with self.subTest(kpi=kpi.code):
                self.assertEqual(self.env.execute_query(together), self.env.execute_query(alone))
        in_set = SQL("SELECT sum(s.numerator) FROM crm_kpi_sum s JOIN crm_kpi_set t ON t.set_id = s.set_id AND t.scope_id = 7 WHERE s.kpi_id = %s", self._kpi("orders_per_customer").id)  # fmt: skip
        self.assertAlmostEqual(self.env.execute_query(in_set)[0][0], 365.25 / (self.end - self.start).days)

    def test_no_data_is_not_zero(self):
        for value, numerator, denominator, customers in self._measure("revenue", "discount_share", "active_customers"):
            self.assertIsNone(value)
            self.assertIsNone(numerator)
            self.assertIsNone(denominator)
            self.assertEqual(customers, 0)
        self.assertEqual(self._kpi("revenue")._format(None, self.company), "no data")

    def test_sums_and_ratios(self):
        """Two customers: 3 orders of which one discounted and one return; an order before the period counts for nothing."""
        self._order(self.customer, [(self.tyres, 4)], days_ago=200)
        self._order(self.customer, [(self.tyres, 2)], days_ago=50)
        self._order(self.contact, [(self.tyres, 1, {"discount": 10.0})], days_ago=20)
        self._order(self.customer, [(self.tyres, -1)], days_ago=10)
        self._order(self.other, [(self.labour, 1)], days_ago=30)
        revenue, db1, db2, active, new, orders, margin, discount, returns = self._measure(
            "revenue",
            "db1",
            "db2",
            "active_customers",
            "new_customers",
            "orders_per_customer",
            "db1_per_customer",
            "discount_share",
            "return_share",
        )
        self.assertEqual(revenue[0], 200 + 90 - 100 + 80)
        # gross 300 less returned 100, cost 120 + 60 - 60; and 80 - 50
        self.assertEqual(db1[0], 300 - 100 - 120 + 30)
        self.assertEqual(db2[0], db1[0] - 10)
        self.assertEqual((active[0], new[0]), (2, 1))
        self.assertAlmostEqual(orders[0], 3 / 2 * 365.25 / 101)
        self.assertAlmostEqual(margin[0], db1[0] / 2 * 365.25 / 101)
        self.assertEqual(discount[:3], (1 / 3, 1, 3))
        self.assertAlmostEqual(returns[0], 100 / 380)
        self.assertEqual(revenue[3], 2)

    def test_margin_needs_costs(self):
        self.company.werthaltigkeit_cost_known_since = "2999-01-01"
        self._order(self.customer, [(self.tyres, 2)], days_ago=50)
        margin, revenue = self._measure("db1", "revenue")
        self.assertIsNone(margin[0])
        self.assertEqual(revenue[0], 200)

    def test_profit_after_service_needs_confirmed_rates(self):
        self._order(self.customer, [(self.tyres, 2)], days_ago=50)
        self._settle()
        self.assertIsNone(self._measure("db3")[0][0])
        self.company.werthaltigkeit_rates_confirmed_on = self.today
        costs = sum(self._touchpoints(self.customer).filtered(lambda t: t.company_id == self.company).mapped("cost"))
        self.assertAlmostEqual(self._measure("db3")[0][0], 80 - costs, 2)

    def test_one_company_and_some_customers(self):
        self._order(self.customer, [(self.tyres, 2)], days_ago=50)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids += elsewhere
        self._order(self.customer, [(self.tyres, 9)], days_ago=50, company_id=elsewhere.id)
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self._order(self.other, [(self.tyres, 1)], days_ago=50, company_id=branch.id)
        self.assertEqual(self._measure("revenue")[0][0], 300)
        own = self._measure("revenue", customers=lambda column: SQL("%s = %s", column, self.other.id))
        self.assertEqual(own[0][0], 100)

    def test_staff_is_no_customer(self):
        self._order(self.user.partner_id, [(self.tyres, 2)], days_ago=5)
        self.assertIsNone(self._measure("revenue")[0][0])

    def test_period_before_and_per_year(self):
        engine = self.env["crm.kpi.engine"]
        day = self.today.replace(day=1)
        self.assertEqual(engine._period_before(day.replace(month=4), day.replace(month=7)), day.replace(month=1))
        self.assertEqual(engine._period_before(day, day + timedelta(days=10)), day - timedelta(days=10))
        self.assertEqual(engine._per_year(day.replace(year=2025), day.replace(year=2026)), 1.0)
