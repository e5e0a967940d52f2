from odoo import models
from odoo.tools import SQL

from .crm_value_engine import KNOWN_COST_LIMIT

RANKING = (
    "rank_value",
    "rank_basis",
    "share",
    "cumulated_share",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "rfm",
    "value_class_computed",
)
MOVING = ("share", "cumulated_share")  # of all customers, whenever one of them buys


class CrmValueRanking(models.AbstractModel):
    """Ranks all customers of a company against each other inside the database.

    The definitions are those of `stats.abc.classify` and `stats.rfm.scores`, which tests hold against
    it; half a million customers never become Python objects.
    """

    _name = "crm.value.ranking"
    _description = "Ranking of Customer Values"

    def _ranked(self, company):
        """Create the temporary table crm_value_ranked: id and the columns of the ranking of each customer.

        Equal values share class and scores. Those who objected to profiling have a share, but neither
        scores nor class; the anonymous line counts as nothing.

        :return: whether customers rank by margin, and how many there are
        """
        execute = self.env.cr.execute
        execute(SQL("DROP TABLE IF EXISTS crm_value_ranked"))
        execute(SQL("CREATE TEMP TABLE crm_value_ranked ON COMMIT DROP AS %s", self._ranking(company)))
        execute(SQL("ANALYZE crm_value_ranked"))
        [(basis, count)] = self.env.execute_query(SQL("SELECT min(rank_basis), count(*) FROM crm_value_ranked"))
        return basis == "db1", count

    def _ranking(self, company):
        return SQL(
            """
            WITH base AS MATERIALIZED (
                SELECT id, revenue, revenue * known_cost_share::numeric AS known, db1, margin_known, purchase_days, last_order_date,
                       anonymous IS TRUE AS anonymous, gross <> 0 OR returns <> 0 AS has_documents,
                       no_profiling IS NOT TRUE AND anonymous IS NOT TRUE AS scored
                  FROM crm_customer_value WHERE company_id = %(company)s),
            basis AS (
                SELECT COALESCE(sum(abs(known)) / NULLIF(sum(abs(revenue)), 0) >= %(limit)s, FALSE) AS by_margin,
                       COALESCE(sum(db1) FILTER (WHERE margin_known)
                                / NULLIF(sum(revenue) FILTER (WHERE margin_known), 0), 0) AS rate
                  FROM base),
            valued AS (
                SELECT b.*, by_margin, CASE WHEN NOT by_margin THEN revenue WHEN margin_known THEN db1
                                            ELSE round(revenue * rate, %(places)s) END AS value
                  FROM base b CROSS JOIN basis),
            counted AS MATERIALIZED (
                SELECT v.*, CASE WHEN anonymous THEN 0 ELSE value END AS part FROM valued v),
            levels AS MATERIALIZED (
                SELECT part, sum(sum(GREATEST(part, 0))) OVER () AS total, sum(sum(GREATEST(part, 0))) OVER best AS reached,
                       COALESCE(sum(sum(GREATEST(part, 0))) OVER (best ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS above
                  FROM counted GROUP BY part WINDOW best AS (ORDER BY part DESC)),
            scores AS (
                SELECT id, 6 - %(recency)s AS recency, %(frequency)s AS frequency, %(monetary)s AS monetary
                  FROM (SELECT c.*, count(*) OVER () AS size FROM counted c WHERE scored AND purchase_days > 0) c
                WINDOW by_age AS (ORDER BY last_order_date DESC), by_days AS (ORDER BY purchase_days), by_value AS (ORDER BY value))
            SELECT c.id, c.value AS rank_value, CASE WHEN by_margin THEN 'db1' ELSE 'revenue' END AS rank_basis,
                   COALESCE(c.part / NULLIF(l.total, 0), 0)::float8 AS share,
                   COALESCE(LEAST(l.reached / NULLIF(l.total, 0), 1), 0)::float8 AS cumulated_share,
                   s.recency AS recency_score, s.frequency AS frequency_score, s.monetary AS monetary_score,
                   s.recency || '-' || s.frequency || '-' || s.monetary AS rfm,
                   CASE WHEN NOT (c.has_documents AND c.scored) THEN NULL
                        WHEN c.part > 0 AND l.above < %(a)s * l.total THEN 'A'
                        WHEN c.part > 0 AND l.above < %(b)s * l.total THEN 'B' ELSE 'C' END AS value_class_computed
              FROM counted c JOIN levels l ON l.part = c.part LEFT JOIN scores s ON s.id = c.id
            """,
            company=company.id,
            limit=KNOWN_COST_LIMIT,
            places=company.currency_id.decimal_places,
            recency=self._quintile("by_age"),
            frequency=self._quintile("by_days"),
            monetary=self._quintile("by_value"),
            a=round(company.werthaltigkeit_limit_a / 100, 6),
            b=round(company.werthaltigkeit_limit_b / 100, 6),
        )

    def _quintile(self, window):
        """Score 1 to 5 by the mid-rank in a window over all who bought."""
        window = SQL.identifier(window)
        return SQL("LEAST(5, 1 + 5 * (rank() OVER %s - 1 + count(*) OVER %s) / (2 * size))::int", window, window)

    def _apply(self, tolerance=0.0, expected=None):
        """Write the ranking where it changed; a first class takes effect at once.

        :param tolerance: by which part of itself a share may differ without being written
        :param expected: more columns, written with it: assignments and condition of the table n,
            `crm_value_expected`
        """
        fixed = [name for name in RANKING if name not in MOVING]
        columns = lambda alias, names: SQL(", ").join(SQL.identifier(alias, name) for name in names)  # noqa: E731
        differs = [SQL("(%s) IS DISTINCT FROM (%s)", columns("v", fixed), columns("r", fixed))] + [
            SQL(
                "COALESCE(abs(%(old)s - %(new)s) > %(tolerance)s * abs(%(new)s), TRUE)",
                old=SQL.identifier("v", name),
                new=SQL.identifier("r", name),
                tolerance=tolerance,
            )
            for name in MOVING
        ]
        assignments, condition = expected or (SQL(), SQL("FALSE"))
        more = SQL(", %s", assignments) if expected else SQL()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_value v
                   SET (%(names)s) = ROW(%(new)s),
                       value_class = CASE WHEN v.value_class IS NULL AND v.class_changed_on IS NULL
                                          THEN r.value_class_computed ELSE v.value_class END %(assignments)s
                  FROM crm_value_ranked r %(expected)s
                 WHERE v.id = r.id AND (%(differs)s OR %(condition)s)
                """,
                names=SQL(", ").join(map(SQL.identifier, RANKING)),
                new=columns("r", RANKING),
                assignments=more,
                expected=SQL("JOIN crm_value_expected n ON n.id = r.id") if expected else SQL(),
                differs=SQL(" OR ").join(differs),
                condition=condition,
            )
        )
        self.env["crm.customer.value"].invalidate_model(flush=False)
