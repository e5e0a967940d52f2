import logging
import os
from datetime import datetime, timedelta

import numpy as np

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

_logger = logging.getLogger("simulation")  # not one of Odoo, which say nothing below a warning in tests

SIZE = 120  # customers of a measure
ROUNDS = int(os.environ.get("MEASURE_ROUNDS", "25"))  # measures of each kind; `./dev accept` asks for many more


@tagged("post_install", "-at_install")
class TestMeasureSimulation(TransactionCase):
    """A company where the truth is known: what its measures report, drawn and evaluated by the models themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True))
        cls.company = cls.env.company
        cls.company.kundenbindung_measure_minimum = 0
        cls.company.werthaltigkeit_cost_known_since = "2000-01-01"
        cls.today = cls.company._werthaltigkeit_today()
        cls.random = np.random.default_rng(1907)
        cls.instrument = cls.env.ref("crm_kundenbindung.measure_instrument_direct")
        cls.product = cls.env["product.product"].create(
            {"name": "Inspection", "list_price": 100.0, "standard_price": 60.0, "taxes_id": False, "type": "service"}
        )

    def _order_pattern(self):
        """Ids of a confirmed order and its line, whose columns all others repeat."""
        partner = self.env["res.partner"].create({"name": "Pattern"})
        line = {"product_id": self.product.id, "product_uom_qty": 1}
        order = self.env["sale.order"].create({"partner_id": partner.id, "order_line": [(0, 0, line)]})
        order.action_confirm()
        self.env.flush_all()
        return order

    def _buy(self, pattern, partners, days_ago, amounts):
        """Insert an order of each of these customers, set-based, with what the ORM would have written."""
        for table, key, columns in (
            ("sale_order", "id", {"partner_id": "p.partner", "date_order": "p.moment", "name": "'SIM' || p.position"}),
            (
                "sale_order_line",
                "order_id",
                {
                    "order_id": "o.id",
                    "order_partner_id": "p.partner",
                    "price_unit": "p.amount",
                    "price_subtotal": "p.amount",
                    "purchase_price": "p.amount * 0.6",
                },
            ),
        ):
            names = [
                f.name
                for f in self.env[table.replace("_", ".", 1).replace("order_line", "order.line")]._fields.values()
                if f.store and f.column_type and f.name != "id"
            ]
            values = [SQL(columns[n]) if n in columns else SQL.identifier("s", n) for n in names]
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO %(table)s (%(names)s)
                    SELECT %(values)s FROM unnest(%(partners)s::int4[], %(amounts)s::float8[], %(positions)s::int4[], %(moments)s::timestamp[])
                                           p (partner, amount, position, moment)
                      JOIN %(table)s s ON s.%(key)s = %(pattern)s %(join)s
                    """,
                    table=SQL.identifier(table),
                    names=SQL(", ").join(map(SQL.identifier, names)),
                    values=SQL(", ").join(values),
                    key=SQL.identifier(key),
                    partners=list(map(int, partners)),
                    amounts=list(map(float, amounts)),
                    positions=[self._next() for _ in partners] if table == "sale_order" else self._last(len(partners)),
                    moments=[datetime.now() - timedelta(days=int(days)) for days in days_ago],
                    pattern=pattern.id,
                    join=SQL("JOIN sale_order o ON o.name = 'SIM' || p.position") if table != "sale_order" else SQL(),
                )
            )

    _number = 0

    def _next(self):
        type(self)._number += 1
        return self._number

    def _last(self, count):
        return list(range(self._number - count + 1, self._number + 1))

    def _simulate(self, target, treated_rate, control_rate, amount=None):
        """Draw ROUNDS measures, let chance buy, evaluate them; return [(difference, low, high)]."""
        pattern, drawn = self._order_pattern(), []
        for number in range(ROUNDS):
            customers = self.env["res.partner"].create([{"name": f"{target} {number} {n}"} for n in range(SIZE)])
            group = self.env["crm.customer.group"].create(
                {"name": f"{target} {number}", "kind": "picked", "partner_ids": [(6, 0, customers.ids)]}
            )
            measure = self.env["crm.measure"].create(
                {
                    "name": f"{target} {number}",
                    "instrument_id": self.instrument.id,
                    "group_id": group.id,
                    "target": target,
                    "date_start": self.today - timedelta(days=30),
                    "date_end": self.today - timedelta(days=1),
                    "control_share": 0.5,
                    "seed": 1000 + number,
                }
            )
            measure.action_approve()
            measure.action_start()
            drawn.append(measure)
            partners, days, amounts = [], [], []
            level = self.random.lognormal(0, 0.5, len(measure.participant_ids))
            for row, own in zip(measure.participant_ids, level, strict=True):
                if self.random.random() < 0.5:
                    partners.append(row.partner_id.id)
                    days.append(self.random.integers(32, 59))
                    amounts.append(100 * own)
                if self.random.random() < (treated_rate if row.arm == "treated" else control_rate):
                    partners.append(row.partner_id.id)
                    days.append(self.random.integers(2, 29))
                    extra = amount if amount and row.arm == "treated" else 0
                    amounts.append(100 * own + extra)
            self._buy(pattern, partners, days, amounts)
        self.env.invalidate_all()
        self.env.cr.execute("ANALYZE sale_order, sale_order_line, res_partner, crm_measure_participant")
        found = []
        for measure in drawn:
            measure.action_evaluate()
            result = measure.result_id
            self.assertTrue(result.bounded)
            found.append((result.difference, result.low, result.high))
        return np.array(found)

    def _within(self, hits, expected, label):
        """Whether so many hits are what chance makes of an expected share, 4 standard deviations wide."""
        slack = 4 * (ROUNDS * expected * (1 - expected)) ** 0.5 + 1
        self.assertTrue(abs(hits - ROUNDS * expected) <= slack, f"{label}: {hits} of {ROUNDS}, expected {expected:.0%}")

    def _without_effect(self, target):
        found = self._simulate(target, 0.3, 0.3)
        false = int(((found[:, 1] > 0) | (found[:, 2] < 0)).sum())
        _logger.info("%s without effect: %s of %s taken for one", target, false, ROUNDS)
        self._within(false, 0.05, f"false positives of {target}")

    # a test each: hundreds of measures in one transaction need as many locks as PostgreSQL has for one

    def test_repurchase_without_effect(self):
        self._without_effect("repurchase")

    def test_revenue_without_effect(self):
        self._without_effect("revenue")

    def test_measures_with_an_effect(self):
        """30 % against 55 % with 60 in each arm is found in 79 % of all cases; the interval covers the truth in 95 %."""
        found = self._simulate("repurchase", 0.55, 0.30)
        proved = int((found[:, 1] > 0).sum())
        covered = int(((found[:, 1] <= 0.25) & (found[:, 2] >= 0.25)).sum())
        _logger.info("repurchase +25 pp: %s of %s found, %s cover it", proved, ROUNDS, covered)
        self._within(proved, 0.79, "found")
        self._within(covered, 0.95, "covered")

    def test_amounts_with_an_effect(self):
        """Everybody buys; the treated 25 more: the interval covers it in 95 % of all cases."""
        found = self._simulate("revenue", 1.0, 1.0, amount=25)
        covered = int(((found[:, 1] <= 25) & (found[:, 2] >= 25)).sum())
        _logger.info("revenue +25: %s of %s found, %s cover it", int((found[:, 1] > 0).sum()), ROUNDS, covered)
        self._within(covered, 0.95, "covered")
