from odoo import fields, models
from odoo.tools import SQL

from .crm_contact_pressure_engine import REASONS

# all reasons of a campaign, strongest first; the first three come from the campaign itself
ALL_REASONS = ("profiling", "duplicate", "topic", *REASONS)


class CrmOutreachEngine(models.AbstractModel):
    """Decides in one statement who gets a campaign and who is left out, and says it again before each batch."""

    _name = "crm.outreach.engine"
    _description = "Who Gets a Campaign"

    def _check(self, outreach):
        """Write a row for everybody the campaign is meant for: waiting, or left out with the reason."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_outreach_recipient WHERE outreach_id = %s AND state IN ('waiting', 'excluded')",
                outreach.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_outreach_recipient (outreach_id, company_id, partner_id, commercial_partner_id, channel_id, campaign_id,
                                                    user_id, state, reason, create_uid, create_date, write_uid, write_date)
                SELECT %(outreach)s, %(company)s, c.partner_id, c.customer, %(channel)s, %(campaign)s,
                       COALESCE(c.user_id, %(user)s), CASE WHEN c.reason IS NULL THEN 'waiting' ELSE 'excluded' END, c.reason,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(reasons)s) c
           ON CONFLICT DO NOTHING
                """,
                outreach=outreach.id,
                company=outreach.company_id.id,
                channel=outreach.channel_id.id or None,
                campaign=outreach.campaign_id.id or None,
                user=outreach.user_id.id or None,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                reasons=self._reasons(outreach, self._meant(outreach)),
            )
        )
        self._forget_cache()

    def _recheck(self, outreach, ids=None):
        """Leave out whom something keeps from being contacted by now; return the ids of those still waiting.

        The reasons are found once for all (MATERIALIZED): they are not to be looked up for each recipient of a new list.
        """
        self.env.flush_all()
        rows = SQL(
            "SELECT r.partner_id FROM crm_outreach_recipient r WHERE r.outreach_id = %s AND r.state = 'waiting'%s",
            outreach.id,
            SQL(" AND r.id = ANY(%s)", ids) if ids is not None else SQL(),
        )
        self.env.cr.execute(
            SQL(
                """
                WITH c AS MATERIALIZED (%(reasons)s)
                UPDATE crm_outreach_recipient r SET state = 'excluded', reason = c.reason, write_date = %(now)s
                  FROM c
                 WHERE r.outreach_id = %(outreach)s AND r.state = 'waiting' AND r.partner_id = c.partner_id AND c.reason IS NOT NULL
                """,
                now=fields.Datetime.now(),
                reasons=self._reasons(outreach, rows),
                outreach=outreach.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_outreach_recipient SET state = 'excluded', reason = 'archived'
                 WHERE outreach_id = %s AND state = 'waiting' AND partner_id IS NULL
                """,
                outreach.id,
            )
        )
        self._forget_cache()
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT id FROM crm_outreach_recipient WHERE outreach_id = %s AND state = 'waiting'%s ORDER BY id",
                    outreach.id,
                    SQL(" AND id = ANY(%s)", ids) if ids is not None else SQL(),
                )
            )
        ]

    def _open_partners(self, outreach):
        """Select the contacts that wait for this campaign and may be contacted at this moment."""
        rows = SQL(
            "SELECT r.partner_id FROM crm_outreach_recipient r WHERE r.outreach_id = %s AND r.state = 'waiting'",
            outreach.id,
        )
        return SQL(
            "(WITH c AS MATERIALIZED (%s) SELECT c.partner_id FROM c WHERE c.reason IS NULL)",
            self._reasons(outreach, rows),
        )

    def _meant(self, outreach):
        """Select the contacts a campaign is meant for: members of its group, or those picked; never our own people."""
        return SQL(
            """
            SELECT DISTINCT p.id AS partner_id FROM (%(people)s) m JOIN res_partner p ON p.id = m.partner_id
             WHERE (p.company_id IS NULL OR p.company_id = ANY(%(companies)s))
               AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id AND u.active AND NOT u.share)
            """,
            people=self._people(outreach),
            companies=self.env["crm.value.lines"]._branches(outreach.company_id.root_id),
        )

    def _people(self, outreach):
        """Select the contacts that the target of a campaign names."""
        if outreach.target == "group":
            return SQL(
                "SELECT m.partner_id FROM crm_customer_group_member m WHERE m.group_id = %s", outreach.group_id.id
            )
        picked = outreach.with_context(active_test=False).partner_ids
        return SQL("SELECT unnest(%s::int4[]) AS partner_id", picked.ids)

    def _reasons(self, outreach, people):
        """Select partner_id, customer, user_id, reason of these people; reason is NULL for whom may be contacted."""
        pressure = self.env["crm.contact.pressure"]
        channel = outreach._channel_code()
        own = [
            SQL("WHEN %s THEN 'profiling'", self._objected(outreach)),
            SQL("WHEN %s THEN 'topic'", self._other_topic(outreach)),
        ]
        address = {"mail": SQL("p.email_normalized"), "call": SQL("p.phone_sanitized")}.get(outreach.channel)
        duplicate = (
            SQL(
                "CASE WHEN a.reason IS NULL AND %(address)s IS NOT NULL AND row_number() OVER"
                " (PARTITION BY a.reason, %(address)s ORDER BY p.id) > 1 THEN 'duplicate' END",
                address=address,
            )
            if address
            else SQL("NULL::varchar")
        )
        return SQL(
            """
            SELECT a.partner_id, p.commercial_partner_id AS customer, COALESCE(p.user_id, cp.user_id) AS user_id,
                   COALESCE(a.reason, %(duplicate)s) AS reason
              FROM (SELECT b.partner_id, COALESCE(m.reason, CASE %(own)s END) AS reason
                      FROM (%(people)s) b
                      JOIN (%(may)s) m ON m.partner_id = b.partner_id
                      JOIN res_partner p ON p.id = b.partner_id) a
              JOIN res_partner p ON p.id = a.partner_id
         LEFT JOIN res_partner cp ON cp.id = p.commercial_partner_id
            """,
            duplicate=duplicate,
            own=SQL(" ").join(own),
            people=people,
            may=pressure._may_contact(outreach.company_id, channel, outreach._consent_purpose(), outreach=outreach.id),
        )

    def _objected(self, outreach):
        """Condition: the group is made by a rule, and this customer objected to being sorted."""
        if outreach.target != "group" or outreach.group_id.kind != "rule":
            return SQL("FALSE")
        objectors = self.env["crm.value.query"]._objectors()
        return SQL("p.commercial_partner_id IN (%s)", objectors)

    def _other_topic(self, outreach):
        """Condition: the campaign has topics, the contact said what interests it, and nothing of it fits."""
        if not outreach.interest_ids:
            return SQL("FALSE")
        field = self.env["res.partner"]._fields["werthaltigkeit_interest_ids"]
        table, mine, theirs = (SQL.identifier(n) for n in (field.relation, field.column1, field.column2))
        return SQL(
            """
            (EXISTS (SELECT FROM %(table)s i WHERE i.%(mine)s = p.id)
             AND NOT EXISTS (SELECT FROM %(table)s i WHERE i.%(mine)s = p.id AND i.%(theirs)s = ANY(%(topics)s)))
            """,
            table=table,
            mine=mine,
            theirs=theirs,
            topics=outreach.interest_ids.ids,
        )

    # -- what became of it ------------------------------------------------------------------------

    def _sync(self):
        """Learn what became of contacts that others carry out: mails in the queue, Email Marketing, calls."""
        self.env.flush_all()
        now = fields.Datetime.now()
        statements = [
            SQL(
                """
                UPDATE crm_outreach_recipient r SET state = 'failed', failure = left(m.failure_reason, 500), write_date = %(now)s
                  FROM mail_mail m WHERE m.id = r.mail_id AND m.state = 'exception' AND r.state = 'sent'
                """,
                now=now,
            ),
            SQL(
                """
                UPDATE crm_outreach_recipient r SET state = 'sent', sent_on = COALESCE(a.date_done::timestamp, %(now)s), write_date = %(now)s
                  FROM mail_activity a
                 WHERE a.id = r.activity_id AND r.state = 'planned' AND a.active IS NOT TRUE AND a.date_done IS NOT NULL
                """,
                now=now,
            ),
            SQL(
                """
                UPDATE crm_outreach_recipient r SET state = 'failed', write_date = %(now)s
                 WHERE r.state = 'planned' AND r.channel_id = %(phone)s AND r.activity_id IS NULL
                """,
                now=now,
                phone=self.env.ref("crm_werthaltigkeit.touchpoint_channel_phone").id,
            ),
        ]
        if "mailing.trace" in self.env:
            statements.append(
                SQL(
                    """
                    UPDATE crm_outreach_recipient r
                       SET state = CASE WHEN t.trace_status IN ('sent', 'open', 'reply') THEN 'sent' ELSE 'failed' END,
                           sent_on = t.sent_datetime, by_mailing = TRUE, failure = t.failure_type, write_date = %(now)s
                      FROM crm_outreach o, mailing_trace t
                     WHERE o.id = r.outreach_id AND o.mailing_res_id IS NOT NULL AND o.mailing_res_id = t.mass_mailing_id
                       AND t.model = 'res.partner' AND t.res_id = r.partner_id AND t.is_test_trace IS NOT TRUE
                       AND r.state = 'waiting' AND t.trace_status IN ('sent', 'open', 'reply', 'error', 'bounce')
                    """,
                    now=now,
                )
            )
        for statement in statements:
            self.env.cr.execute(statement)
        self._forget_cache()

    def _results(self, outreaches):
        """Return {campaign id: (reached, answered, bought)}: customers with an inbound contact or a purchase within 30 days.

        An observation, no proof: nobody knows who would have come anyway.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.outreach_id, count(*), count(*) FILTER (WHERE %(back)s), count(*) FILTER (WHERE %(bought)s)
                  FROM crm_outreach_recipient r WHERE r.outreach_id = ANY(%(ids)s) AND r.state = 'sent' GROUP BY r.outreach_id
                """,
                ids=outreaches.ids,
                back=self._came_back(),
                bought=self._bought(),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _select_results(self, what):
        """Select the ids of recipients that came back, or bought."""
        condition = self._bought() if what == "bought" else self._came_back()
        return SQL("(SELECT r.id FROM crm_outreach_recipient r WHERE r.state = 'sent' AND %s)", condition)

    def _came_back(self):
        """Condition: the customer of recipient `r` came to us within 30 days after the contact."""
        return SQL(
            """
            EXISTS (SELECT FROM crm_touchpoint t WHERE t.commercial_partner_id = r.commercial_partner_id AND t.direction = 'in'
                       AND t.company_id = r.company_id AND t.date > r.sent_on AND t.date <= r.sent_on + interval '30 days')
            """
        )

    def _bought(self):
        """Condition: the customer of recipient `r` bought within 30 days after the contact."""
        return SQL(
            """
            EXISTS (SELECT FROM crm_touchpoint t JOIN crm_touchpoint_kind k ON k.id = t.kind_id AND k.is_purchase
                     WHERE t.commercial_partner_id = r.commercial_partner_id AND t.company_id = r.company_id
                       AND t.date > r.sent_on AND t.date <= r.sent_on + interval '30 days')
            """
        )

    def _forget_cache(self):
        self.env["crm.outreach.recipient"].invalidate_model(flush=False)
        self.env["crm.outreach"].invalidate_model(flush=False)
