from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .test_customer_group import GroupCase


@tagged("post_install", "-at_install")
class TestGroupFigures(GroupCase):
    """Indicators of groups: summed up for all at once, equal to counting by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.werthaltigkeit_as_of = "2026-06-30"
        cls.today = date(2026, 6, 30)
        cls.figures = cls.env["crm.customer.group.figure.engine"]
        cls.third = cls.env["res.partner"].create({"name": "Third"})
        cls.tools = cls.env["product.category"].create({"name": "Tools"})
        cls.labour.categ_id = cls.tools

    @classmethod
    def _buy(cls, partner, *days, product=None, **vals):
        for day in days:
            order = cls._order(partner, [(product or cls.tyres, 1)], **vals)
            order.date_order = datetime.combine(date.fromisoformat(day), datetime.min.time()) + timedelta(hours=10)

    def _figure(self, code, group=None, span="year", start=None):
        domain = [
            ("company_id", "=", self.company.id),
            ("kpi_id.code", "=", code),
            ("group_id", "=", group.id if group else False),
            ("span", "=", span),
        ]
        return self.env["crm.customer.group.figure"].search(
            [*domain, ("date_start", "=", start)] if start else domain, limit=1
        )

    def _measure(self, code, start, end):
        kpi = self.env["crm.kpi"].search([("code", "=", code)])
        return self.env["crm.kpi.engine"]._measure(self.company, kpi, [(start, end)])[kpi, (start, end)]

    def test_periods(self):
        periods = self.env["crm.customer.group.figure"]._periods(date(2026, 5, 15))
        self.assertIn(("year", date(2025, 5, 16), date(2026, 5, 16)), periods)
        self.assertIn(("month", date(2026, 5, 1), date(2026, 5, 16)), periods)
        self.assertIn(("month", date(2026, 4, 1), date(2026, 5, 1)), periods)
        self.assertIn(("quarter", date(2026, 4, 1), date(2026, 5, 16)), periods)
        self.assertIn(("quarter", date(2026, 1, 1), date(2026, 4, 1)), periods)

    def test_group_and_whole(self):
        """A customer in two groups counts in both, once in the whole; past and running periods apart."""
        self._buy(self.customer, "2025-09-01", "2026-02-01", "2026-06-10")
        self._buy(self.other, "2026-06-11")
        self._buy(self.third, "2026-01-05")
        one = self._group(f"[('id', 'in', {(self.customer | self.other).ids})]", name="One")
        two = self._group(f"[('id', 'in', {(self.customer | self.third).ids})]", name="Two")
        none = self._group("[('id', '=', 0)]", name="None")
        self.groups._refresh_company(self.company)
        for group, revenue, active, rate in ((one, 400, 2, 0.5), (two, 400, 2, 0.5), (None, 500, 3, 1 / 3)):
            with self.subTest(group=group and group.name):
                self.assertEqual(self._figure("revenue", group).value, revenue)
                self.assertEqual(self._figure("active_customers", group).value, active)
                self.assertAlmostEqual(self._figure("repurchase_rate", group).value, rate)
        month = self._figure("revenue", one, "month", date(2026, 6, 1))
        self.assertEqual((month.value, month.running), (200, True))
        quarter = self._figure("revenue", one, "quarter", date(2026, 1, 1))
        self.assertEqual((quarter.value, quarter.running, quarter.date_end), (100, False, date(2026, 3, 31)))
        empty = self._figure("revenue", none)
        self.assertFalse(empty.has_data)
        self.assertEqual(empty.value_text, "no data")
        self.assertFalse(empty.trend)

    def test_single_group_equals_all(self):
        """Computed alone, a group has the same figures as among all."""
        self._buy(self.customer, "2025-09-01", "2026-02-01")
        self._buy(self.other, "2024-08-11", "2026-06-11")
        group = self._group(f"[('id', 'in', {(self.customer | self.other).ids})]")
        self.groups._refresh_company(self.company)
        fields = ("kpi_id", "span", "date_start", "value", "has_data", "numerator", "denominator", "has_previous")

        def rows():
            figures = self.env["crm.customer.group.figure"].search([("group_id", "=", group.id)])
            return {tuple(figure[name] for name in fields) for figure in figures}

        before = rows()
        group.action_refresh()
        self.assertEqual(rows(), before)
        self.assertGreater(len(before), 100)
        self.assertTrue(self._figure("revenue").has_data, "the whole company's stay")

    def test_trend(self):
        self._buy(self.customer, "2024-08-01", "2025-09-01", "2025-10-01")
        self._buy(self.other, "2024-08-01")
        self.groups._refresh_company(self.company)
        revenue, active = self._figure("revenue"), self._figure("active_customers")
        self.assertEqual((revenue.value, revenue.previous_value, revenue.trend), (200, 200, "same"))
        self.assertEqual((active.value, active.previous_value, active.trend), (1, 2, "worse"))
        self.assertFalse(self._figure("revenue", span="month", start=date(2026, 6, 1)).trend)

    def test_past_months_stay(self):
        self._buy(self.customer, "2026-05-05")
        self.groups._refresh_company(self.company)
        self.company.werthaltigkeit_as_of = "2026-12-31"
        self.groups._refresh_company(self.company)
        may = self._figure("revenue", span="month", start=date(2026, 5, 1))
        self.assertEqual((may.value, may.has_data), (100, True))

    def test_repurchase_retention_cross_buying(self):
        self._buy(self.customer, "2025-05-01", "2026-04-01", "2026-05-01")
        self._buy(self.customer, "2026-05-02", product=self.labour)
        self._buy(self.other, "2026-01-10", "2026-04-10")
        self._buy(self.third, "2026-06-01")
        start, end = date(2026, 4, 1), date(2026, 7, 1)
        self.assertEqual(self._measure("repurchase_rate", start, end)[1:3], (2, 3))
        self.assertEqual(self._measure("retention_rate", start, end)[1:3], (1, 1))
        self.assertEqual(self._measure("cross_buying", start, end)[1:3], (4, 3))
        self.assertEqual(self._measure("cross_buying", date(2025, 4, 1), date(2025, 7, 1))[1:3], (1, 1))
        self.assertIsNone(self._measure("retention_rate", date(2020, 4, 1), date(2020, 7, 1))[0])

    def test_churn_by_own_rhythm(self):
        """Every 30 days, then silent: lapsed after three of them, but never within 60 days."""
        self._buy(self.customer, "2026-01-01", "2026-01-31", "2026-03-02")
        self._buy(self.other, "2026-03-02")  # no rhythm: 12 months
        self._buy(self.third, "2024-01-01")  # lapsed long before
        self.assertEqual(self._measure("churn", date(2026, 4, 1), date(2026, 5, 1))[1:3], (0, 2))
        self.assertEqual(self._measure("churn", date(2026, 4, 1), date(2026, 7, 1))[1:3], (1, 2))
        self.assertEqual(self._measure("churn", date(2027, 1, 1), date(2027, 4, 1))[1:3], (1, 1))

    def test_churn_by_the_end_of_a_subscription(self):
        self._buy(self.customer, "2026-01-01")
        self._buy(self.other, "2026-01-01")
        contracts = SQL(
            "SELECT * FROM (VALUES (%s, '2025-01-01'::date, '2026-05-31'::date), (%s, '2025-01-01', NULL)) k (partner_id, begins, ends)",
            self.customer.id,
            self.third.id,
        )
        with patch.object(self.registry["crm.kpi.engine"], "_contracts", lambda engine, company: contracts):
            self.assertEqual(self._measure("churn", date(2026, 4, 1), date(2026, 7, 1))[1:3], (1, 3))

    def test_costs_need_confirmed_rates(self):
        self._buy(self.customer, "2026-06-01")
        self._touch(self.customer, "2026-06-02 08:00:00", stage="acquisition", cost=12.0)
        self._touch(self.third, "2026-06-02 08:00:00", stage="acquisition", cost=8.0)
        start, end = date(2026, 6, 1), date(2026, 7, 1)
        self.assertIsNone(self._measure("acquisition_cost", start, end)[0])
        self.company.werthaltigkeit_rates_confirmed_on = self.today
        self.assertEqual(self._measure("acquisition_cost", start, end)[:3], (20, 20, 1))
        self.assertIsNone(self._measure("retention_cost", start, end)[0])

    def _touch(self, partner, moment, kind="contact", direction="in", stage=None, cost=0.0):
        touchpoint = self.env["crm.touchpoint"].create(
            {
                "partner_id": partner.id,
                "date": moment,
                "kind_id": self._kind(kind).id,
                "direction": direction,
                "stage": stage,
                "company_id": self.company.id,
            }
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_touchpoint SET cost = %s WHERE id = %s", [cost, touchpoint.id])
        touchpoint.invalidate_recordset()
        return touchpoint

    def test_time_to_first_answer(self):
        self._touch(self.customer, "2026-06-02 08:00:00", "enquiry")
        self._touch(self.customer, "2026-06-02 14:00:00", "contact", "out")
        self._touch(self.customer, "2026-06-03 08:00:00", "contact", "out")
        self._touch(self.other, "2026-06-30 08:00:00", "enquiry")
        self._touch(self.other, "2026-07-01 18:00:00", "contact", "out")
        self._touch(self.third, "2026-06-05 08:00:00", "enquiry")  # never answered
        value, above, below, customers = self._measure("first_answer", date(2026, 6, 1), date(2026, 7, 1))
        self.assertEqual((value, above, below, customers), (20, 40, 2, 2))

    def test_referral_rate(self):
        self._buy(self.customer, "2026-06-01")
        self._touch(self.other, "2026-06-05 08:00:00", "referral")
        self.assertEqual(self._measure("referral_rate", date(2026, 6, 1), date(2026, 7, 1))[1:3], (1, 2))

    def test_reason_for_leaving_known(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "partner_id": self.customer.id, "company_id": self.company.id}
                for name in ("Fleet", "Tyres", "Open")
            ]
        )
        reason = self.env["crm.lost.reason"].create({"name": "Cheaper at Reifen Schmidt"})
        leads[0].action_set_lost(lost_reason_id=reason.id)
        leads[1].action_set_lost()
        today = self.env.cr.now().date()
        found = self._measure("loss_reason_known", today - timedelta(days=2), today + timedelta(days=2))
        self.assertEqual(found[1:3], (1, 2))

    def test_a_figure_opens_its_customers(self):
        self._buy(self.customer, "2025-09-01", "2026-02-01")
        self._buy(self.other, "2026-06-11")
        group = self._group(f"[('id', 'in', {(self.customer | self.other | self.third).ids})]")
        group.action_refresh()
        figure = self._figure("repurchase_rate", group).with_user(self.user)
        action = figure.action_view_numerator()
        parts = self.env["crm.customer.group.figure.part"].with_user(self.user).search(action["domain"])
        self.assertEqual(parts.filtered("numerator").partner_id, self.customer)
        self.assertEqual(parts.partner_id, self.customer | self.other)
        self.assertEqual(sum(parts.mapped("denominator")), figure.denominator)
        figure.action_view_denominator()
        self.assertEqual(len(self.env["crm.customer.group.figure.part"].search(action["domain"])), 2)
        with self.assertRaises(AccessError):
            figure.write({"numerator": 3})

    def test_value_over_rows_is_no_mean_of_ratios(self):
        self._buy(self.customer, "2026-02-01", "2026-06-10")
        self._buy(self.other, "2026-06-11")
        one = self._group(f"[('id', '=', {self.customer.id})]", name="One")
        two = self._group(f"[('id', 'in', {(self.other | self.customer).ids})]", name="Two")
        (one | two).action_refresh()
        [(value,)] = self.env["crm.customer.group.figure"]._read_group(
            [("group_id", "in", (one | two).ids), ("kpi_id.code", "=", "repurchase_rate"), ("span", "=", "year")],
            aggregates=["value:avg"],
        )
        self.assertAlmostEqual(value, 2 / 3)

    def test_every_indicator_has_a_calculation(self):
        for kpi in self.env["crm.kpi"].with_context(active_test=False).search([]):
            with self.subTest(kpi=kpi.code):
                self.assertTrue(self.env["crm.kpi.engine"]._has(kpi))

    def test_queries_do_not_grow_with_groups(self):
        self._buy(self.customer, "2026-06-10")
        self._group(name="One")
        self.groups._refresh_company(self.company)
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.figures._compute(self.company)
        one = self.cr.sql_log_count - before
        for name in "abcdef":
            self._group(name=name)
        self.groups._refresh_company(self.company)
        before = self.cr.sql_log_count
        self.figures._compute(self.company)
        self.assertLessEqual(self.cr.sql_log_count - before, one + 2)

    # -- cohorts ----------------------------------------------------------------------------------

    def test_cohorts(self):
        """First purchases in January and May; a return is no purchase, but lowers the revenue."""
        self._buy(self.customer, "2026-01-05", "2026-01-20", "2026-02-01", "2026-06-10")
        self._buy(self.other, "2026-01-31")
        self._buy(self.third, "2026-05-11")
        back = self._order(self.other, [(self.tyres, -1)])
        back.date_order = "2026-03-01 10:00:00"
        self.groups._refresh_company(self.company)
        table = self.env["crm.customer.month"].with_user(self.user).get_cohorts("month")
        self.assertEqual(
            [(row["cohort"], row["size"]) for row in table["rows"]], [("2026-01-01", 2), ("2026-05-01", 1)]
        )
        cells = {cell["since"]: (cell["customers"], cell["revenue"], cell["db1"]) for cell in table["rows"][0]["cells"]}
        nothing = (0, 0, None)
        self.assertEqual(
            cells, {0: (2, 300, 120), 1: (1, 100, 40), 2: (0, -100, -40), 3: nothing, 4: nothing, 5: (1, 100, 40)}
        )
        last = table["rows"][0]["cells"][-1]
        self.assertTrue(last["running"])
        opened = self.env["crm.customer.value"]
        self._compute_values()
        self.assertEqual(opened.search(last["domain"]).partner_id, self.customer)
        quarters = self.env["crm.customer.month"].get_cohorts("quarter")["rows"]
        self.assertEqual(
            [[(c["since"], c["customers"]) for c in row["cells"]] for row in quarters], [[(0, 2), (1, 1)], [(0, 1)]]
        )
        group = self._group(f"[('id', '=', {self.other.id})]")
        own = self.env["crm.customer.month"].get_cohorts("quarter", group.id)["rows"]
        self.assertEqual([row["size"] for row in own], [1])
        [(count,)] = self.env["crm.customer.month"]._read_group(
            [("cohort", ">=", "2026-01-01"), ("company_id", "=", self.company.id)],
            aggregates=["buyer_id:count_distinct"],
        )
        self.assertEqual(count, 3)

    def test_cohorts_follow_the_documents(self):
        self._buy(self.customer, "2026-01-05", "2026-03-05")
        months = self.env["crm.customer.month.engine"]
        months._rebuild(self.company)
        found = self.env["crm.customer.month"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(found), 2)
        self.env["sale.order"].search(
            [("partner_id", "=", self.customer.id), ("company_id", "=", self.company.id)], order="date_order", limit=1
        ).with_context(disable_cancel_warning=True)._action_cancel()
        months._rebuild(self.company)
        found = self.env["crm.customer.month"].search([("company_id", "=", self.company.id)])
        self.assertEqual([(m.cohort, m.months_since) for m in found], [(date(2026, 3, 1), 0)])

    def test_companies_do_not_see_each_other(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere", "werthaltigkeit_as_of": "2026-06-30"})
        self.env.user.company_ids += elsewhere
        self._buy(self.customer, "2026-06-10")
        self._buy(self.customer, "2026-06-10", company_id=elsewhere.id)
        self._buy(self.customer, "2026-06-11", company_id=elsewhere.id)
        self.groups._refresh_company(self.company)
        self.groups._refresh_company(elsewhere)
        self.assertEqual(self._figure("revenue").value, 100)
        for model in ("crm.customer.group.figure", "crm.customer.month"):
            with self.subTest(model=model):
                seen = self.env[model].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
                self.assertEqual(seen.search([]).company_id, self.company)
                self.assertTrue(self.env[model].sudo().search([("company_id", "=", elsewhere.id)]))

    def test_in_the_background(self):
        group = self._group(f"[('id', '=', {self.customer.id})]")
        self.assertTrue(group.figures_due)
        self._buy(self.customer, "2026-06-10")
        with self.enter_registry_test_mode():
            self.env.ref("crm_kundenbindung.ir_cron_customer_group_due").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(group.figures_due)
        self.assertEqual(self._figure("revenue", group).value, 100)
