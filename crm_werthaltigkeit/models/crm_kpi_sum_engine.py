from odoo import models
from odoo.tools import SQL

from .crm_kpi_engine import Columns


class CrmKpiEngine(models.AbstractModel):
    """Sums indicators up for many overlapping scopes at once (groups, teams), each customer read once.

    Customers that belong to the same scopes form a set. `_make_sets` leaves `crm_kpi_member` (which customer is in
    which set) and `crm_kpi_set` (which scopes a set belongs to); the lines are read after that, with `kpi_sets` in
    the context. `_sum_up` adds rows to `crm_kpi_sum` per indicator, period and set; customers of no scope have no
    set. What a scope has is the sum of its sets: another scope costs next to nothing.
    """

    _inherit = "crm.kpi.engine"

    def _make_sets(self, members):
        """:param members: SQL that selects partner_id and scope_id, each pair once"""
        for name in ("crm_kpi_sum", "crm_kpi_set", "crm_kpi_member"):
            self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(name)))
        self._temporary(
            "crm_kpi_member",
            SQL(
                """
                SELECT partner_id, dense_rank() OVER (ORDER BY scope_ids)::int4 AS set_id, scope_ids
                  FROM (SELECT partner_id, array_agg(scope_id ORDER BY scope_id) AS scope_ids
                          FROM (%s) s GROUP BY partner_id) g
                """,
                members,
            ),
        )
        self._temporary("crm_kpi_set", SQL("SELECT DISTINCT set_id, unnest(scope_ids) AS scope_id FROM crm_kpi_member"))
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE crm_kpi_sum (kpi_id int4, date_start date, date_end date, set_id int4,"
                " numerator float8, denominator float8, customers int8) ON COMMIT DROP"
            )
        )

    def _sum_up(self, kpis, company, start, end):
        """Sum indicators of a period up per set; its customers are kept only where one needs to look them up."""
        found = {kpi.id: self._columns(kpi, company, start, end) for kpi in kpis}
        columns = {kpi_id: parts for kpi_id, parts in found.items() if isinstance(parts, Columns)}
        idle = {kpi_id: parts for kpi_id, parts in columns.items() if parts.idle}
        busy, away = self._busy_customers(start, end), self._idle_customers(start, end)
        if len(columns) < len(found):
            self._prepare_period(company, start, end)
            busy = SQL("SELECT * FROM crm_kpi_customer WHERE documents > 0")
            away = SQL("SELECT * FROM crm_kpi_customer WHERE documents = 0")
        if columns:
            self._insert_sums(self._sums_together(columns, busy), start, end)
        if idle:
            self._insert_sums(self._sums_together(idle, away), start, end)
        for kpi_id in found.keys() - columns.keys():
            select = SQL(
                """
                SELECT %s, m.set_id, sum(k.numerator)::float8, sum(k.denominator)::float8, count(k.partner_id)
                  FROM (%s) k LEFT JOIN crm_kpi_member m ON m.partner_id = k.partner_id GROUP BY m.set_id
                """,
                kpi_id,
                found[kpi_id],
            )
            self._insert_sums(select, start, end)

    def _sums_together(self, columns, customers):
        """Select the sums of several indicators with one reading of the customers; each condition is tried once."""
        conditions, sums, rows = [], [], []
        for kpi_id, (numerator, denominator, condition, _idle) in columns.items():
            counts, *names = (
                SQL.identifier(f"{name}{kpi_id}") for name in ("counts", "above", "below", "customers", "rows")
            )
            conditions.append(SQL("(%s) AS %s", condition, counts))
            whats = (
                SQL("sum(%s)", numerator),
                SQL("sum(%s)", denominator),
                SQL("count(c.partner_id)"),
                SQL("count(*)"),
            )
            sums += [
                SQL("%s FILTER (WHERE c.%s) AS %s", what, counts, name) for what, name in zip(whats, names, strict=True)
            ]
            rows.append(SQL("(%s, %s::float8, %s::float8, %s, %s)", kpi_id, *names))
        return SQL(
            """
            SELECT v.kpi_id, s.set_id, v.above, v.below, v.customers
              FROM (SELECT c.set_id, %(sums)s FROM (SELECT c.*, %(conditions)s FROM (%(customers)s) c OFFSET 0) c
                     GROUP BY c.set_id) s
        CROSS JOIN LATERAL (VALUES %(rows)s) v (kpi_id, above, below, customers, found)
             WHERE v.found > 0
            """,
            sums=SQL(", ").join(sums),
            conditions=SQL(", ").join(conditions),
            customers=customers,
            rows=SQL(", ").join(rows),
        )

    def _insert_sums(self, select, start, end):
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_kpi_sum SELECT s.kpi_id, %s, %s, s.set_id, s.above, s.below, s.customers"
                " FROM (%s) s (kpi_id, set_id, above, below, customers)",
                start,
                end,
                select,
            )
        )
