from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo.tests import new_test_user

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class GoalCase(WerthaltigkeitCase):
    """A company of its own with four years of orders: each month some new customers, of whom a part comes again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.goal"].search([]).active = False
        cls.today = cls.company._werthaltigkeit_today()
        cls.month = cls.today.replace(day=1)
        cls.goal_user = new_test_user(cls.env, "goal_user", groups="crm_controlling.group_controlling_user")
        cls.goal_manager = new_test_user(cls.env, "goal_manager", groups="crm_controlling.group_controlling_manager")
        cls.kpis = {kpi.code: kpi for kpi in cls.env["crm.kpi"].search([])}

    @classmethod
    def _sell(cls, rows, company=None):
        """Create confirmed orders at once; `rows` are (partner, day, amount)."""
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": (company or cls.company).id,
                    "order_line": [(0, 0, {"product_id": cls.tyres.id, "product_uom_qty": 1, "price_unit": amount})],
                }
                for partner, _day, amount in rows
            ]
        )
        orders.action_confirm()
        cls.env.flush_all()
        for order, (_partner, day, _amount) in zip(orders, rows, strict=True):
            order.date_order = f"{day} 12:00:00"
        cls.env.flush_all()
        return orders

    @classmethod
    def _partners(cls, count, prefix="Customer", **vals):
        return cls.env["res.partner"].create([{"name": f"{prefix} {n}", **vals} for n in range(count)])

    @classmethod
    def _history(cls, months, of_month, per_customer=100.0, start=None):
        """Sell each month to so many of a stock of customers: `of_month(n)` says to how many, the oldest month first."""
        stock = cls._partners(max(of_month(n) for n in range(months)))
        first = (start or cls.month) - relativedelta(months=months)
        rows = []
        for n in range(months):
            day = first + relativedelta(months=n)
            rows += [(stock[i], day + timedelta(days=i % 25), per_customer) for i in range(of_month(n))]
        cls._sell(rows)
        return stock

    @classmethod
    def _goal(cls, **vals):
        return cls.env["crm.goal"].create(
            {
                "name": "More Revenue",
                "kind": "value",
                "kpi_id": cls.kpis["revenue"].id,
                "window": "1",
                "target": 2000.0,
                "start_date": cls.month,
                "end_date": cls.month + relativedelta(months=12, days=-1),
                **vals,
            }
        )

    def _rows(self, goal, latest=True):
        domain = [("goal_id", "=", goal.id), ("partial", "=", False)]
        return self.env["crm.goal.measurement"].search(domain + [("latest", "=", True)] * latest, order="date_end, id")

    def _values(self, goal):
        """{last day: value} of month ends."""
        return {row.date_end: row.value for row in self._rows(goal) if not row.running}

    def _end(self, months_ago):
        """The last day of a month so many months ago."""
        return self.month - relativedelta(months=months_ago - 1) - timedelta(days=1) if months_ago else date.max
