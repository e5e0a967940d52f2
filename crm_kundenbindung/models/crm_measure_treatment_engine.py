from odoo import fields, models
from odoo.tools import SQL


class CrmMeasureTreatmentEngine(models.AbstractModel):
    """What became of treatments that others carry out, which contacts belong to a measure, and what they cost."""

    _name = "crm.measure.treatment.engine"
    _description = "Treatment of Measures"

    def _may_be_mailed(self, company, partner_ids):
        """Return the ids of those of these customers whom nothing keeps from being mailed."""
        self.env.flush_all()
        may = self.env["crm.contact.pressure"]._may_contact(company, "email")
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT m.partner_id FROM (%s) m WHERE m.partner_id = ANY(%s) AND m.reason IS NULL",
                    may,
                    partner_ids,
                )
            )
        ]

    def _sync(self):
        """Who was reached by the measure's campaign, or whose activity was done, has been treated; once an hour."""
        self.env.flush_all()
        now = fields.Datetime.now()
        statements = [
            SQL(
                """
                UPDATE crm_measure_participant p SET treated_on = %(day)s, write_date = %(now)s
                  FROM crm_outreach o JOIN crm_outreach_recipient r ON r.outreach_id = o.id AND r.state = 'sent'
                 WHERE o.measure_id = p.measure_id AND p.arm = 'treated' AND p.treated_on IS NULL
                   AND p.partner_id IN (r.partner_id, r.commercial_partner_id)
                """,
                day=SQL("COALESCE(r.sent_on, %s)::date", now),
                now=now,
            ),
            SQL(
                """
                UPDATE crm_measure_participant p SET treated_on = a.date_done, write_date = %(now)s
                  FROM mail_activity a
                 WHERE a.id = p.activity_id AND p.treated_on IS NULL AND a.active IS NOT TRUE AND a.date_done IS NOT NULL
                """,
                now=now,
            ),
        ]
        for statement in statements:
            self.env.cr.execute(statement)
        self.env["crm.measure.participant"].invalidate_model(flush=False)
        measures = self.env["crm.measure"].search([("state", "=", "running")])
        self._responses(measures)
        measures._count_reached()

    # -- responses --------------------------------------------------------------------------------

    def _responses(self, measures):
        """Note who used a reward of the measure's programme, or came in by its UTM campaign, while it ran."""
        self.env.flush_all()
        if not measures:
            return
        for way, orders in (("code", self._orders_with_reward()), ("link", self._orders_of_campaign())):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_measure_response (measure_id, participant_id, company_id, partner_id, way, date, order_id,
                                                      create_date, write_date)
                    SELECT m.id, p.id, p.company_id, p.partner_id, %(way)s, min(o.date_order), o.id, %(now)s, %(now)s
                      FROM crm_measure m
                      JOIN crm_measure_participant p ON p.measure_id = m.id AND p.arm = 'treated' AND p.partner_id IS NOT NULL
                      JOIN res_partner c ON c.commercial_partner_id = p.partner_id
                      JOIN sale_order o ON o.partner_id = c.id AND o.state = 'sale' AND o.company_id = ANY(%(companies)s)
                       AND o.date_order >= m.drawn_on::date AND (m.date_end IS NULL OR o.date_order < m.date_end + 1)
                     WHERE m.id = ANY(%(measures)s) AND (%(orders)s)
                     GROUP BY m.id, p.id, o.id
               ON CONFLICT DO NOTHING
                    """,
                    way=way,
                    now=fields.Datetime.now(),
                    measures=measures.ids,
                    companies=self._companies(measures),
                    orders=orders,
                )
            )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_measure_participant p SET responded_on = r.day
                  FROM (SELECT participant_id, min(date)::date AS day FROM crm_measure_response
                         WHERE measure_id = ANY(%s) GROUP BY participant_id) r
                 WHERE r.participant_id = p.id AND p.responded_on IS DISTINCT FROM r.day
                """,
                measures.ids,
            )
        )
        self.env["crm.measure.response"].invalidate_model(flush=False)
        self.env["crm.measure.participant"].invalidate_model(flush=False)

    def _companies(self, measures):
        lines = self.env["crm.value.lines"]
        return sorted({branch for company in measures.company_id for branch in lines._branches(company)})

    def _orders_with_reward(self):
        """Condition: order `o` used a reward of the programme of measure `m`."""
        return SQL(
            """
            EXISTS (SELECT FROM sale_order_line l JOIN loyalty_reward w ON w.id = l.reward_id
                     WHERE l.order_id = o.id AND w.program_id = m.program_id)
            """
        )

    def _orders_of_campaign(self):
        return SQL("o.campaign_id = m.campaign_id")

    # -- touchpoints and what they cost -----------------------------------------------------------

    def _link_touchpoints(self, measures):
        """Say of touchpoints which measure they belong to: our contacts with the treated, and their responses."""
        self.env.flush_all()
        sources = self.env["crm.touchpoint.source"].sudo().with_context(active_test=False)
        by_model = {}
        for source in sources.search([]):
            by_model.setdefault(source.model, []).append(source.id)
        of = lambda model: by_model.get(model, [])  # noqa: E731
        parts = [
            self._touchpoints_of(of("crm.measure.participant"), "crm_measure_participant", SQL("r.measure_id")),
            self._touchpoints_of(of("crm.measure.response"), "crm_measure_response", SQL("r.measure_id")),
            SQL(
                """
                SELECT t.id, o.measure_id FROM crm_outreach o JOIN crm_outreach_recipient r ON r.outreach_id = o.id
                  JOIN crm_touchpoint t ON t.source_id = ANY(%s) AND t.record_id = r.id WHERE o.measure_id = ANY(%s)
                """,
                of("crm.outreach.recipient"),
                measures.ids,
            ),
            SQL(
                """
                SELECT t.id, p.measure_id FROM crm_measure_participant p JOIN mail_activity a ON a.id = p.activity_id
                  JOIN mail_message g ON g.model = 'res.partner' AND g.res_id = p.partner_id
                   AND g.mail_activity_type_id = a.activity_type_id AND g.date::date BETWEEN a.date_done - 1 AND a.date_done + 1
                  JOIN crm_touchpoint t ON t.source_id = ANY(%s) AND t.record_id = g.id
                 WHERE p.measure_id = ANY(%s) AND a.date_done IS NOT NULL
                """,
                of("mail.message"),
                measures.ids,
            ),
            SQL(
                """
                SELECT t.id, r.measure_id FROM crm_measure_response r
                  JOIN sale_order_line l ON l.order_id = r.order_id AND l.reward_id IS NOT NULL
                  JOIN crm_touchpoint t ON t.source_id = ANY(%s) AND t.record_id = l.id WHERE r.measure_id = ANY(%s)
                """,
                of("sale.order.line"),
                measures.ids,
            ),
        ]
        wanted = SQL(" UNION ALL ").join(
            SQL("(%s)", part if index > 1 else SQL("%s WHERE r.measure_id = ANY(%s)", part, measures.ids))
            for index, part in enumerate(parts)
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_touchpoint t SET measure_id = w.measure_id
                  FROM (SELECT id, min(measure_id) AS measure_id FROM (%s) u GROUP BY id) w
                 WHERE w.id = t.id AND t.measure_id IS DISTINCT FROM w.measure_id
                """,
                wanted,
            )
        )
        self.env["crm.touchpoint"].invalidate_model(["measure_id"], flush=False)

    def _touchpoints_of(self, sources, table, measure):
        return SQL(
            "SELECT t.id, %s AS measure_id FROM %s r JOIN crm_touchpoint t ON t.source_id = ANY(%s) AND t.record_id = r.id",
            measure,
            SQL.identifier(table),
            sources,
        )

    def _refresh_costs(self, measures):
        """Write cost of contacts, rewards redeemed and what was booked; amounts in the currency of the company."""
        if not measures:
            return
        self._link_touchpoints(measures)
        contacts = self._sums(
            SQL(
                """
                SELECT measure_id, sum(cost - COALESCE(own_cost, 0)) FROM crm_touchpoint
                 WHERE direction = 'out' AND measure_id = ANY(%s) GROUP BY measure_id
                """,
                measures.ids,
            )
        )
        rewards = self._sums(
            SQL(
                """
                SELECT r.measure_id, -sum(l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1))
                  FROM (SELECT DISTINCT measure_id, order_id FROM crm_measure_response) r JOIN sale_order o ON o.id = r.order_id
                  JOIN sale_order_line l ON l.order_id = o.id AND l.reward_id IS NOT NULL
                 WHERE r.measure_id = ANY(%s) GROUP BY r.measure_id
                """,
                measures.ids,
            )
        )
        for measure in measures:
            places = measure.currency_id
            vals = {
                "cost_contacts": places.round(contacts.get(measure.id, 0.0)),
                "cost_rewards": places.round(rewards.get(measure.id, 0.0)),
                "cost_analytic": places.round(self._booked(measure)),
            }
            changed = {name: value for name, value in vals.items() if places.compare_amounts(measure[name], value)}
            if changed:
                measure._internal().write(changed)

    def _sums(self, query):
        return {row[0]: float(row[1] or 0) for row in self.env.execute_query(query)}

    def _booked(self, measure):
        """What was booked on the measure's analytic account from start to end, whatever plan the account is of."""
        account = measure.sudo().analytic_account_id
        if not account:
            return 0.0
        domain = [("auto_account_id", "in", account.ids), ("amount", "<", 0)]
        if measure.date_start:
            domain.append(("date", ">=", measure.date_start))
        if measure.date_end:
            domain.append(("date", "<=", measure.date_end))
        [[amount]] = self.env["account.analytic.line"].sudo()._read_group(domain, aggregates=["amount:sum"])
        return -(amount or 0.0)

    # -- a standing rule --------------------------------------------------------------------------

    def _leave_out(self, measure):
        """Of customers whom a standing rule is about to treat, leave out who is not in the group, or may not be contacted."""
        self.env["crm.customer.group.engine"]._refresh(measure.group_id)
        self.env.flush_all()
        channel = {"mail": "email", "letter": "letter", "call": "phone"}.get(measure.outreach_channel)
        may = self.env["crm.contact.pressure"]._may_contact(
            measure.company_id, channel if measure.treatment == "outreach" else None
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_measure_participant p SET arm = NULL, excluded = w.why
                  FROM (SELECT p.id, CASE WHEN g.id IS NULL THEN 'group' WHEN m.reason IS NOT NULL THEN 'contact' END AS why
                          FROM crm_measure_participant p
                     LEFT JOIN crm_customer_group_member g ON g.group_id = %(group)s AND g.partner_id = p.partner_id
                          JOIN (%(may)s) m ON m.partner_id = p.partner_id
                         WHERE p.measure_id = %(measure)s AND p.arm IS NOT NULL AND p.treated_on IS NULL AND p.activity_id IS NULL
                           AND p.checked IS NOT TRUE) w
                 WHERE w.id = p.id AND w.why IS NOT NULL
                """,
                group=measure.group_id.id,
                may=may,
                measure=measure.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_measure_participant SET checked = TRUE WHERE measure_id = %s AND checked IS NOT TRUE",
                measure.id,
            )
        )
        self.env["crm.measure.participant"].invalidate_model(flush=False)
