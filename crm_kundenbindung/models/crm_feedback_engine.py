from odoo import fields, models
from odoo.tools import SQL

# why somebody is not asked, strongest first
GATES = ("person", "no_email", "objected", "no_consent", "blacklisted", "bounced", "wish", "pressure", "recent")


class CrmFeedbackEngine(models.AbstractModel):
    """Finds, in one statement per rule, the touchpoints that customers are asked about, and who must not be asked."""

    _name = "crm.feedback.engine"
    _description = "Who Is Asked for Feedback"

    def _create_due(self, rule, now=None):
        """Write a waiting request for each customer that is due by this rule; return how many.

        A customer is asked about its latest touchpoint, once: the key names rule and touchpoint in a way that survives
        a new capture of the touchpoint.
        """
        now = now or fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_feedback_request (rule_id, touchpoint_id, touchpoint_key, partner_id, commercial_partner_id,
                                                  company_id, channel_id, kind_id, touchpoint_date, means, survey_id, state,
                                                  create_uid, create_date, write_uid, write_date)
                SELECT %(rule)s, due.touchpoint_id, due.touchpoint_key, due.partner_id, due.customer, due.company_id,
                       due.channel_id, due.kind_id, due.date, %(means)s, %(survey)s, 'waiting', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (SELECT DISTINCT ON (c.customer) c.* FROM (%(candidates)s) c
                         WHERE c.gate IS NULL ORDER BY c.customer, c.date DESC, c.touchpoint_id DESC) due
                ON CONFLICT DO NOTHING
                """,
                rule=rule.id,
                means=rule.means,
                survey=rule.survey_id.id or None,
                uid=self.env.uid,
                now=now,
                candidates=self._candidates(rule, now),
            )
        )
        written = self.env.cr.rowcount
        self.env["crm.feedback.request"].invalidate_model()
        return written

    def _preview(self, rule):
        """Return {"due": customers who would be asked now, gate: customers left out}; nobody is counted twice."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(gate, 'due'), count(*)
                  FROM (SELECT DISTINCT ON (c.customer) c.customer, c.gate FROM (%s) c
                         ORDER BY c.customer, c.gate NULLS FIRST) one GROUP BY 1
                """,
                self._candidates(rule, fields.Datetime.now()),
            )
        )
        counts = dict(rows)
        return {name: counts.get(name, 0) for name in ("due", *GATES)}

    def _candidates(self, rule, now):
        """Select the touchpoints within the rule's window that were not asked, with the gate that closes, or NULL."""
        start, end = rule._window(now)
        conditions = [
            SQL("t.company_id = ANY(%s)", self.env["crm.value.lines"]._branches(rule.company_id.root_id)),
            SQL("t.date >= %s AND t.date <= %s", start, end),
            SQL("t.kind_id = ANY(%s)", rule.kind_ids.ids),
            SQL("t.partner_id IS NOT NULL AND t.satisfaction IS NULL"),
            SQL("NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = t.partner_id AND NOT u.share)"),
            SQL(
                "NOT EXISTS (SELECT FROM crm_feedback_request r WHERE r.rule_id = %s AND r.touchpoint_key = %s)",
                rule.id,
                self._touchpoint_key(),
            ),
        ]
        if rule.channel_ids:
            conditions.append(SQL("t.channel_id = ANY(%s)", rule.channel_ids.ids))
        if rule.team_ids:
            conditions.append(SQL("t.team_id = ANY(%s)", rule.team_ids.ids))
        if rule.stage:
            conditions.append(SQL("t.stage = %s", rule.stage))
        return SQL(
            """
            SELECT t.id AS touchpoint_id, %(key)s AS touchpoint_key, t.partner_id, p.commercial_partner_id AS customer,
                   t.company_id, t.channel_id, t.kind_id, t.date, %(gate)s AS gate
              FROM crm_touchpoint t JOIN res_partner p ON p.id = t.partner_id
             WHERE %(conditions)s
            """,
            key=self._touchpoint_key(),
            gate=self._gate(rule.company_id.root_id, now, rule.pause_days),
            conditions=SQL(" AND ").join(conditions),
        )

    def _touchpoint_key(self):
        """What names a touchpoint for ever: its source and record; its id where it was logged by hand."""
        return SQL(
            "CASE WHEN t.source_id IS NULL THEN 't' || t.id ELSE 's' || t.source_id || '-' || t.record_id || '-' || t.slot END"
        )

    def _gates(self, partners, company, pause_days=0):
        """Return {contact id: gate that closes, or None} for people who are asked by hand."""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT p.id, %s FROM res_partner p WHERE p.id = ANY(%s)",
                    self._gate(company.root_id, fields.Datetime.now(), pause_days),
                    partners.ids,
                )
            )
        )

    def _gate(self, company, now, pause_days):
        """Return the first gate that closes for contact `p`, NULL where all are open.

        The last word on e-mail counts: the contact's own, else that of its company. By default only a given consent opens
        the gate; the company may loosen it to "has not objected". See `res.company.kundenbindung_feedback_consent`.
        """
        word = SQL(
            """
            COALESCE((SELECT c.state FROM crm_consent c WHERE c.partner_id = p.id AND c.purpose = 'mail' AND c.date <= %(now)s
                       ORDER BY c.date DESC, c.id DESC LIMIT 1),
                     (SELECT c.state FROM crm_consent c WHERE c.partner_id = p.commercial_partner_id AND c.purpose = 'mail'
                         AND c.date <= %(now)s ORDER BY c.date DESC, c.id DESC LIMIT 1))
            """,
            now=now,
        )
        strict = company.kundenbindung_feedback_consent != "not_objected"
        pressure = self.env["crm.contact.pressure"]
        return SQL(
            """
            CASE WHEN p.active IS NOT TRUE THEN 'person'
                 WHEN p.email_normalized IS NULL THEN 'no_email'
                 WHEN %(word)s = 'withdrawn' THEN 'objected'
                 WHEN %(strict)s AND %(word)s IS DISTINCT FROM 'given' THEN 'no_consent'
                 WHEN EXISTS (SELECT FROM mail_blacklist b WHERE b.active AND b.email = p.email_normalized) THEN 'blacklisted'
                 WHEN p.message_bounce > 0 THEN 'bounced'
                 WHEN %(wish)s THEN 'wish'
                 WHEN %(pressed)s THEN 'pressure'
                 WHEN EXISTS (SELECT FROM crm_feedback_request r
                               WHERE r.commercial_partner_id = p.commercial_partner_id AND r.company_id = ANY(%(companies)s)
                                 AND r.state <> 'failed' AND r.create_date > %(now)s - make_interval(days => %(pause)s))
                 THEN 'recent' END
            """,
            word=word,
            strict=strict,
            companies=self.env["crm.value.lines"]._branches(company),
            now=SQL("%s::timestamp", now),
            pause=pause_days,
            wish=pressure._too_often(company, now),
            pressed=pressure._pressed(company, now),
        )

    def _expire(self, now=None):
        """Requests whose link is no longer valid; return how many."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_feedback_request SET state = 'expired', write_date = now() AT TIME ZONE 'UTC'"
                " WHERE state = 'sent' AND open_until < %s",
                now or fields.Datetime.now(),
            )
        )
        self.env["crm.feedback.request"].invalidate_model(["state"])
        return self.env.cr.rowcount
