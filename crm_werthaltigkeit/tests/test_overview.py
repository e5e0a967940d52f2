from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..stats import season
from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestOverview(WerthaltigkeitCase):
    """Your customers on one page, and the analyses behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.customer.value"].search([]).unlink()
        cls.env["crm.value.run"].search([]).unlink()
        for table in (
            "crm_customer_value_snapshot",
            "crm_value_migration",
            "crm_value_forecast",
            "crm_value_service_effect",
        ):
            cls.env.cr.execute(f"DELETE FROM {table}")  # pylint: disable=sql-injection
        cls.overview = cls.env["crm.value.overview"].with_user(cls.user).with_context(lang="en_US")

    def _rebuild(self):
        self.env.flush_all()
        self.values._rebuild(self.company)
        self.env.invalidate_all()

    def _tiles(self, page):
        return {tile["code"]: tile for tile in page["tiles"]}

    def test_empty_and_first_run(self):
        page = self.overview.get_overview()
        self.assertEqual((page["customers"], page["run"], page["can_compute"]), (0, False, False))
        self.env["crm.value.run"]._request(self.company).progress = 0.25
        self.assertEqual(self.overview.get_overview()["run"], {"progress": 25})

    def test_every_number_opens_as_many_records(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(8)])
        for i, partner in enumerate(partners):
            self._order(partner, [(self.tyres, 2**i)], days_ago=400 + 10 * i if i < 3 else 20 * i)
        self._rebuild()
        page = self.overview.get_overview()
        tiles = self._tiles(page)
        values = self.env["crm.customer.value"].with_user(self.user)

        def opened(figure):
            return values.search_count(figure["action"]["domain"])

        for code in ("new", "lost"):
            self.assertEqual(int(tiles[code]["value"]), opened(tiles[code]), code)
        self.assertGreaterEqual(int(tiles["new"]["value"]), 5)
        self.assertGreaterEqual(int(tiles["lost"]["value"]), 3)
        for row in page["classes"]:
            self.assertEqual(int(row["customers"]), opened(row), row["label"])
        self.assertLessEqual(int(tiles["concentration"]["value"]), opened(tiles["concentration"]))

    def test_concentration_agrees_with_the_curve(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(20)])
        for i, partner in enumerate(partners):
            self._order(partner, [(self.tyres, 1 + i % 4)])
        self._rebuild()
        few = self.env["crm.customer.value"].get_concentration()["few"]
        self.assertEqual(self._tiles(self.overview.get_overview())["concentration"]["value"], str(few))

    def test_overdue_and_costly(self):
        self._order(self.customer, [(self.tyres, 9)], days_ago=50)
        self._order(self.other, [(self.tyres, 1)], days_ago=50)
        self._rebuild()
        page = self.overview.get_overview()
        self.assertIn("confirmed what a contact costs", page["costly"]["text"])
        self.assertEqual(page["costly"]["action"]["res_model"], "crm.touchpoint.channel")
        today = fields.Date.today()
        self._value(self.customer).sudo().write(
            {"expected_order_date": today - timedelta(days=12), "margin_at_risk": 432.0, "value_class": "A"}
        )
        self._value(self.other).sudo().write(
            {"profit_known": True, "cost_exceeds_profit": True, "expected_profit": -55.0, "service_cost_year": 80.0}
        )
        page = self.overview.get_overview()
        self.assertIn("Customers overdue: 1. ", page["overdue"]["text"])
        (row,) = page["overdue"]["rows"]
        self.assertEqual((row["name"], row["text"]), ("Taxi Brandt GmbH", "12 days overdue"))
        self.assertIn("432", row["amount"])
        self.assertEqual(row["action"]["res_id"], self.customer.id)
        (row,) = page["costly"]["rows"]
        self.assertEqual(row["name"], "Petra Klein")
        self.assertIn("55", row["amount"])
        steps = {step["code"]: step for step in page["steps"]}
        self.assertEqual(len(page["steps"]), 3)
        self.assertIn("432", steps["overdue"]["text"])
        self.assertEqual(
            self.env["crm.customer.value"].search(steps["overdue"]["action"]["domain"]).partner_id, self.customer
        )
        self.assertIn("rates", steps)

    def test_missing_costs_are_a_step(self):
        self.tyres.standard_price = 0.0
        self._order(self.customer, [(self.tyres, 9)])
        self._rebuild()
        page = self.overview.get_overview()
        step = next(step for step in page["steps"] if step["code"] == "costs")
        self.assertIn(self.tyres, self.env["product.product"].search(step["action"]["domain"]))
        self.assertIn("revenue", self._tiles(page)["concentration"]["text"])

    def test_closed_to_others(self):
        plain = new_test_user(self.env, "wert_overview_plain", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["crm.value.overview"].with_user(plain).get_overview()
        with self.assertRaises(AccessError):
            self.env["crm.value.migration"].with_user(plain).get_matrix()
        second = self.env["res.company"].create({"name": "Second"})
        report = self.env["report.crm_werthaltigkeit.report_value_overview"].with_user(self.user)
        with self.assertRaises(AccessError):
            report._get_report_values(second.ids)

    def test_few_queries_however_many_customers(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(30)])
        for partner in partners:
            self._order(partner, [(self.tyres, 1)], days_ago=60)
        self._rebuild()
        self._value(partners[0]).search([]).sudo().write({"expected_order_date": "2020-01-01", "margin_at_risk": 5.0})
        self.env.flush_all()
        self.env.invalidate_all()
        self.overview.get_overview()
        self.env.invalidate_all()
        with self.assertQueryCount(26):
            self.overview.get_overview()

    def test_report_is_one_page_with_the_same_figures(self):
        self._order(self.customer, [(self.tyres, 9)], days_ago=50)
        self._rebuild()
        html = (
            self.env["ir.actions.report"]
            .with_user(self.user)
            .with_context(lang="en_US")
            ._render_qweb_html("crm_werthaltigkeit.report_value_overview", self.company.ids)[0]
            .decode()
        )
        page = self.overview.get_overview()
        for text in (*(tile["text"] for tile in page["tiles"]), *(step["text"] for step in page["steps"])):
            self.assertIn(
                str(text), html.replace("&#160;", "\N{NO-BREAK SPACE}").replace("&nbsp;", "\N{NO-BREAK SPACE}")
            )

    # -- contribution -----------------------------------------------------------------------------

    def test_two_tags_count_in_both_and_once_in_the_total(self):
        first, second = self.env["res.partner.category"].create([{"name": "Fleet"}, {"name": "Trade"}])
        self.customer.category_id = first | second
        self.other.category_id = first
        self._order(self.customer, [(self.tyres, 9)])
        self._order(self.other, [(self.tyres, 1)])
        self._rebuild()
        total, by_tag = self.env["crm.customer.value"].formatted_read_grouping_sets(
            [("orders_ever", ">", 0), ("partner_id", "in", (self.customer | self.other).ids)],
            [[], ["tag_ids"]],
            ["revenue:sum", "__count"],
        )
        self.assertEqual((total[0]["revenue:sum"], total[0]["__count"]), (1000.0, 2))
        self.assertEqual(
            {group["tag_ids"][1]: group["revenue:sum"] for group in by_tag}, {"Fleet": 1000.0, "Trade": 900.0}
        )
        domain = next(group["__extra_domain"] for group in by_tag if group["tag_ids"][1] == "Trade")
        self.assertEqual(self.env["crm.customer.value"].with_user(self.user).search(domain).partner_id, self.customer)

    # -- expected orders ----------------------------------------------------------------------------

    def test_expected_orders_by_category(self):
        """A customer's purchases follow what they bought; the sums stay those of the customers."""
        goods, work = self.env["product.category"].create([{"name": "Goods"}, {"name": "Work"}])
        self.tyres.categ_id, self.labour.categ_id = goods, work
        self._order(self.customer, [(self.tyres, 3), (self.labour, 1, {"price_unit": 100.0})], days_ago=50)
        self._order(self.other, [(self.labour, 1)], days_ago=50)
        self._rebuild()
        self.env["crm.customer.value"].search([]).sudo().write({"purchase_method": "none"})
        self._value(self.customer).sudo().write(
            {"purchase_method": "model", "expected_purchases": 6.0, "expected_revenue": 2400.0, "expected_db": 1000.0}
        )
        self._value(self.other).sudo().write({"purchase_method": "none", "expected_purchases": 50.0})
        self.env["crm.value.forecast.engine"]._compute(self.company)
        rows = (
            self.env["crm.value.forecast"]
            .with_user(self.user)
            ._read_group(
                [("company_id", "=", self.company.id)],
                ["categ_id"],
                ["expected_orders:sum", "expected_revenue:sum", "month:count_distinct"],
            )
        )
        self.assertEqual(
            {categ.name: (round(orders, 6), revenue, months) for categ, orders, revenue, months in rows},
            {"Goods": (4.5, 1800.0, 12), "Work": (1.5, 600.0, 12)},
        )
        self.assertIn("error", self.env["crm.value.forecast"].with_context(lang="en_US")._error_text())
        self.assertEqual(self.env["crm.value.forecast.engine"]._compute(self.company), 24)

    def test_season(self):
        winter = [10.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
        weights = season.month_weights(winter * 3)
        self.assertAlmostEqual(sum(weights), 1.0)
        self.assertEqual(weights, [(30 + 1) / 48] + [1 / 48] * 10 + [(6 + 1) / 48])
        self.assertEqual(season.month_weights(winter), [1 / 12] * 12, "one year is no season")
        self.assertIsNone(season.month_error(winter))
        self.assertEqual(season.month_error([3.0] * 36), 0.0)
        self.assertGreater(season.month_error(winter * 2), 1.0)
        with self.assertRaises(ValueError):
            season.month_weights([1.0, -1.0])

    # -- service contacts -----------------------------------------------------------------------------

    def test_service_contacts_against_others(self):
        """Who had a service contact ordered in 30 days: 1 of 2; the others of the class: 1 of 4."""
        today = self.company._werthaltigkeit_today()
        month = (today - timedelta(days=75)).replace(day=1)
        before = month - timedelta(days=1)
        (self._kind("contact") | self._kind("complaint")).is_service = True
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(6)])
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO crm_customer_value_snapshot (company_id, partner_id, month_end, currency_id, value_class)"
            " SELECT %s, unnest(%s), %s, %s, 'A'",
            [self.company.id, partners.ids, before, self.company.currency_id.id],
        )
        touchpoints = self.env["crm.touchpoint"]

        def contact(partner, day, kind="contact", **vals):
            touchpoints.create(
                {
                    "partner_id": partner.id,
                    "date": fields.Datetime.to_datetime(month) + timedelta(days=day, hours=12),
                    "kind_id": self._kind(kind).id,
                    "direction": "in",
                    **vals,
                }
            )

        contact(partners[0], 5, satisfaction="bad")
        contact(partners[0], 9, "order")
        contact(partners[0], 12, "rating", satisfaction="good")
        contact(partners[1], 7, "complaint")
        contact(partners[1], 7, "order")  # at that very moment, not after it
        contact(partners[2], 20, "order")
        contact(partners[3], 8, direction="out")
        contact(partners[4], 60, "order")
        contact(partners[5], 15, "rating", satisfaction="bad")
        self.env.flush_all()
        engine = self.env["crm.value.service.effect.engine"]
        self.assertEqual(engine._compute(self.company), [month])
        row = self.env["crm.value.service.effect"].with_user(self.user).search([])
        self.assertRecordValues(
            row,
            [
                {
                    "month": month,
                    "value_class": "A",
                    "contact_customers": 2,
                    "contact_ordered": 1,
                    "other_customers": 4,
                    "other_ordered": 1,
                    "comparison_ordered": 0.5,
                    "contact_rated": 1,
                    "contact_happy": 1,
                    "other_rated": 1,
                    "other_happy": 0,
                }
            ],
        )
        rates = self.env["crm.value.service.effect"]._read_group(
            [], [], ["contact_rate:avg", "comparison_rate:avg", "difference:avg"]
        )
        self.assertEqual(rates, [(0.5, 0.25, 0.25)])
        action = row.action_view_contacts()
        self.assertEqual(touchpoints.search(action["domain"]).commercial_partner_id, partners[:2])
        self.assertEqual(engine._compute(self.company), [month], "recent months are counted anew, not twice")
        self.assertEqual(self.env["crm.value.service.effect"].search_count([]), 1)
