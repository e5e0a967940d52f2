from odoo import fields, models
from odoo.tools import SQL

# why somebody must not be contacted, strongest first
REASONS = (
    "archived",
    "objected",
    "no_consent",
    "blacklisted",
    "bounced",
    "no_address",
    "channel",
    "frequency",
    "pressure",
)
WISHED_DAYS = {"month": 30, "quarter": 91, "year": 365}
PURPOSES = {"email": "mail", "letter": "post", "phone": "phone", "sms": "sms"}


class CrmContactPressure(models.AbstractModel):
    """Who may be contacted on a channel, and why not: consent, address, the customer's wish and one cap over all channels."""

    _name = "crm.contact.pressure"
    _description = "Contact Pressure"

    def _may_contact(self, company, channel, purpose=None, now=None, outreach=None):
        """Select partner_id and reason (NULL: may be contacted) of all contacts; join it with the contacts in question.

        :param company: any company; its root's settings and its branches' contacts count
        :param channel: code of the channel (email, letter, phone, sms), or None where it is not known yet
        :param purpose: purpose of consent; by default that of the channel
        :param outreach: id of a campaign whose own contacts do not count, while it is being sent
        """
        company, now = company.root_id, now or fields.Datetime.now()
        purpose = purpose or PURPOSES.get(channel)
        return SQL(
            """
            SELECT p.id AS partner_id,
                   CASE WHEN p.active IS NOT TRUE THEN 'archived'
                        WHEN %(word)s = 'withdrawn' THEN 'objected'
                        WHEN %(unasked)s THEN 'no_consent'
                        WHEN %(address)s IS NOT NULL THEN %(address)s
                        WHEN %(channel)s THEN 'channel'
                        WHEN %(frequency)s THEN 'frequency'
                        WHEN %(pressure)s THEN 'pressure' END AS reason
              FROM res_partner p
            """,
            word=self._word(purpose, now),
            unasked=self._unasked(company, purpose, now),
            address=self._address(channel),
            channel=self._other_channel(channel),
            frequency=self._too_often(company, now, outreach),
            pressure=self._pressed(company, now, outreach),
        )

    # -- consent ----------------------------------------------------------------------------------

    def _word(self, purpose, now):
        """The last word on this purpose of contact `p`: its own, else that of its company."""
        if not purpose:
            return SQL("NULL::varchar")
        last = SQL("ORDER BY c.date DESC, c.id DESC LIMIT 1")
        return SQL(
            """
            COALESCE((SELECT c.state FROM crm_consent c WHERE c.partner_id = p.id AND c.purpose = %(purpose)s
                         AND c.date <= %(now)s %(last)s),
                     (SELECT c.state FROM crm_consent c WHERE c.partner_id = p.commercial_partner_id AND c.purpose = %(purpose)s
                         AND c.date <= %(now)s %(last)s))
            """,
            purpose=purpose,
            now=now,
            last=last,
        )

    def _unasked(self, company, purpose, now):
        """Condition: nobody gave the consent that this purpose needs.

        § 7 (2) UWG: mail, phone and messages need consent given before; post does not (Art. 6 (1) f GDPR), until somebody
        objects. § 7 (3) UWG spares it for mails to existing customers, where the company says that it meets its terms.
        """
        if not purpose or purpose == "post":
            return SQL("FALSE")
        missing = SQL("%s IS DISTINCT FROM 'given'", self._word(purpose, now))
        if purpose == "mail" and company.kundenbindung_existing_customer:
            return SQL(
                """
                (%s AND NOT EXISTS (SELECT FROM crm_customer_value v WHERE v.partner_id = p.commercial_partner_id
                                       AND v.company_id = %s AND v.purchase_days_ever > 0))
                """,
                missing,
                company.id,
            )
        return missing

    # -- address ----------------------------------------------------------------------------------

    def _address(self, channel):
        """What is wrong with the address for a channel, NULL where nothing is."""
        if channel == "email":
            return SQL(
                """
                CASE WHEN p.email_normalized IS NULL THEN 'no_address'
                     WHEN EXISTS (SELECT FROM mail_blacklist b WHERE b.active AND b.email = p.email_normalized) THEN 'blacklisted'
                     WHEN p.message_bounce > 0 THEN 'bounced' END
                """
            )
        if channel == "letter":
            return SQL(
                "CASE WHEN COALESCE(p.street, '') = '' OR COALESCE(p.city, '') = '' OR COALESCE(p.name, p.complete_name, '') = ''"
                " THEN 'no_address' END"
            )
        if channel in ("phone", "sms"):
            return SQL(
                """
                CASE WHEN COALESCE(p.phone, '') = '' THEN 'no_address'
                     WHEN EXISTS (SELECT FROM phone_blacklist b WHERE b.active AND b.number = p.phone_sanitized) THEN 'blacklisted' END
                """
            )
        return SQL("NULL::varchar")

    def _own_or_company(self, name):
        """Value of a column of contact `p`, else that of its company."""
        column = SQL.identifier(name)
        return SQL(
            "COALESCE(p.%s, (SELECT k.%s FROM res_partner k WHERE k.id = p.commercial_partner_id))", column, column
        )

    # -- the customer's own wish -------------------------------------------------------------------

    def _other_channel(self, channel):
        """Condition: the contact said that it wants another channel."""
        if not channel:
            return SQL("FALSE")
        return SQL(
            """
            EXISTS (SELECT FROM crm_touchpoint_channel w
                     WHERE w.id = %s AND w.code IS DISTINCT FROM %s)
            """,
            self._own_or_company("werthaltigkeit_channel_id"),
            channel,
        )

    def _too_often(self, company, now, outreach=None):
        """Condition: the contact wants to hear from us less often than that."""
        wish = self._own_or_company("kundenbindung_frequency")
        days = SQL(" ").join(SQL("WHEN %s THEN %s", name, days) for name, days in WISHED_DAYS.items())
        since = SQL("(%s::timestamp - make_interval(days => CASE %s %s END))", now, wish, days)
        return SQL(
            "(%(wish)s IS NOT NULL AND (%(wish)s = 'never' OR EXISTS (%(contacts)s)))",
            wish=wish,
            contacts=self._contacts(company, since, outreach),
        )

    def _pressed(self, company, now, outreach=None):
        """Condition: contact `p`'s customer had as many advertising contacts as the company allows; FALSE without a cap."""
        if company.kundenbindung_pressure_count <= 0:
            return SQL("FALSE")
        since = SQL("(%s::timestamp - make_interval(days => %s))", now, company.kundenbindung_pressure_days)
        return SQL(
            "(SELECT count(*) FROM (%s) contacts) >= %s",
            self._contacts(company, since, outreach),
            company.kundenbindung_pressure_count,
        )

    def _counted_models(self):
        """Models whose rows are counted themselves; they are there before the history has read them."""
        return ("crm.outreach.recipient", "crm.feedback.request")

    def _contacts(self, company, since, outreach=None):
        """Select one row per advertising contact with the customer of contact `p` since then.

        Touchpoints, except those of models that are counted from their own rows.
        """
        kinds = self.env["crm.touchpoint.kind"].sudo().with_context(active_test=False)
        promotional = kinds.search([("is_promotional", "=", True)])
        companies = self.env["crm.value.lines"]._branches(company)
        sources = self.env["crm.touchpoint.source"].sudo().with_context(active_test=False)
        own = sources.search([("model", "in", self._counted_models())])
        parts = [
            SQL(
                """
                SELECT FROM crm_touchpoint t
                 WHERE t.commercial_partner_id = p.commercial_partner_id AND t.company_id = ANY(%s) AND t.direction = 'out'
                   AND t.kind_id = ANY(%s) AND t.date > %s AND (t.source_id IS NULL OR t.source_id <> ALL(%s))
                """,
                companies,
                promotional.ids,
                since,
                own.ids,
            ),
            SQL(
                """
                SELECT FROM crm_outreach_recipient r
                 WHERE r.commercial_partner_id = p.commercial_partner_id AND r.company_id = ANY(%s) AND r.state = 'sent'
                   AND r.by_mailing IS NOT TRUE AND r.sent_on > %s AND r.outreach_id IS DISTINCT FROM %s
                """,
                companies,
                since,
                outreach,
            ),
        ]
        if self.env.ref("crm_kundenbindung.touchpoint_kind_feedback_request", False) in promotional:
            parts.append(
                SQL(
                    """
                    SELECT FROM crm_feedback_request f
                     WHERE f.commercial_partner_id = p.commercial_partner_id AND f.company_id = ANY(%s) AND f.sent_on > %s
                    """,
                    companies,
                    since,
                )
            )
        return SQL(" UNION ALL ").join(parts)
