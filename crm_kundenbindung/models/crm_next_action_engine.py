from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# by which amount a condition is ranked
STAKES = {
    "rhythm_broken": "risk",
    "win_back": "risk",
    "complaint_open": "expected",
    "promise_due": "expected",
    "new_customer_welcome": "expected",
    "cross_selling": "purchase",
}
# what we owe a customer is not advertising
OWED = ("complaint_open", "promise_due")
# columns of an open proposal that follow from the figures
FIGURES = (
    "currency_id",
    "type_id",
    "user_id",
    "team_id",
    "stage_id",
    "value_class",
    "first",
    "stake",
    "stake_basis",
    "potential_known",
    "potential",
    "urgency",
    "facts",
)


class CrmNextActionEngine(models.AbstractModel):
    """Proposes the next best action for each customer: among all conditions that hold, the one with most at stake.

    A few statements per company and night. Only open proposals are touched, and postponed ones whose day has
    come; what people decided stays, and keeps the same proposal away for as long as it is remembered.
    """

    _name = "crm.next.action.engine"
    _description = "Computation of Next Actions"

    def _refresh(self, company):
        """Bring the open proposals of a company up to date; running it twice changes nothing."""
        self.env.flush_all()
        execute = self.env.cr.execute
        execute(SQL("DROP TABLE IF EXISTS crm_next_action_new"))
        execute(SQL("CREATE TEMP TABLE crm_next_action_new ON COMMIT DROP AS %s", self._best(company)))
        if company.kundenbindung_proposals_per_person:
            execute(self._beyond(company.kundenbindung_proposals_per_person))
        execute(SQL("ANALYZE crm_next_action_new"))
        for statement in self._writes(company):
            execute(statement)
        self.env["crm.value.engine"]._analyze_grown("crm_next_action")
        self.env["crm.next.action"].invalidate_model(flush=False)

    # -- conditions -------------------------------------------------------------------------------------

    def _candidates(self, company):
        """Return SQL selecting partner_id, type_id, stake_kind and facts of all conditions that hold, or empty SQL."""
        parts = []
        for kind in self.env["crm.next.action.type"].sudo().search([]):
            statement = getattr(self, f"_condition_{kind.condition}")(company, kind)
            if statement:
                parts.append(
                    SQL(
                        "SELECT c.partner_id, %s AS type_id, %s AS stake_kind, c.facts FROM (%s) c",
                        kind.id,
                        STAKES[kind.condition],
                        statement,
                    )
                )
        return SQL(" UNION ALL ").join(parts)

    def _of_stage(self, company, *codes):
        return SQL(
            """
            SELECT r.partner_id, '{}'::jsonb AS facts FROM crm_retention r JOIN crm_retention_stage s ON s.id = r.stage_id
             WHERE r.company_id = %s AND s.code IN %s
            """,
            company.id,
            codes,
        )

    def _condition_rhythm_broken(self, company, kind):
        return self._of_stage(company, "at_risk")

    def _condition_win_back(self, company, kind):
        if not kind.days:
            return self._of_stage(company, "lapsed")
        since = company._werthaltigkeit_today() - timedelta(days=kind.days)
        return SQL("%s AND r.last_order_date >= %s", self._of_stage(company, "lapsed"), since)

    def _condition_new_customer_welcome(self, company, kind):
        since = company._werthaltigkeit_today() - timedelta(days=kind.days or 3650)
        return SQL("%s AND r.purchase_days = 1 AND r.first_order_date >= %s", self._of_stage(company, "new"), since)

    def _condition_cross_selling(self, company, kind):
        return SQL(
            """
            SELECT o.partner_id, jsonb_build_object('product', p.product_id, 'because', p.because_product_id) AS facts
              FROM (%s) o JOIN crm_product_recommendation p ON p.partner_id = o.partner_id AND p.company_id = %s AND p.rank = 1
            """,
            self._of_stage(company, "growing", "loyal", "won_back"),
            company.id,
        )

    def _condition_complaint_open(self, company, kind):
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id,
                   jsonb_build_object('count', count(*), 'due', min(due_date), 'cause', (array_agg(cause_id ORDER BY due_date, id))[1],
                                      'record', (array_agg(id ORDER BY due_date, id))[1]) AS facts
              FROM crm_complaint WHERE state = 'open' AND company_id = ANY(%s) AND commercial_partner_id IS NOT NULL
             GROUP BY commercial_partner_id
            """,
            self.env["crm.value.query"]._branches(company),
        )

    def _condition_promise_due(self, company, kind):
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, jsonb_build_object('count', count(*), 'due', min(due_date),
                                      'record', (array_agg(id ORDER BY due_date, id))[1]) AS facts
              FROM crm_promise WHERE state = 'open' AND direction = 'to' AND company_id = ANY(%s)
               AND commercial_partner_id IS NOT NULL AND due_date <= %s
             GROUP BY commercial_partner_id
            """,
            self.env["crm.value.query"]._branches(company),
            company._werthaltigkeit_today() + timedelta(days=kind.days),
        )

    # -- the best of each customer ------------------------------------------------------------------------

    def _best(self, company):
        """Select the open proposal of each customer to be."""
        candidates = self._candidates(company) or SQL(
            "SELECT NULL::int4 AS partner_id, NULL::int4 AS type_id, '' AS stake_kind, NULL::jsonb AS facts WHERE FALSE"
        )
        return SQL(
            """
            WITH candidate AS MATERIALIZED (%(candidates)s),
            barred AS (%(barred)s),
            rate AS (
                SELECT COALESCE(sum(db2) / NULLIF(sum(revenue), 0), 0)::float8 AS rate
                  FROM crm_customer_value WHERE company_id = %(company)s AND margin_known),
            amounts AS (
                SELECT r.*, v.expected_db, v.expected_revenue, r.basis = 'db1' AS by_margin,
                       CASE WHEN r.basis <> 'db1' THEN v.revenue_mean WHEN v.margin_known THEN v.margin_mean
                            ELSE v.revenue_mean * rate END AS each
                  FROM crm_retention r CROSS JOIN rate
                  JOIN crm_customer_value v ON v.partner_id = r.partner_id AND v.company_id = r.company_id
                 WHERE r.company_id = %(company)s),
            stakes AS (
                SELECT a.*, c.type_id, c.facts AS found, COALESCE(t.first, FALSE) AS first, t.sequence, t.minimum_stake,
                       CASE WHEN c.stake_kind = 'risk' AND a.risk_known THEN 'risk'
                            WHEN c.stake_kind = 'risk' AND a.mean_interval > 0 AND a.each IS NOT NULL THEN 'year'
                            WHEN c.stake_kind = 'expected' AND CASE WHEN a.by_margin THEN a.expected_db ELSE a.expected_revenue END IS NOT NULL
                            THEN 'expected' ELSE 'purchase' END AS kind
                  FROM candidate c
                  JOIN amounts a ON a.partner_id = c.partner_id
                  JOIN crm_next_action_type t ON t.id = c.type_id),
            valued AS (
                SELECT s.*, round(COALESCE(CASE kind
                           WHEN 'risk' THEN margin_at_risk
                           WHEN 'year' THEN (each * 365.25 / GREATEST(mean_interval, 7))::numeric
                           WHEN 'expected' THEN CASE WHEN by_margin THEN expected_db ELSE expected_revenue END
                           ELSE each::numeric END, 0)::numeric, %(places)s) AS stake
                  FROM stakes s)
            SELECT DISTINCT ON (v.partner_id)
                   v.partner_id, v.currency_id, v.type_id, v.user_id, v.team_id, v.stage_id, v.value_class, v.first, v.stake,
                   kind || CASE WHEN by_margin THEN '' ELSE '_revenue' END AS stake_basis, v.potential_known, v.potential, v.urgency,
                   jsonb_strip_nulls(jsonb_build_object('last', v.last_order_date, 'interval', round(v.mean_interval::numeric, 1),
                                                        'purchases', v.purchase_days) || v.found) AS facts
              FROM valued v
             WHERE v.stake >= v.minimum_stake AND NOT EXISTS (SELECT FROM barred b WHERE b.partner_id = v.partner_id AND b.type_id = v.type_id)
               AND NOT EXISTS (
                   SELECT FROM crm_next_action d
                    WHERE d.company_id = %(company)s AND d.partner_id = v.partner_id AND d.type_id = v.type_id
                      AND ((d.state IN ('accepted', 'refused') AND d.remembered_until > %(day)s)
                        OR (d.state = 'postponed' AND d.postponed_until > %(day)s)))
             ORDER BY v.partner_id, v.first DESC, v.stake DESC, v.sequence, v.type_id
            """,
            company=company.id,
            candidates=candidates,
            barred=self._barred(company),
            places=company.currency_id.decimal_places,
            day=fields.Date.today(),
        )

    def _beyond(self, limit):
        """Leave out what nobody would get to: beyond so many per salesperson, those with least at stake."""
        return SQL(
            """
            DELETE FROM crm_next_action_new n USING (
                   SELECT partner_id, row_number() OVER (PARTITION BY user_id ORDER BY stake DESC, urgency DESC, partner_id) AS place
                     FROM crm_next_action_new WHERE NOT first) r
             WHERE r.partner_id = n.partner_id AND r.place > %s
            """,
            limit,
        )

    def _barred(self, company):
        """Select partner_id and type_id of proposals that would be advertising to somebody who does not want any.

        What we owe a customer, a complaint solved or a promise kept, bars nothing. Which channel it becomes is left to
        people, so a missing consent bars nothing either; an objection to the channel of the proposed activity does, as does
        the wish for no or rarer advertising and the cap on contacts.
        """
        pressure, now = self.env["crm.contact.pressure"], fields.Datetime.now()
        kinds = self.env["crm.next.action.type"].sudo().search([("condition", "not in", OWED)])
        calls = kinds.filtered(lambda kind: kind.activity_type_id.category == "phonecall")
        # OFFSET 0: looked up for the candidates alone, not computed for every contact there is
        return SQL(
            """
            SELECT c.partner_id, c.type_id FROM candidate c
              JOIN LATERAL (SELECT m.reason FROM (%(may)s) m WHERE m.partner_id = c.partner_id OFFSET 0) m ON TRUE
             WHERE c.type_id = ANY(%(kinds)s) AND (m.reason IS NOT NULL OR c.type_id = ANY(%(calls)s)
               AND (SELECT %(word)s FROM res_partner p WHERE p.id = c.partner_id) = 'withdrawn')
            """,
            may=pressure._may_contact(company, None, now=now),
            kinds=kinds.ids,
            calls=calls.ids,
            word=pressure._word("phone", now),
        )

    # -- writing --------------------------------------------------------------------------------------------

    def _writes(self, company):
        """Return the statements that take over the temporary table."""
        names = SQL(", ").join(map(SQL.identifier, FIGURES))
        new = SQL(", ").join(SQL.identifier("n", name) for name in FIGURES)
        current = SQL(", ").join(SQL.identifier("a", name) for name in FIGURES)
        now, today = SQL("now() AT TIME ZONE 'UTC'"), fields.Date.today()
        due = SQL("(a.state = 'postponed' AND a.postponed_until <= %s)", today)
        objectors = self.env["crm.value.query"]._objectors()
        return [
            SQL(  # who objected to profiling is in no list; that somebody decided something stays, without saying about whom
                "DELETE FROM crm_next_action a WHERE a.company_id = %s AND a.state IN ('open', 'postponed') AND (a.partner_id IS NULL OR a.partner_id IN (%s))",
                company.id,
                objectors,
            ),
            SQL(
                "UPDATE crm_next_action a SET partner_id = NULL, facts = NULL, refusal_note = NULL WHERE a.company_id = %s AND a.partner_id IN (%s)",
                company.id,
                objectors,
            ),
            # a postponed proposal whose day has come stands again if it still is the best, and makes room if not
            SQL(
                """
                DELETE FROM crm_next_action a WHERE a.company_id = %(company)s AND %(due)s AND NOT EXISTS (
                       SELECT FROM crm_next_action_new n WHERE n.partner_id = a.partner_id AND n.type_id = a.type_id)
                """,
                company=company.id,
                due=due,
            ),
            SQL(
                """
                DELETE FROM crm_next_action a WHERE a.company_id = %(company)s AND a.state = 'open' AND (
                       NOT EXISTS (SELECT FROM crm_next_action_new n WHERE n.partner_id = a.partner_id)
                       OR EXISTS (SELECT FROM crm_next_action p WHERE p.company_id = a.company_id AND p.partner_id = a.partner_id
                                     AND p.state = 'postponed' AND p.postponed_until <= %(today)s))
                """,
                company=company.id,
                today=today,
            ),
            SQL(
                """
                UPDATE crm_next_action a SET state = 'open', postponed_until = NULL, decided_by_id = NULL, decided_on = NULL, proposed_on = %(today)s
                 WHERE a.id IN (SELECT max(a.id) FROM crm_next_action a WHERE a.company_id = %(company)s AND %(due)s GROUP BY a.partner_id)
                """,
                company=company.id,
                today=today,
                due=due,
            ),
            SQL("DELETE FROM crm_next_action a WHERE a.company_id = %s AND %s", company.id, due),
            SQL(
                """
                UPDATE crm_next_action a
                   SET (%(names)s) = ROW(%(new)s), write_date = %(now)s,
                       proposed_on = CASE WHEN a.type_id = n.type_id THEN a.proposed_on ELSE %(today)s END
                  FROM crm_next_action_new n
                 WHERE a.company_id = %(company)s AND a.state = 'open' AND n.partner_id = a.partner_id
                   AND (%(current)s) IS DISTINCT FROM (%(new)s)
                """,
                company=company.id,
                names=names,
                new=new,
                current=current,
                now=now,
                today=today,
            ),
            SQL(
                """
                INSERT INTO crm_next_action (company_id, partner_id, %(names)s, state, proposed_on, create_date, write_date)
                SELECT %(company)s, n.partner_id, %(new)s, 'open', %(today)s, %(now)s, %(now)s
                  FROM crm_next_action_new n
                 WHERE NOT EXISTS (SELECT FROM crm_next_action a
                                    WHERE a.company_id = %(company)s AND a.partner_id = n.partner_id AND a.state = 'open')
           ON CONFLICT DO NOTHING
                """,
                company=company.id,
                names=names,
                new=new,
                now=now,
                today=today,
            ),
        ]

    # -- merges ---------------------------------------------------------------------------------------------

    def _merge_customers(self, old_ids, new_id):
        """Of the open proposals of customers about to be merged, keep one per company."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_next_action a
                 USING (SELECT id, row_number() OVER (PARTITION BY company_id ORDER BY partner_id = %s DESC, id) AS position
                          FROM crm_next_action WHERE state = 'open' AND partner_id = ANY(%s)) d
                 WHERE d.id = a.id AND d.position > 1
                """,
                new_id,
                [*old_ids, new_id],
            )
        )
        self.env["crm.next.action"].invalidate_model(flush=False)
