from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo.tests import TransactionCase, new_test_user


class WerthaltigkeitCase(TransactionCase):
    """A company with two products, a customer with a contact, a salesperson and a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True))
        cls.company = cls.env.company
        cls.company.werthaltigkeit_cost_known_since = "2000-01-01"
        cls.company.werthaltigkeit_period = "all"
        cls.engine = cls.env["crm.touchpoint.engine"]
        cls.values = cls.env["crm.value.engine"]
        cls.user = new_test_user(cls.env, "wert_user", groups="sales_team.group_sale_salesman")
        cls.manager = new_test_user(cls.env, "wert_manager", groups="sales_team.group_sale_manager")
        cls.customer, cls.other = cls.env["res.partner"].create(
            [
                {"name": "Taxi Brandt GmbH", "is_company": True, "email": "info@taxi-brandt.example"},
                {"name": "Petra Klein", "email": "petra.klein@example.com"},
            ]
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Anna Sommer", "parent_id": cls.customer.id, "email": "anna@taxi-brandt.example"}
        )
        cls.tyres, cls.labour = cls.env["product.product"].create(
            [
                {
                    "name": "Winter Tyre",
                    "list_price": 100.0,
                    "standard_price": 60.0,
                    "taxes_id": False,
                    "type": "consu",
                },
                {
                    "name": "Labour Hour",
                    "list_price": 80.0,
                    "standard_price": 50.0,
                    "taxes_id": False,
                    "type": "service",
                },
            ]
        )
        cls._settle()

    @classmethod
    def _settle(cls):
        """Read everything there is, so that a test sees only what it adds."""
        cls.env.flush_all()
        cls.engine._run_all()

    @classmethod
    def _order(cls, partner, lines, days_ago=0, confirm=True, **vals):
        """Create an order; `lines` are (product, quantity[, extra values])."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    (0, 0, {"product_id": line[0].id, "product_uom_qty": line[1], **(line[2] if len(line) > 2 else {})})
                    for line in lines
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
            order.date_order = datetime.now() - timedelta(days=days_ago)
        return order

    @classmethod
    def _capture(cls):
        cls.env.flush_all()
        return cls.engine._run_all()

    @classmethod
    def _value(cls, partner, company=None):
        return cls.env["crm.customer.value"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", (company or cls.company).id)]
        )

    @classmethod
    def _touchpoints(cls, partner, *kinds):
        domain = [("commercial_partner_id", "=", partner.commercial_partner_id.id)]
        if kinds:
            domain.append(("kind_id.code", "in", kinds))
        cls.env.invalidate_all()
        return cls.env["crm.touchpoint"].search(domain)

    @contextmanager
    def _killed(self):
        """Expect a kill; unlike assertRaises it keeps what had been written before."""
        try:
            yield
        except KeyboardInterrupt:
            return
        self.fail("was not killed")

    @classmethod
    def _kind(cls, code):
        return cls.env.ref(f"crm_werthaltigkeit.touchpoint_kind_{code}")

    @classmethod
    def _channel(cls, code):
        return cls.env.ref(f"crm_werthaltigkeit.touchpoint_channel_{code}")

    @classmethod
    def _source(cls, code):
        return cls.env.ref(f"crm_werthaltigkeit.touchpoint_source_{code}")
