from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestSnapshot(WerthaltigkeitCase):
    """Month ends: written once, never changed, honest about what was computed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.order"].search([]).date_order = "2020-01-01"  # nothing of the database disturbs the months
        cls.env.cr.execute("DELETE FROM crm_customer_value_snapshot")
        cls.env.cr.execute("DELETE FROM crm_value_migration")
        cls.env.cr.execute("DELETE FROM crm_customer_value")
        cls.snapshots = cls.env["crm.value.snapshot.engine"]

    def _order_on(self, partner, day, quantity=1):
        order = self._order(partner, [(self.tyres, quantity)])
        order.date_order = f"{day} 10:00:00"
        return order

    def _rebuild(self):
        self.env.flush_all()
        self.values._rebuild(self.company)
        self.env.invalidate_all()

    def _month_ends(self, partner):
        return self.env["crm.customer.value.snapshot"].search([("partner_id", "=", partner.id)], order="month_end")

    @freeze_time("2026-11-23 12:00:00")
    def test_first_run_reconstructs_the_past(self):
        """The past year is there on the first day, marked as computed afterwards, from documents up to each month end."""
        self._order_on(self.customer, "2025-06-10", 9)
        self._order_on(self.other, "2026-03-15", 1)
        self._order_on(self.other, "2026-06-15", 900)
        self._rebuild()
        rows = self._month_ends(self.customer)
        self.assertEqual(len(rows), 13)
        self.assertEqual((rows[0].month_end, rows[-1].month_end), (date(2025, 10, 31), date(2026, 10, 31)))
        self.assertTrue(all(rows.mapped("reconstructed")))
        self.assertEqual(set(rows.mapped("revenue")), {900.0})
        self.assertEqual(set(rows.mapped("db1")), {360.0})
        self.assertEqual(
            [row.value_class for row in rows if row.month_end in (date(2026, 5, 31), date(2026, 6, 30))], ["A", "C"]
        )
        other = self._month_ends(self.other)
        self.assertEqual(other[0].month_end, date(2026, 3, 31), "no customer before the first order")
        self.assertEqual(other.mapped("revenue"), [100.0] * 3 + [90100.0] * 5)
        self.assertEqual(other.mapped("value_class"), ["B"] * 3 + ["A"] * 5)
        self.assertFalse(rows[-1].lifetime_value, "nothing is invented that nobody knew then")

    @freeze_time("2026-11-23 12:00:00")
    def test_reconstructed_classes_are_those_of_the_ranking(self):
        """With all documents before the month end the reconstruction and the ranking of today agree."""
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(12)])
        for i, partner in enumerate(partners):
            self._order_on(partner, f"2026-0{1 + i % 8}-10", 2 ** (i // 2))
        self.env["sale.order"].search([("partner_id", "=", partners[3].id)]).order_line.purchase_price = 0.0
        self._rebuild()
        for partner in partners:
            last, value = self._month_ends(partner)[-1], self._value(partner)
            self.assertEqual(last.value_class, value.value_class_computed)
            self.assertEqual((last.revenue, last.db1, last.db2), (value.revenue, value.db1, value.db2))

    def test_month_end_is_taken_once_however_often_and_late(self):
        with freeze_time("2026-10-15 12:00:00"):
            self._order_on(self.customer, "2026-08-10", 9)
            self._rebuild()
        with freeze_time("2026-11-09 12:00:00"):
            self._order_on(self.other, "2026-11-08", 3)
            self._rebuild()
            late = self._month_ends(self.customer)[-1]
            self.assertRecordValues(
                late,
                [
                    {
                        "month_end": date(2026, 10, 31),
                        "taken_on": date(2026, 11, 9),
                        "reconstructed": False,
                        "revenue": 900.0,
                        "lifetime_value": self._value(self.customer).lifetime_value,
                    }
                ],
            )
            self.assertFalse(self._month_ends(self.other), "was no customer yet at the month end")
            self._order_on(self.customer, "2026-11-09", 1)
            self._rebuild()
            self.assertEqual(self.snapshots._take(self.company), {})
            self.assertEqual(late.revenue, 900.0)
            self.assertEqual(len(self._month_ends(self.customer)), 3)

    def test_gap_of_a_long_stop_is_reconstructed(self):
        with freeze_time("2026-05-15 12:00:00"):
            self._order_on(self.customer, "2026-04-10", 9)
            self._rebuild()
        with freeze_time("2026-09-02 12:00:00"):
            self._rebuild()
            self.assertEqual(
                [(row.month_end.month, row.reconstructed) for row in self._month_ends(self.customer)],
                [(4, True), (5, True), (6, True), (7, True), (8, False)],
            )

    @freeze_time("2026-11-23 12:00:00")
    def test_nobody_writes_history(self):
        self._order_on(self.customer, "2026-08-10")
        self._rebuild()
        rows = self._month_ends(self.customer)
        for env in (self.env, rows.with_user(self.manager).env, rows.with_user(self.user).env, rows.sudo().env):
            own = rows.with_env(env)
            with self.assertRaises(AccessError):
                own.write({"revenue": 1.0})
            with self.assertRaises(AccessError):
                own.unlink()
            with self.assertRaises(AccessError):
                own.create({"company_id": self.company.id, "month_end": "2026-01-31", "currency_id": 1})
        self.assertEqual(len(rows.exists()), 3)

    @freeze_time("2026-11-23 12:00:00")
    def test_merge_keeps_the_sums(self):
        self._order_on(self.customer, "2026-08-10", 9)
        self._order_on(self.other, "2026-10-10", 1)
        self._rebuild()
        total = sum(self.env["crm.customer.value.snapshot"].search([]).mapped("revenue"))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.customer.id, self.other.id], self.other)
        self.env.invalidate_all()
        rows = self._month_ends(self.other)
        self.assertEqual(rows.mapped("revenue"), [900.0, 900.0, 1000.0])
        self.assertEqual(rows.mapped("value_class"), ["A", "A", "A"])
        self.assertEqual(sum(self.env["crm.customer.value.snapshot"].search([]).mapped("revenue")), total)
        self.assertEqual(self.snapshots._take(self.company), {})

    @freeze_time("2026-11-23 12:00:00")
    def test_migration_counts_and_opens_its_customers(self):
        self._order_on(self.customer, "2025-06-10", 9)
        self._order_on(self.other, "2025-09-15", 1)
        self._order_on(self.other, "2026-06-15", 900)
        newcomer = self.env["res.partner"].create({"name": "Newcomer"})
        self._order_on(newcomer, "2026-09-15", 5)
        self._rebuild()
        matrix = self.env["crm.value.migration"].with_user(self.user).get_matrix()
        self.assertEqual((matrix["month_from"], matrix["month_to"]), ("2025-10-31", "2026-10-31"))
        cells = {(cell["from"], cell["to"]): cell for cell in matrix["cells"]}
        self.assertEqual(
            {key: (cell["customers"], cell["revenue"]) for key, cell in cells.items()},
            {("A", "C"): (1, 900.0), ("B", "A"): (1, 90100.0), ("new", "C"): (1, 500.0)},
        )
        for key, partner in ((("A", "C"), self.customer), (("B", "A"), self.other), (("new", "C"), newcomer)):
            found = self.env["crm.customer.value"].with_user(self.user).search(cells[key]["domain"])
            self.assertEqual(found.partner_id, partner)
        june = self.env["crm.value.migration"].search([("month_end", "=", "2026-06-30"), ("class_from", "=", "B")])
        self.assertRecordValues(june, [{"class_to": "A", "customers": 1, "revenue": 90100.0, "reconstructed": True}])
        opened = june.action_view_customers()
        self.assertEqual(self.env["crm.customer.value"].search(opened["domain"]).partner_id, self.other)
        self.assertFalse(
            self.env["crm.value.migration"].search([("month_end", "=", "2025-10-31")]).filtered("class_from"),
            "where they came from is not known at the first month end",
        )

    @freeze_time("2026-11-23 12:00:00")
    def test_two_companies(self):
        second = self.env["res.company"].create({"name": "Second", "werthaltigkeit_period": "all"})
        self._order_on(self.customer, "2026-08-10", 9)
        self._rebuild()
        self.env.user.company_ids |= second
        with_second = self.env["crm.value.migration"].with_company(second)
        self.assertEqual(with_second.with_context(allowed_company_ids=second.ids).get_matrix()["months"], [])
        self.assertFalse(self.snapshots._take(second))
        rows = self.env["crm.customer.value.snapshot"].with_user(self.user)
        self.assertTrue(rows.search([]))
        self.user.write({"company_ids": [(6, 0, second.ids)], "company_id": second.id})
        self.assertFalse(rows.with_context(allowed_company_ids=second.ids).search([]))

    def test_month_ends_are_month_ends(self):
        self._order_on(self.customer, "2020-01-10")
        self._rebuild()
        for day in ("2026-01-31", "2026-03-01", "2024-02-29", "2026-12-31"):
            with freeze_time(f"{day} 12:00:00"):
                months = self.snapshots._month_ends(self.company)
                self.assertEqual(len(months), 13)
                for month in months:
                    self.assertEqual((month + relativedelta(days=1)).day, 1)
                    self.assertLess(month, fields.Date.to_date(day))
