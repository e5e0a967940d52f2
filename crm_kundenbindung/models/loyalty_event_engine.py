from odoo import fields, models
from odoo.tools import SQL

REVOCABLE = ("touchpoint", "invoice", "delivery")
FOR_CARD_HOLDERS = ("birthday", "profile")
LATE_DAYS = 7  # a birthday is not missed because the job did not run for some days


class LoyaltyEventEngine(models.AbstractModel):
    """Finds the events of a rule, set by set: each becomes one row of `loyalty.event`, whose key makes it count once.

    For every trigger there is one method `_select_<trigger>` that says which events count now: what it returns is given,
    and what was given and is no longer among it is taken back. Other apps add triggers by adding such a method.
    """

    _name = "loyalty.event.engine"
    _description = "Finding Events"

    def _find(self, rule):
        """Note new events of this rule, and those that no longer count."""
        self.env.flush_all()
        company = rule.company_id or self.env.company
        select = getattr(self, f"_select_{rule.trigger}")(rule, company)
        if select is None:
            return
        if rule.trigger in REVOCABLE:
            self._follow(rule, select)
        self._insert(rule, company, select)
        self.env["loyalty.event"].invalidate_model()

    def _insert(self, rule, company, select):
        program, day = rule.program_id, self.env["crm.value.lines"]._day(SQL("e.moment"), company)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_event (rule_id, program_id, key, res_model, res_id, partner_id, card_id, company_id,
                                           moment, points, user_id, state, create_uid, create_date, write_uid, write_date)
                SELECT %(rule)s, %(program)s, x.key, x.res_model, x.res_id, x.holder_id, x.card_id, x.company_id, x.moment,
                       %(points)s, %(uid)s,
                       CASE WHEN %(max)s > 0 AND x.before + row_number() OVER (
                                PARTITION BY x.holder_id, x.bucket ORDER BY x.moment, x.key) > %(max)s
                            THEN 'capped' ELSE 'new' END,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (SELECT e.*, h.holder_id, h.card_id, %(bucket)s AS bucket,
                               (SELECT count(*) FROM loyalty_event b
                                 WHERE b.rule_id = %(rule)s AND b.partner_id = h.holder_id
                                   AND b.state IN ('new', 'given') AND %(bucket_before)s = %(bucket)s) AS before
                          FROM (%(select)s) e
                          JOIN res_partner p ON p.id = e.partner_id
                          LEFT JOIN LATERAL (
                               SELECT c.id, c.partner_id FROM loyalty_card c
                                WHERE c.active AND c.program_id = %(program)s
                                  AND c.partner_id IN (e.partner_id, p.commercial_partner_id)
                                ORDER BY (c.partner_id = e.partner_id) DESC, c.id LIMIT 1) c ON TRUE
                         CROSS JOIN LATERAL (
                               SELECT COALESCE(c.partner_id, p.commercial_partner_id) AS holder_id, c.id AS card_id) h
                         WHERE %(day)s >= %(start)s AND %(day)s <= %(end)s
                           AND NOT EXISTS (SELECT FROM loyalty_event b WHERE b.rule_id = %(rule)s AND b.key = e.key)
                           AND NOT EXISTS (SELECT FROM res_users u
                                            WHERE u.partner_id = p.commercial_partner_id AND NOT u.share)
                           AND %(holders)s AND %(group)s) x
                ON CONFLICT (COALESCE(rule_id, 0), key) DO NOTHING
                """,
                rule=rule.id,
                program=program.id,
                points=rule.points,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                max=rule.max_times,
                bucket=self._bucket(rule, SQL("e.moment"), company),
                bucket_before=self._bucket(rule, SQL("b.moment"), company),
                select=select,
                day=day,
                start=max(rule.start_date, program.date_from or rule.start_date),
                end=program.date_to or "infinity",
                holders=SQL("h.card_id IS NOT NULL") if rule.trigger in FOR_CARD_HOLDERS else SQL("TRUE"),
                group=SQL(
                    "p.commercial_partner_id IN (SELECT partner_id FROM crm_customer_group_member WHERE group_id = %s)",
                    program.card_group_id.id,
                )
                if program.card_group_id
                else SQL("TRUE"),
            )
        )

    def _bucket(self, rule, moment, company):
        """The period of a moment that a limit counts in."""
        if rule.period == "ever":
            return SQL("'-infinity'::timestamp")
        return SQL("date_trunc(%s, %s::timestamp)", rule.period, self.env["crm.value.lines"]._day(moment, company))

    def _follow(self, rule, select):
        """Events that no longer count are to be taken back; those that count again, to be given again."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_event l SET state = CASE WHEN l.state = 'given' THEN 'void' ELSE 'new' END
                 WHERE l.rule_id = %s AND l.state IN ('given', 'undone')
                   AND (l.state = 'given') <> EXISTS (SELECT FROM (%s) e WHERE e.key = l.key)
                """,
                rule.id,
                select,
            )
        )

    # -- what counts, by trigger: key, res_model, res_id, partner_id, company_id, moment (UTC) -------------------------

    def _select_touchpoint(self, rule, company):
        """Touchpoints of these kinds. A captured one is known by its source, since rebuilding the history renumbers it."""
        return SQL(
            """
            SELECT CASE WHEN t.source_id IS NULL THEN 'touchpoint:' || t.id
                        ELSE concat_ws(':', 'source', t.source_id, t.record_id, t.slot) END AS key,
                   'crm.touchpoint' AS res_model, t.id AS res_id, t.partner_id, %(company_column)s AS company_id, t.date AS moment
              FROM crm_touchpoint t
              LEFT JOIN crm_touchpoint_source s ON s.id = t.source_id
             WHERE t.kind_id = ANY(%(kinds)s) AND t.partner_id IS NOT NULL AND t.date >= %(start)s AND t.date <= %(now)s
               AND s.model IS DISTINCT FROM 'loyalty.event' AND %(companies)s
            """,
            kinds=rule.kind_ids.ids,
            start=rule.start_date,
            now=fields.Datetime.now(),
            **self._companies(rule, company, SQL("t.company_id")),
        )

    def _select_invoice(self, rule, company):
        """Posted invoices that were not credited in full; those of sales orders and receipts only if the rule says so."""
        without = SQL(
            """AND NOT EXISTS (SELECT FROM account_move_line a JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = a.id
                                WHERE a.move_id = m.id) %s""",
            SQL("AND NOT EXISTS (SELECT FROM pos_order o WHERE o.account_move = m.id)")
            if "pos.order" in self.env
            else SQL(),
        )
        return SQL(
            """
            SELECT 'invoice:' || m.id AS key, 'account.move' AS res_model, m.id AS res_id, m.partner_id,
                   %(company_column)s AS company_id, %(moment)s AS moment
              FROM account_move m
             WHERE m.move_type = 'out_invoice' AND m.state = 'posted' AND m.partner_id IS NOT NULL AND m.amount_untaxed > 0
               AND m.invoice_date >= %(start)s AND %(companies)s %(without)s
               AND COALESCE((SELECT sum(c.amount_untaxed) FROM account_move c
                              WHERE c.reversed_entry_id = m.id AND c.state = 'posted'), 0) < m.amount_untaxed
            """,
            moment=self._noon(SQL("m.invoice_date"), company),
            start=rule.start_date,
            without=SQL() if rule.with_order else without,
            **self._companies(rule, company, SQL("m.company_id")),
        )

    def _select_delivery(self, rule, company):
        """Deliveries that are done and did not come back in full, where the app for stock is installed."""
        if "stock.picking" not in self.env or "origin_returned_move_id" not in self.env["stock.move"]._fields:
            return None
        of_order = SQL()
        if not rule.with_order and "sale_line_id" in self.env["stock.move"]._fields:
            of_order = SQL(
                "AND NOT EXISTS (SELECT FROM stock_move o WHERE o.picking_id = d.id AND o.sale_line_id IS NOT NULL)"
            )
        return SQL(
            """
            SELECT 'delivery:' || d.id AS key, 'stock.picking' AS res_model, d.id AS res_id, d.partner_id,
                   %(company_column)s AS company_id, d.date_done AS moment
              FROM stock_picking d
              JOIN stock_picking_type y ON y.id = d.picking_type_id AND y.code = 'outgoing'
             WHERE d.state = 'done' AND d.partner_id IS NOT NULL AND d.date_done >= %(start)s AND %(companies)s %(of_order)s
               AND EXISTS (SELECT FROM stock_move m
                            WHERE m.picking_id = d.id AND m.state = 'done'
                              AND m.quantity > COALESCE((SELECT sum(r.quantity) FROM stock_move r
                                                          WHERE r.origin_returned_move_id = m.id AND r.state = 'done'), 0))
            """,
            start=rule.start_date,
            of_order=of_order,
            **self._companies(rule, company, SQL("d.company_id")),
        )

    def _select_birthday(self, rule, company):
        """Birthdays of the last days; who was born on 29 February has it on the 28th in other years."""
        today = company._werthaltigkeit_today()
        return SQL(
            """
            SELECT concat_ws(':', 'birthday', p.id, extract(year FROM b.day)) AS key, 'res.partner' AS res_model, p.id AS res_id,
                   p.id AS partner_id, %(company)s AS company_id, %(moment)s AS moment
              FROM res_partner p
             CROSS JOIN generate_series(0, 1) AS ago
             CROSS JOIN LATERAL (
                   SELECT (p.kundenbindung_birthday + make_interval(years =>
                           (extract(year FROM %(today)s) - extract(year FROM p.kundenbindung_birthday))::int - ago))::date AS day) b
             WHERE p.active AND p.kundenbindung_birthday IS NOT NULL AND b.day > %(today)s - %(late)s AND b.day <= %(today)s
            """,
            company=company.id,
            moment=self._noon(SQL("b.day"), company),
            today=SQL("%s::date", today),
            late=LATE_DAYS,
        )

    def _select_profile(self, rule, company):
        """Contacts whose profile is complete, once in their life."""
        query = self.env["res.partner"].with_company(company)._search(rule._profile())
        return SQL(
            """
            SELECT 'profile:' || p.id AS key, 'res.partner' AS res_model, p.id AS res_id, p.id AS partner_id,
                   %(company)s AS company_id, %(now)s AS moment
              FROM res_partner p WHERE p.id IN %(found)s
            """,
            company=company.id,
            now=fields.Datetime.now(),
            found=query.subselect(),
        )

    def _companies(self, rule, company, column):
        """Records of the programme's company and its branches, and shared ones; of any company for a shared programme."""
        branches = self.env["crm.value.lines"]._branches(company.root_id)
        return {
            "company_column": SQL("COALESCE(%s, %s)", column, company.id),
            "companies": SQL("(%(column)s = ANY(%(ids)s) OR %(column)s IS NULL)", column=column, ids=branches)
            if rule.company_id
            else SQL("TRUE"),
        }

    def _noon(self, day, company):
        """Midday of a date in the company's time zone, as UTC: the day is the same again when read back."""
        return SQL("((%s + time '12:00') AT TIME ZONE %s AT TIME ZONE 'UTC')", day, company._werthaltigkeit_tz())
