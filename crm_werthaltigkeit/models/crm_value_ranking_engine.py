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
# score -> column of a customer value that it ranks by
SCORED = {"recency": "last_order_date", "frequency": "purchase_days", "monetary": "rank_value"}
ALWAYS_ALL = 20_000  # customers up to which everybody is ranked anew whenever one changes
FEW = 0.01  # part of the customers that may take their places in the standing order
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
        [(basis, count)] = self.env.execute_query(SQL("SELECT min(rank_basis), count(*) FROM crm_value_ranked"))
        return basis == "db1", count

    def _place(self, company, ids):
        """Create the table of `_ranked` for a few customers only, at their places in the standing order of all others.

        Where few customers exist, or many changed, all are ranked; else ranking half a million for the
        sake of one would keep the database busy all day. Basis, average rate, total and limits of the
        scores are those of the last complete ranking, of the night before.

        :return: whether customers rank by margin
        """
        [(count, basis)] = self.env.execute_query(
            SQL("SELECT count(*), min(rank_basis) FROM crm_customer_value WHERE company_id = %s", company.id)
        )
        if count <= ALWAYS_ALL or len(ids) > FEW * count or not basis:
            return self._ranked(company)[0]
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_value_ranked"))
        self.env.cr.execute(
            SQL("CREATE TEMP TABLE crm_value_ranked ON COMMIT DROP AS %s", self._places(company, ids, basis == "db1"))
        )
        return basis == "db1"

    def _places(self, company, ids, by_margin):
        return SQL(
            """
            WITH standing AS (
                SELECT COALESCE(sum(db1) FILTER (WHERE margin_known)
                                / NULLIF(sum(revenue) FILTER (WHERE margin_known), 0), 0) AS rate,
                       sum(GREATEST(rank_value, 0)) FILTER (WHERE anonymous IS NOT TRUE) AS total, %(limits)s
                  FROM crm_customer_value WHERE company_id = %(company)s AND id <> ALL(%(ids)s)),
            changed AS (
                SELECT v.id, v.last_order_date, v.purchase_days, v.gross <> 0 OR v.returns <> 0 AS has_documents,
                       v.anonymous IS TRUE AS anonymous, v.no_profiling IS NOT TRUE AND v.anonymous IS NOT TRUE AS scored,
                       CASE WHEN NOT %(by_margin)s THEN v.revenue WHEN v.margin_known THEN v.db1
                            ELSE round(v.revenue * standing.rate, %(places)s) END AS value
                  FROM crm_customer_value v, standing
                 WHERE v.company_id = %(company)s AND v.id = ANY(%(ids)s)),
            counted AS (
                SELECT c.*, CASE WHEN anonymous THEN 0 ELSE value END AS part, scored AND purchase_days > 0 AS bought
                  FROM changed c),
            total AS (SELECT COALESCE((SELECT total FROM standing), 0) + COALESCE(sum(GREATEST(part, 0)), 0) AS total FROM counted),
            placed AS (
                SELECT c.*, COALESCE(c.part / NULLIF(t.total, 0), 0)::float8 AS share,
                       CASE WHEN c.part > 0 THEN COALESCE(better.cumulated_share, 0) ELSE 1 END AS above,
                       CASE WHEN c.part > 0 THEN COALESCE(equal.cumulated_share, better.cumulated_share, 0) ELSE 1 END AS reached,
                       %(recency)s AS recency, %(frequency)s AS frequency, %(monetary)s AS monetary
                  FROM counted c CROSS JOIN standing s CROSS JOIN total t
                  LEFT JOIN LATERAL (
                    SELECT n.cumulated_share FROM crm_customer_value n
                     WHERE n.rank_value > c.part AND n.company_id = %(company)s AND n.anonymous IS NOT TRUE AND n.id <> ALL(%(ids)s)
                     ORDER BY n.rank_value, n.id DESC LIMIT 1) better ON c.part > 0
                  LEFT JOIN LATERAL (
                    SELECT n.cumulated_share FROM crm_customer_value n
                     WHERE n.rank_value = c.part AND n.company_id = %(company)s AND n.anonymous IS NOT TRUE AND n.id <> ALL(%(ids)s)
                     LIMIT 1) equal ON c.part > 0)
            SELECT id, value AS rank_value, %(basis)s AS rank_basis, share, LEAST(reached + GREATEST(share, 0), 1) AS cumulated_share,
                   recency AS recency_score, frequency AS frequency_score, monetary AS monetary_score,
                   recency || '-' || frequency || '-' || monetary AS rfm,
                   CASE WHEN NOT (has_documents AND scored) THEN NULL WHEN part > 0 AND above < %(a)s THEN 'A'
                        WHEN part > 0 AND above < %(b)s THEN 'B' ELSE 'C' END AS value_class_computed
              FROM placed
            """,
            company=company.id,
            ids=list(ids),
            by_margin=by_margin,
            basis="db1" if by_margin else "revenue",
            places=company.currency_id.decimal_places,
            a=company.werthaltigkeit_limit_a / 100,
            b=company.werthaltigkeit_limit_b / 100,
            limits=SQL(", ").join(
                SQL(
                    "min(%s) FILTER (WHERE %s = %s) AS %s",
                    SQL.identifier(column),
                    SQL.identifier(f"{score}_score"),
                    level,
                    SQL.identifier(f"{score}_{level}"),
                )
                for score, column in SCORED.items()
                for level in range(2, 6)
            ),
            **{
                score: self._level(score, "value" if score == "monetary" else column)
                for score, column in SCORED.items()
            },
        )

    def _level(self, score, column):
        """Score 1 to 5: the best whose lowest member in the standing order is not better."""
        levels = [
            SQL("WHEN c.%s >= s.%s THEN %s", SQL.identifier(column), SQL.identifier(f"{score}_{level}"), level)
            for level in range(5, 1, -1)
        ]
        return SQL("CASE WHEN NOT c.bought THEN NULL %s ELSE 1 END", SQL(" ").join(levels))

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
