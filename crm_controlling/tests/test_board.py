from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..report.sparkline import sparkline
from .board import BoardCase


@tagged("post_install", "-at_install")
class TestBoard(BoardCase):
    """One call tells how goals, customers and measures stand, for those who may see it."""

    def test_structure_opens_as_many_customers(self):
        rows = self.board.get_board()["structure"]["rows"]
        self.assertEqual([row["name"] for row in rows], ["A", "B", "C"])
        self.assertEqual([row["share"] for row in rows], ["70\xa0%", "20\xa0%", "10\xa0%"])
        for row in rows:
            self.assertEqual(int(row["customers"]), self._opened(row), row["label"])
        south = self.board.get_board({"team": self.south.id})["structure"]["rows"]
        self.assertEqual(
            [(row["name"], row["customers"], self._opened(row)) for row in south], [("B", "1", 1), ("C", "1", 1)]
        )
        both = self.board.get_board({"team": self.south.id, "group": self.group.id})["structure"]["rows"]
        self.assertEqual([(row["name"], row["customers"], self._opened(row)) for row in both], [("B", "1", 1)])

    def test_sums_follow_the_group_and_forget_what_is_gone(self):
        self.assertEqual(len(self.env["crm.board.sum"].search([("group_id", "=", self.group.id)])), 2)
        self.group.partner_ids = self.best
        self.env["crm.customer.group.engine"]._refresh(self.group)
        left = self.env["crm.board.sum"].search([("group_id", "=", self.group.id)])
        self.assertEqual((left.value_class, left.customers, left.margin_at_risk), ("A", 1, 300.0))
        self._value(self.small).sudo().value_class = "B"
        self._run()
        everybody = self.env["crm.board.sum"].search([("group_id", "=", False)])
        self.assertEqual({(row.value_class, row.customers) for row in everybody}, {("A", 1), ("B", 2)})

    def test_risk_names_the_most_at_stake(self):
        risk = self.board.get_board()["risk"]
        self.assertEqual([row["name"] for row in risk["rows"]], ["Best GmbH", "Good GmbH", "Small GmbH"])
        self.assertIn("600", risk["amount"])
        self.assertEqual(self._opened(risk), 3)
        self.assertEqual(
            int(risk["count"]), self._opened({"action": risk["count_action"]}), "the count opens its customers"
        )
        grouped = self.board.get_board({"group": self.group.id})["risk"]
        self.assertEqual([row["name"] for row in grouped["rows"]], ["Best GmbH", "Good GmbH"])
        self.assertIn("500", grouped["amount"])

    def test_goals_come_reddest_first(self):
        self._goal("Fine", light="green", actual_known=True)
        self._goal("Not started", state="setting", sequence=1)
        self._goal("Long over", state="missed", end_date=self.today - relativedelta(months=13),
                   start_date=self.today - relativedelta(months=20))  # fmt: skip
        self._goal("Elsewhere", light="red", team_id=self.south.id, sequence=99)
        goals = self.board.get_board()["goals"]
        self.assertEqual(
            [card["name"] for card in goals["cards"]], ["More repeat buyers", "Elsewhere", "Fine", "Not started"]
        )
        card = goals["cards"][0]
        self.assertEqual(
            (card["actual"], card["target"], card["icon"], card["word"]), ("30.0 %", "40.0 %", "■", "Off plan")
        )
        self.assertEqual(card["chance"], "reached with 64\xa0%")
        self.assertEqual([(light["light"], light["count"], self._opened(light)) for light in goals["counts"]],
                         [("red", 2, 2), ("green", 1, 1)])  # fmt: skip
        south = self.board.get_board({"team": self.south.id})["goals"]
        self.assertEqual([card["name"] for card in south["cards"]], ["Elsewhere"])

    def test_indicators_against_last_year(self):
        self._figure("year", 0.34, previous=0.30)
        churn = self.env.ref("crm_kundenbindung.kpi_churn")
        self._figure("year", 0.12, kpi=churn, previous=0.10)
        self._figure("year", 0.5, group=self.group)
        rows = self.board.get_board()["indicators"]["rows"]
        self.assertEqual(
            [(row["name"], row["value"], row["before"], row["trend"], row["rising"]) for row in rows],
            [("Repurchase Rate", "34.0 %", "30.0 %", "better", True), ("Churn", "12.0 %", "10.0 %", "worse", True)],
        )
        grouped = self.board.get_board({"group": self.group.id})["indicators"]["rows"]
        self.assertEqual([(row["value"], row["before"], row["trend"]) for row in grouped], [("50.0 %", "no data", "")])

    def test_quarter_prefers_the_same_quarter_of_last_year(self):
        self._figure("quarter", 0.2, months_ago=12)
        self._figure("quarter", 0.5, previous=0.9)
        row = self.board.get_board({"period": "quarter"})["indicators"]["rows"][0]
        self.assertEqual((row["value"], row["before"], row["against"]), ("50.0 %", "20.0 %", "a year before"))

    def test_migration_counts_the_months_of_the_period(self):
        month = self.today.replace(day=1) - relativedelta(days=1)
        before = month.replace(day=1) - relativedelta(months=4)
        for day, source, target, team, count in (
            (month, "B", "A", self.north, 2),
            (month, "A", "B", self.south, 1),
            (month, "new", "C", self.south, 4),
            (month, "A", "A", self.north, 9),
            (before, "C", "B", self.north, 8),
        ):
            self.env["crm.value.migration"].create(
                {"company_id": self.company.id, "month_end": day, "class_from": source, "class_to": target,
                 "team_id": team.id, "customers": count}
            )  # fmt: skip

        def moved(**filters):
            return {row["code"]: row["customers"] for row in self.board.get_board(filters)["migration"]["rows"]}

        self.assertEqual(moved(), {"up": "10", "down": "1", "new": "4", "out": "0"})
        self.assertEqual(moved(period="month"), {"up": "2", "down": "1", "new": "4", "out": "0"})
        self.assertEqual(moved(period="month", team=self.south.id), {"up": "0", "down": "1", "new": "4", "out": "0"})
        row = self.board.get_board()["migration"]["rows"][0]
        opened = self.env["crm.value.migration"].search(row["action"]["domain"])
        self.assertEqual(sum(opened.mapped("customers")), 10)

    def test_measures_running_and_ended_in_the_period(self):
        instrument = self.env["crm.measure.instrument"].search([], limit=1)
        running, old = self.env["crm.measure"].create(
            [
                {"name": name, "instrument_id": instrument.id, "group_id": self.group.id, "cost_fixed": 50}
                for name in ("Letter", "Old")
            ]
        )
        (running | old)._internal().write({"state": "running"})
        old._internal().write({"state": "evaluated"})
        result = {"measure_id": old.id, "company_id": self.company.id, "instrument_id": instrument.id, "group_id": self.group.id,
                  "target": "repurchase", "method": "newcombe", "verdict": "works"}  # fmt: skip
        results = self.env["crm.measure.result"].with_context(
            measure_token=old._internal().env.context["measure_token"]
        )
        results.create({**result, "date": self.today - relativedelta(months=5)})
        measures = self.board.get_board()["measures"]
        self.assertEqual(
            [(row["name"], row["result"]) for row in measures["rows"]], [("Letter", "Running"), ("Old", "Works")]
        )
        self.assertEqual(self._opened(measures), 2)
        self.assertEqual(
            [row["name"] for row in self.board.get_board({"period": "quarter"})["measures"]["rows"]], ["Letter"]
        )
        self.assertFalse(self.board.get_board({"team": self.north.id})["measures"]["rows"])

    def test_wrong_filters_are_refused(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["crm.customer.group"].create({"name": "Foreign", "company_id": other.id})
        for filters in (
            {"group": foreign.id}, {"group": 2**31}, {"team": "1; DROP"}, {"team": True}, {"period": "decade"},
            {"period": ["year"]}, {"company": other.id}, {"colour": 1}, [1], "year", {"group": [self.group.id]},
        ):  # fmt: skip
            with self.subTest(filters=filters), self.assertRaises(UserError):
                self.board.get_board(filters)

    def test_who_may_see_it(self):
        sales = new_test_user(self.env, "board_sales", groups="crm_kundenbindung.group_kundenbindung_user")
        with self.assertRaises(AccessError):
            self.board.with_user(sales).get_board()
        user = new_test_user(self.env, "board_user", groups="crm_controlling.group_controlling_user")
        self.assertEqual(self.board.with_user(user).get_board()["goals"]["count"], 1)

    def test_two_companies_and_a_branch(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.manager.write({"company_ids": [Command.link(other.id), Command.link(branch.id)]})
        self._goal("Their goal", company_id=other.id)
        self._buyer("Their customer", last=10, purchases=2, interval=30, company=other, rank_value=5000.0, value_class="A",
                    orders_ever=2, margin_at_risk=9999.0)  # fmt: skip
        self._run(other)
        here = self.board.with_context(allowed_company_ids=branch.ids).get_board()
        self.assertEqual(
            (here["company"], [card["name"] for card in here["goals"]["cards"]]),
            (self.company.name, ["More repeat buyers"]),
        )
        self.assertEqual([row["name"] for row in here["risk"]["rows"]], ["Best GmbH", "Good GmbH", "Small GmbH"])
        both = self.board.with_context(allowed_company_ids=(self.company | other).ids)
        self.assertEqual(len(both.get_board()["choices"]["company"]), 2)
        there = both.get_board({"company": other.id})
        self.assertEqual([card["name"] for card in there["goals"]["cards"]], ["Their goal"])
        self.assertEqual([row["name"] for row in there["risk"]["rows"]], ["Their customer"])
        self.assertEqual([row["customers"] for row in there["structure"]["rows"]], ["1"])

    def test_first_steps_until_all_are_done(self):
        other = self.env["res.company"].create({"name": "New"})
        self.manager.company_ids |= other
        empty = self.board.with_context(allowed_company_ids=other.ids).get_board()
        self.assertEqual([step["done"] for step in empty["steps"]], [False, False, False])
        self.assertFalse(empty["structure"]["rows"] or empty["goals"]["cards"] or empty["trust"]["rows"])
        other.werthaltigkeit_rates_confirmed_on = fields.Datetime.now()
        self._goal("First", company_id=other.id)
        steps = self.board.with_context(allowed_company_ids=other.ids).get_board()["steps"]
        self.assertEqual([step["done"] for step in steps], [True, True, False])

    def test_the_number_of_queries_does_not_grow(self):
        """However many goals, customers and groups there are."""

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.board.get_board()
            return self.env.cr.sql_log_count - start

        count()
        few = count()
        for number in range(6):
            self._goal(f"Goal {number}", light="yellow")
            self._buyer(f"Buyer {number}", last=200, purchases=4, interval=30, value_class="B", orders_ever=4, margin_at_risk=10.0 + number)  # fmt: skip
        self._figure("year", 0.34, previous=0.30)
        self._run()
        more = count()
        self.assertLessEqual(more, few + 4)
        self.assertLessEqual(more, 60)

    def test_the_list_at_risk_is_read_by_its_index(self):
        """The five with most at stake are found without reading everybody."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_retention (company_id, currency_id, stage_id, margin_at_risk, urgency)
                SELECT %s, %s, %s, n, n %% 100 FROM generate_series(1, 20000) n
                """,
                self.company.id,
                self.company.currency_id.id,
                self._stage_row("loyal").id,
            )
        )
        self.env.cr.execute("ANALYZE crm_retention")
        retention = self.env["crm.retention"].with_user(self.manager)
        query = retention._search([("company_id", "=", self.company.id)], limit=5, order=retention._order)
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("crm_retention_risk_idx", plan)
        self.assertNotIn("Sort", plan)

    def test_reads_only(self):
        """On a replica nothing can be written: neither does the board."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute("SET LOCAL transaction_read_only = on")
        page = self.board.get_board({"group": self.group.id, "period": "quarter"})
        self.assertEqual(len(page["structure"]["rows"]), 2)
        self.env.flush_all()
        self.assertTrue(getattr(self.board.get_board, "_readonly", False))


@tagged("post_install", "-at_install")
class TestSparkline(BoardCase):
    def test_paths(self):
        points = [{"date": "2026-01-31", "value": 0.2}, {"date": "2026-02-28", "value": 0.4}]
        fan = [{"date": "2026-03-31", "value": 0.5, "low": 0.4, "high": 0.6, "wide_low": 0.3, "wide_high": 0.7}]
        drawing = sparkline(points, [{"date": "2026-01-31", "value": 0.2}, {"date": "2026-03-31", "value": 0.6}], fan)
        self.assertTrue(drawing["line"].startswith("M3.0 53.0 L"))
        self.assertTrue(drawing["wide"].endswith(" Z"))
        self.assertIn("197.0 3.0", drawing["wide"])
        self.assertIsNone(sparkline([], [], fan))
        self.assertEqual(sparkline(points[:1], [], [])["line"], "")
