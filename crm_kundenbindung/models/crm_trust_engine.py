from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

MONTHS = 24  # how far back ratings, complaints, promises, deliveries and invoices count
PARTS = ("credibility", "advantage", "reliability")
COUNTS = (
    "good_count",
    "neutral_count",
    "bad_count",
    "complaint_count",
    "complaint_late_count",
    "price_count",
    "margin_count",
    "margin_positive_count",
    "promise_due_count",
    "promise_kept_count",
    "delivery_count",
    "delivery_in_time_count",
    "purchase_count",
    "repeat_count",
    "invoice_count",
)
SUMS = ("price_sum", "late_days", "overdue_amount")
COLUMNS = (
    *COUNTS,
    "price_score",
    "payment_days_late",
    "overdue_amount",
    *PARTS,
    *(f"{part}_known" for part in PARTS),
    "weakest",
)


class CrmTrustEngine(models.AbstractModel):
    """Computes the trust index of a company and its customers in a handful of statements.

    - Credibility: the mean of ratings (happy 1, neutral ½) and of complaints (1 less complaints per
      purchase; one solved in time weighs half). Who neither rated nor complained says nothing.
    - Mutual advantage: the lower of price-performance as customers answered and of ours (customers with
      a positive contribution margin, III where known, else II); where one is not known, the other.
    - Reliability: the mean of promises kept, deliveries in time and the repeat share of purchases.

    Ratios of the company come from the sums over its customers, never from their scores.
    """

    _name = "crm.trust.engine"
    _description = "Computation of the Trust Index"

    @api.model
    def _cron_nightly(self):
        """Each night, company by company: trust, and repurchase after complaints."""
        companies = self.env["res.company"].search([("parent_id", "=", False)])
        for position, company in enumerate(companies):
            self._compute(company)
            self.env["crm.complaint.effect.engine"]._compute(company)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - position - 1)

    @api.model
    def _compute(self, company):
        """Write the rows of a root company; rows that would not change are left alone."""
        self.env.flush_all()
        execute = self.env.cr.execute
        execute(SQL("DROP TABLE IF EXISTS crm_trust_new"))
        execute(SQL("CREATE TEMP TABLE crm_trust_new ON COMMIT DROP AS %s", self._ingredients(company)))
        query = self.env["crm.value.query"]
        customers = SQL(
            "SELECT n.partner_id, FALSE AS whole, %s FROM crm_trust_new n WHERE n.partner_id NOT IN (%s)",
            SQL(", ").join(SQL.identifier("n", name) for name in COUNTS + SUMS),
            query._objectors(),
        )
        total = SQL(
            "SELECT NULL::int AS partner_id, TRUE AS whole, %s FROM crm_trust_new n",
            SQL(", ").join(
                SQL("COALESCE(sum(%s), 0) AS %s", SQL.identifier("n", name), SQL.identifier(name))
                for name in COUNTS + SUMS
            ),
        )
        execute(self._upsert(company, customers, SQL("(company_id, partner_id) WHERE partner_id IS NOT NULL")))
        execute(self._upsert(company, total, SQL("(company_id) WHERE whole")))
        execute(
            SQL(
                """
                DELETE FROM crm_trust t
                 WHERE t.company_id = %(company)s AND NOT t.whole
                   AND (t.partner_id IS NULL OR t.partner_id IN (%(objectors)s)
                        OR NOT EXISTS (SELECT FROM crm_trust_new n WHERE n.partner_id = t.partner_id))
                """,
                company=company.id,
                objectors=query._objectors(),
            )
        )
        execute(self._month_end(company))
        self.env["crm.trust"].invalidate_model(flush=False)
        self.env["crm.trust.history"].invalidate_model(flush=False)

    # -- what happened --------------------------------------------------------------------------

    def _ingredients(self, company):
        """Select per customer what was counted; 0 where nothing was."""
        parts = {
            "rating": self._ratings(company),
            "complaint": self._complaints(company),
            "price": self._prices(company),
            "value": self._values(company),
            "promise": self._promises(company),
            "delivery": self._deliveries(company),
            "invoice": self._invoices(company),
        }
        return SQL(
            """
            WITH facts AS (%s),
            people AS (SELECT DISTINCT partner_id FROM facts WHERE partner_id IS NOT NULL)
            SELECT f.partner_id, %s FROM facts f JOIN people USING (partner_id)
             WHERE NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = f.partner_id AND NOT u.share)
             GROUP BY f.partner_id
            """,
            SQL(" UNION ALL ").join(self._padded(select) for select in parts.values() if select),
            SQL(", ").join(
                SQL("COALESCE(sum(f.%s), 0) AS %s", SQL.identifier(name), SQL.identifier(name))
                for name in COUNTS + SUMS
            ),
        )

    def _padded(self, select):
        """Give a part the columns of all."""
        names, query = select
        return SQL(
            "SELECT x.partner_id, %s FROM (%s) x",
            SQL(", ").join(
                SQL("x.%s::numeric AS %s", SQL.identifier(name), SQL.identifier(name))
                if name in names
                else SQL("NULL::numeric AS %s", SQL.identifier(name))
                for name in COUNTS + SUMS
            ),
            query,
        )

    def _since(self, company):
        return company._werthaltigkeit_today() - relativedelta(months=MONTHS)

    def _branches(self, company):
        return self.env["crm.value.lines"]._branches(company)

    def _ratings(self, company):
        return ("good_count", "neutral_count", "bad_count"), SQL(
            """
            SELECT t.commercial_partner_id AS partner_id,
                   count(*) FILTER (WHERE t.satisfaction = 'good') AS good_count,
                   count(*) FILTER (WHERE t.satisfaction = 'neutral') AS neutral_count,
                   count(*) FILTER (WHERE t.satisfaction = 'bad') AS bad_count
              FROM crm_touchpoint t
             WHERE t.satisfaction IS NOT NULL AND t.date >= %s AND t.company_id = ANY(%s) GROUP BY 1
            """,
            self._since(company),
            self._branches(company),
        )

    def _complaints(self, company):
        return ("complaint_count", "complaint_late_count"), SQL(
            """
            SELECT c.commercial_partner_id AS partner_id, count(*) AS complaint_count,
                   count(*) FILTER (WHERE c.timeliness = 'late' OR c.state = 'open' AND c.due_date < %(today)s) AS complaint_late_count
              FROM crm_complaint c
             WHERE c.state <> 'cancelled' AND c.opened_on >= %(since)s AND c.company_id = ANY(%(companies)s) GROUP BY 1
            """,
            today=company._werthaltigkeit_today(),
            since=self._since(company),
            companies=self._branches(company),
        )

    def _prices(self, company):
        """Answers on price and performance, from 0 (worst) to 100."""
        model = self.env.get("crm.feedback.answer")
        if model is None:
            return None
        return ("price_count", "price_sum"), SQL(
            """
            SELECT a.commercial_partner_id AS partner_id, count(*) AS price_count, sum((a.score - 1) * 25) AS price_sum
              FROM crm_feedback_answer a
             WHERE a.kind = 'price' AND a.answered_on >= %s AND a.company_id = ANY(%s) GROUP BY 1
            """,
            self._since(company),
            self._branches(company),
        )

    def _values(self, company):
        """Our margin (III where it is known, else II) and repeat purchases, as the customer value has them."""
        return ("margin_count", "margin_positive_count", "purchase_count", "repeat_count"), SQL(
            """
            SELECT v.partner_id, (v.margin_known AND v.purchase_days > 0)::int AS margin_count,
                   (v.margin_known AND v.purchase_days > 0 AND CASE WHEN v.profit_known THEN v.db3 ELSE v.db2 END > 0)::int
                       AS margin_positive_count,
                   v.purchase_days_ever AS purchase_count, GREATEST(v.purchase_days_ever - 1, 0) AS repeat_count
              FROM crm_customer_value v
             WHERE v.company_id = %s AND v.partner_id IS NOT NULL AND v.purchase_days_ever > 0
            """,
            company.id,
        )

    def _promises(self, company):
        """Promises of ours to customers; what is overdue and not decided counts as not kept."""
        return ("promise_due_count", "promise_kept_count"), SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, count(*) AS promise_due_count,
                   count(*) FILTER (WHERE p.state = 'kept') AS promise_kept_count
              FROM crm_promise p
             WHERE p.direction = 'to' AND p.scope = 'external' AND p.due_date >= %(since)s AND p.company_id = ANY(%(companies)s)
               AND (p.state IN ('kept', 'broken') OR p.state = 'open' AND p.due_date < %(today)s) GROUP BY 1
            """,
            today=company._werthaltigkeit_today(),
            since=self._since(company),
            companies=self._branches(company),
        )

    def _deliveries(self, company):
        """Deliveries with a date we named, where the app is installed."""
        if "stock.picking" not in self.env:
            return None
        day = self.env["crm.value.lines"]._day
        return ("delivery_count", "delivery_in_time_count"), SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, count(*) AS delivery_count,
                   count(*) FILTER (WHERE %(done)s <= %(due)s) AS delivery_in_time_count
              FROM stock_picking s
              JOIN stock_picking_type k ON k.id = s.picking_type_id AND k.code = 'outgoing'
              JOIN res_partner p ON p.id = s.partner_id
             WHERE s.state = 'done' AND s.date_deadline IS NOT NULL AND s.date_done >= %(since)s AND s.company_id = ANY(%(companies)s)
             GROUP BY 1
            """,
            done=day(SQL("s.date_done"), company),
            due=day(SQL("s.date_deadline"), company),
            since=self._since(company),
            companies=self._branches(company),
        )

    def _invoices(self, company):
        """Days between due date and payment; what is not paid is late until today, what is not due does not count."""
        return ("invoice_count", "late_days", "overdue_amount"), SQL(
            """
            SELECT m.commercial_partner_id AS partner_id, count(*) AS invoice_count,
                   sum(GREATEST(0, CASE WHEN m.amount_residual = 0 THEN COALESCE(paid.day, m.invoice_date_due) ELSE %(today)s END
                                   - m.invoice_date_due)) AS late_days,
                   sum(m.amount_residual_signed) FILTER (WHERE m.amount_residual <> 0) AS overdue_amount
              FROM account_move m
         LEFT JOIN LATERAL (
                   SELECT max(r.max_date) AS day FROM account_move_line l JOIN account_partial_reconcile r ON r.debit_move_id = l.id
                    WHERE l.move_id = m.id) paid ON m.amount_residual = 0
             WHERE m.move_type = 'out_invoice' AND m.state = 'posted' AND m.payment_state <> 'reversed'
               AND m.invoice_date_due >= %(since)s AND m.company_id = ANY(%(companies)s)
               AND (m.amount_residual = 0 OR m.invoice_date_due < %(today)s)
             GROUP BY 1
            """,
            today=company._werthaltigkeit_today(),
            since=self._since(company),
            companies=self._branches(company),
        )

    # -- what follows ---------------------------------------------------------------------------

    def _scores(self, ingredients):
        """Select the three parts from the counts; NULL is not known."""
        return SQL(
            """
            SELECT i.*, (i.price_sum / NULLIF(i.price_count, 0))::float8 AS price_score,
                   (i.late_days / NULLIF(i.invoice_count, 0))::float8 AS payment_days_late,
                   score.credibility, score.advantage, score.reliability
              FROM (%s) i
        CROSS JOIN LATERAL (
                   SELECT 100 * (i.good_count + 0.5 * i.neutral_count) / NULLIF(i.good_count + i.neutral_count + i.bad_count, 0) AS rating,
                          CASE WHEN i.complaint_count > 0 OR i.good_count + i.neutral_count + i.bad_count > 0
                               THEN 100 * (1 - LEAST(1, (i.complaint_late_count + 0.5 * (i.complaint_count - i.complaint_late_count))
                                                        / GREATEST(i.purchase_count, i.complaint_count, 1))) END AS complaint,
                          i.price_sum / NULLIF(i.price_count, 0) AS price,
                          100.0 * i.margin_positive_count / NULLIF(i.margin_count, 0) AS margin,
                          100.0 * i.promise_kept_count / NULLIF(i.promise_due_count, 0) AS promise,
                          100.0 * i.delivery_in_time_count / NULLIF(i.delivery_count, 0) AS delivery,
                          100.0 * i.repeat_count / NULLIF(i.purchase_count, 0) AS repeat) part
        CROSS JOIN LATERAL (
                   SELECT (SELECT avg(x) FROM unnest(ARRAY[part.rating, part.complaint]) x)::float8 AS credibility,
                          LEAST(part.price, part.margin)::float8 AS advantage,
                          (SELECT avg(x) FROM unnest(ARRAY[part.promise, part.delivery, part.repeat]) x)::float8 AS reliability) score
            """,
            ingredients,
        )

    def _upsert(self, company, ingredients, key):
        """Write what changed."""
        columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
        excluded = SQL(", ").join(SQL.identifier("excluded", name) for name in COLUMNS)
        values = [SQL.identifier("s", name) for name in COUNTS]
        values += [
            SQL("COALESCE(round(s.%s::numeric, 2), 0)", SQL.identifier(name))
            for name in ("price_score", "payment_days_late", "overdue_amount", *PARTS)
        ]
        values += [SQL("s.%s IS NOT NULL", SQL.identifier(part)) for part in PARTS]
        values.append(SQL("round(LEAST(s.credibility, s.advantage, s.reliability)::numeric, 2)"))
        return SQL(
            """
            INSERT INTO crm_trust AS t (company_id, partner_id, whole, %(columns)s, computed_on, create_date, write_date)
            SELECT %(company)s, s.partner_id, s.whole, %(values)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',
                   now() AT TIME ZONE 'UTC'
              FROM (%(scores)s) s
       ON CONFLICT %(key)s
     DO UPDATE SET (%(columns)s, computed_on, write_date) = (%(excluded)s, excluded.computed_on, excluded.write_date)
             WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
            """,
            columns=columns,
            company=company.id,
            values=SQL(", ").join(values),
            scores=self._scores(ingredients),
            key=key,
            excluded=excluded,
            current=SQL(", ").join(SQL.identifier("t", name) for name in COLUMNS),
        )

    def _month_end(self, company):
        """Keep the company's parts at the last month end, once; the first run after it writes it."""
        month_end = company._werthaltigkeit_today().replace(day=1) - relativedelta(days=1)
        return SQL(
            """
            INSERT INTO crm_trust_history (company_id, month_end, part, score, create_date, write_date)
            SELECT t.company_id, %s, p.part, p.score, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM crm_trust t
        CROSS JOIN LATERAL (VALUES ('credibility', t.credibility, t.credibility_known), ('advantage', t.advantage, t.advantage_known),
                                   ('reliability', t.reliability, t.reliability_known)) p (part, score, known)
             WHERE t.company_id = %s AND t.whole AND p.known
       ON CONFLICT (company_id, month_end, part) DO NOTHING
            """,
            month_end,
            company.id,
        )
