from datetime import date, timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

SHARE_KNOWN = 0.80  # below this share of revenue with known cost no margin is told (as for customer values)
FEWEST = 4  # customers below whom there is nothing to draw


class Window(NamedTuple):
    """The days that count of each customer: `length` days from their own first day on, which lies from `first` to `last`."""

    first: date
    last: date
    length: int

    @property
    def end(self):
        """The day after the last that counts of anybody."""
        return self.last + timedelta(days=self.length)


class CrmMeasureEngine(models.AbstractModel):
    """Draws participants and collects what they did: a handful of statements, however many customers there are."""

    _name = "crm.measure.engine"
    _description = "Draw and Outcomes of Measures"

    # -- who --------------------------------------------------------------------------------------

    def _candidates(self, measure):
        """Leave in a temporary table who may take part: members who did not object, and whether they are taken."""
        self.env["crm.customer.group.engine"]._refresh(measure.group_id)
        self.env.flush_all()
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_measure_base"))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE crm_measure_base ON COMMIT DROP AS
                SELECT m.partner_id, v.value_class, r.stage_id, CASE WHEN b.partner_id IS NOT NULL THEN 'busy' %(barred)s END AS why,
                       dense_rank() OVER (ORDER BY v.value_class NULLS LAST, r.stage_id NULLS LAST) AS stratum
                  FROM crm_customer_group_member m
             LEFT JOIN crm_customer_value v ON v.partner_id = m.partner_id AND v.company_id = %(company)s
             LEFT JOIN crm_retention r ON r.partner_id = m.partner_id AND r.company_id = %(company)s
             LEFT JOIN (SELECT DISTINCT p.partner_id
                          FROM crm_measure_participant p JOIN crm_measure o ON o.id = p.measure_id
                         WHERE o.company_id = %(company)s AND o.state = 'running' AND o.target = %(target)s AND o.standing IS NOT TRUE
                           AND p.arm IS NOT NULL AND o.id <> %(measure)s) b ON b.partner_id = m.partner_id
                       %(may)s
                 WHERE m.group_id = %(group)s AND m.partner_id IS NOT NULL AND m.partner_id NOT IN (%(objectors)s)
                """,
                company=measure.company_id.id,
                target=measure.target,
                measure=measure.id,
                group=measure.group_id.id,
                objectors=self.env["crm.value.query"]._objectors(),
                **self._contactable(measure),
            )
        )
        self.env.cr.execute(SQL("ANALYZE crm_measure_base"))

    def _contactable(self, measure):
        """Who cannot be reached by the campaign takes no part, neither treated nor control: else the arms are not alike."""
        if measure.treatment != "outreach":
            return {"barred": SQL(), "may": SQL()}
        channel = {"mail": "email", "letter": "letter", "call": "phone"}[measure.outreach_channel or "letter"]
        may = self.env["crm.contact.pressure"]._may_contact(measure.company_id, channel)
        return {
            "barred": SQL("WHEN c.reason IS NOT NULL THEN 'contact'"),
            "may": SQL("LEFT JOIN (%s) c ON c.partner_id = m.partner_id", may),
        }

    def _draw(self, measure):
        """Draw treated and control customers, stratified by value class and stage, reproducible from the seed."""
        uplift = self._statistics()
        measure.lock_for_update()
        if measure.drawn_on:
            raise UserError(self.env._("The participants of “%s” are drawn already.", measure.name))
        self._candidates(measure)
        arrays = self.env["crm.value.arrays"]
        free = arrays._fetch(
            SQL("SELECT partner_id, stratum FROM crm_measure_base WHERE why IS NULL ORDER BY partner_id"),
            ["partner_id", "stratum"],
        )
        if len(free["partner_id"]) < FEWEST:
            raise UserError(self.env._("The group of “%s” has too few customers who could take part.", measure.name))
        treated = uplift.assign(free["stratum"], measure.control_share, measure.seed)
        if measure.control_share and (treated.all() or not treated.any()):
            raise UserError(self.env._("The group of “%s” is too small for this control group.", measure.name))
        arrays._store("crm_measure_drawn", free["partner_id"].astype(int), {"treated": treated})
        counts = self.env.execute_query(
            SQL(
                """
                WITH added AS (
                    INSERT INTO crm_measure_participant (measure_id, company_id, partner_id, arm, value_class, stage_id, excluded,
                                                         create_uid, create_date, write_uid, write_date)
                    SELECT %(measure)s, %(company)s, b.partner_id,
                           CASE WHEN d.treated = 1 THEN 'treated' WHEN d.treated = 0 THEN 'control' END,
                           b.value_class, b.stage_id, b.why,
                           %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                      FROM crm_measure_base b LEFT JOIN crm_measure_drawn d ON d.id = b.partner_id
                     ORDER BY b.partner_id
                 RETURNING arm)
                SELECT count(*) FILTER (WHERE arm = 'treated'), count(*) FILTER (WHERE arm = 'control'),
                       count(*) FILTER (WHERE arm IS NULL) FROM added
                """,
                measure=measure.id,
                company=measure.company_id.id,
                user=self.env.uid,
            )
        )[0]
        measure._internal().write(
            {
                "state": "running",
                "drawn_on": fields.Datetime.now(),
                "treated_count": counts[0],
                "control_count": counts[1],
                "excluded_count": counts[2],
            }
        )
        self.env["crm.measure.participant"].invalidate_model(flush=False)

    def _statistics(self):
        """The estimators; they need numpy and scipy, which everything else does without."""
        try:
            from ..stats import uplift
        except ImportError as error:
            raise UserError(
                self.env._("Measures need numpy and scipy on the server; ask who looks after it.")
            ) from error
        return uplift

    # -- what they did ----------------------------------------------------------------------------

    def _estimate(self, measure):
        """Write size, mean and spread of the target indicator in the past, of those who could take part."""
        self._candidates(measure)
        length = (measure.date_end - measure.date_start).days + 1
        end = min(measure.date_start, measure.company_id._werthaltigkeit_today() + timedelta(days=1))
        start = end - timedelta(days=length)
        customers = SQL("SELECT partner_id, %s::date AS start FROM crm_measure_base", start)
        self._collect(measure, Window(start, start, length), customers)
        count, mean, deviation = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE b.why IS NULL), COALESCE(avg(o.value) FILTER (WHERE b.why IS NULL), 0),
                       COALESCE(stddev_samp(o.value) FILTER (WHERE b.why IS NULL), 0)
                  FROM crm_measure_base b LEFT JOIN crm_measure_now o ON o.partner_id = b.partner_id
                """
            )
        )[0]
        measure._internal().write({"expected_count": count, "expected_mean": mean, "expected_deviation": deviation})

    def _collect(self, measure, window, customers, before=False):
        """Leave partner_id, start, value, margin, sold and known of each customer in a temporary table crm_measure_now.

        The lines of orders are read once. Amounts in the currency of the company; satisfaction from 0 to 100, NULL where
        a customer showed none.

        :param customers: SQL selecting partner_id and the first day that counts of each, as `start`
        :param before: whether the same of as many days before goes to crm_measure_then
        """
        company, execute = measure.company_id, self.env.cr.execute
        periods = [("now", 0, window.length), *([("then", -window.length, 0)] if before else [])]
        self.env.flush_all()
        execute(SQL("DROP TABLE IF EXISTS crm_measure_who, crm_measure_line"))
        execute(SQL("CREATE TEMP TABLE crm_measure_who ON COMMIT DROP AS %s", customers))
        execute(SQL("ANALYZE crm_measure_who"))
        customers = SQL("SELECT partner_id FROM crm_measure_who")
        execute(
            SQL(
                """
                CREATE TEMP TABLE crm_measure_line ON COMMIT DROP AS
                SELECT l.customer, l.day, sum((l.gross > 0)::int) AS orders, sum(l.gross) AS gross, sum(l.sold) AS sold,
                       sum(l.known) AS known, sum(l.gross - l.discount - l.reward - l.returned) AS revenue, sum(l.cost) AS cost
                  FROM (%s) l WHERE l.day >= %s AND l.day < %s GROUP BY l.customer, l.day
                """,
                self.env["crm.value.lines"]
                .with_company(company)
                ._lines(company, lambda column: SQL("%s IN (%s)", column, customers)),
                window.first + timedelta(days=periods[-1][1]),
                window.end,
            )
        )
        execute(SQL("ANALYZE crm_measure_line"))
        for name, start, end in periods:
            table = SQL.identifier(f"crm_measure_{name}")
            execute(SQL("DROP TABLE IF EXISTS %s", table))
            execute(
                SQL(
                    """
                    CREATE TEMP TABLE %(table)s ON COMMIT DROP AS
                    SELECT c.partner_id, c.start + %(start)s AS start, (%(value)s)::float8 AS value, COALESCE(l.revenue - l.cost, 0)::float8 AS margin,
                           COALESCE(l.sold, 0) AS sold, COALESCE(l.known, 0) AS known
                      FROM crm_measure_who c
                 LEFT JOIN (SELECT l.customer, sum(l.orders) AS orders, sum(l.revenue) AS revenue, sum(l.cost) AS cost,
                                   sum(l.sold) AS sold, sum(l.known) AS known
                              FROM crm_measure_line l JOIN crm_measure_who w ON w.partner_id = l.customer
                             WHERE l.day >= w.start + %(start)s AND l.day < w.start + %(end)s GROUP BY l.customer) l
                        ON l.customer = c.partner_id
                 LEFT JOIN (%(touchpoints)s) t ON t.customer = c.partner_id
                    """,
                    table=table,
                    value=self._value(measure.target),
                    start=start,
                    end=end,
                    touchpoints=self._touchpoints(company, window, start, end),
                )
            )

    def _value(self, target):
        """The target indicator of a customer, from their lines `l` and touchpoints `t` of a period."""
        return {
            "repurchase": SQL("(COALESCE(l.orders, 0) > 0)::int"),
            "orders": SQL("COALESCE(l.orders, 0)"),
            "revenue": SQL("COALESCE(l.revenue, 0)"),
            "db2": SQL("COALESCE(l.revenue - l.cost, 0)"),
            "visits": SQL("COALESCE(t.visits, 0)"),
            "satisfaction": SQL("t.satisfaction"),
        }[target]

    def _touchpoints(self, company, window, start, end):
        """Visits and satisfaction of each customer, of the days `start` to before `end` from their own first day on."""
        lines = self.env["crm.value.lines"]
        day = lines._day(SQL("p.date"), company)
        return SQL(
            """
            SELECT p.commercial_partner_id AS customer,
                   count(DISTINCT %(day)s) FILTER (WHERE k.code IN ('visit', 'meeting')) AS visits,
                   avg(CASE p.satisfaction WHEN 'good' THEN 100 WHEN 'neutral' THEN 50 WHEN 'bad' THEN 0 END) AS satisfaction
              FROM crm_touchpoint p JOIN crm_touchpoint_kind k ON k.id = p.kind_id
              JOIN crm_measure_who w ON w.partner_id = p.commercial_partner_id
             WHERE p.company_id = ANY(%(companies)s)
               AND p.date >= %(first)s::timestamp - interval '1 day' AND p.date < %(last)s::timestamp + interval '1 day'
               AND %(day)s >= w.start + %(start)s AND %(day)s < w.start + %(end)s
               AND (k.code IN ('visit', 'meeting') OR p.satisfaction IS NOT NULL)
             GROUP BY p.commercial_partner_id
            """,
            day=day,
            companies=lines._branches(company),
            first=window.first + timedelta(days=start),
            last=window.last + timedelta(days=end),
            start=start,
            end=end,
        )

    def _forget_objectors(self, measure):
        """Who objected to profiling meanwhile goes from the measure, their row stays without a name."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_measure_participant SET partner_id = NULL, arm = NULL, excluded = 'objected', outcome_known = FALSE,
                       outcome = NULL, outcome_before = NULL, margin = NULL, margin_before = NULL, card_id = NULL, activity_id = NULL
                 WHERE measure_id = %s AND partner_id IN (%s)
                """,
                measure.id,
                self.env["crm.value.query"]._objectors(),
            )
        )
        self.env["crm.measure.participant"].invalidate_model(flush=False)

    # -- merges -----------------------------------------------------------------------------------

    def _merge_customers(self, old_ids, new_id):
        """Of customers about to be merged keep one row per measure: who was treated was treated."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_measure_participant p
                 USING (SELECT id, row_number() OVER (PARTITION BY measure_id
                                                      ORDER BY arm DESC NULLS LAST, partner_id = %s DESC, id) AS position
                          FROM crm_measure_participant WHERE partner_id = ANY(%s)) d
                 WHERE d.id = p.id AND d.position > 1
                """,
                new_id,
                [*old_ids, new_id],
            )
        )
        self.env["crm.measure.participant"].invalidate_model(flush=False)
