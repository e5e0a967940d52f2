from odoo import api, models
from odoo.tools import SQL

BATCH = 100_000
COLUMNS = (
    "commercial_partner_id",
    "customer_type",
    "user_id",
    "country_id",
    "value_class",
    "score",
    "missing",
    "necessary_count",
    "last_touchpoint",
    "outdated",
    "mail_state",
)


class CrmDataCareEngine(models.AbstractModel):
    """Finds out which contacts need care: in ranges of contacts, then the duplicates among all of them."""

    _name = "crm.data.care.engine"
    _description = "Computation of Data Care"

    def _continue(self, computation, commit=False):
        """Go on with a complete computation until it is done (True) or the cron's time is up (False)."""
        company = computation.company_id
        query = self.env["crm.value.query"]
        highest = query._highest_partner()
        if not computation.last_id:
            company.sudo().werthaltigkeit_care_watermark = self._mark(commit)
        while computation.last_id < highest:
            upper = query._upper_partner(computation.last_id, BATCH)
            self._compute(company, self._between(computation.last_id, upper))
            computation.last_id = upper
            if commit and not self.env["ir.cron"]._commit_progress(1, remaining=1):
                return False
        self._write_duplicates(company)
        computation.row_count = self._finish(company)
        return True

    @api.model
    def _update(self, company, commit=False):
        """Look again at the contacts that were written since the last time; return how many.

        New duplicates are found at night: that takes a look at everybody.
        """
        since = company.werthaltigkeit_care_watermark
        mark = self._mark(commit)
        changed = [
            row[0]
            for row in self.env.execute_query(SQL("SELECT id FROM res_partner WHERE write_date >= %s", since or mark))
        ]
        if changed:
            self._look_again(company, changed)
        company.sudo().werthaltigkeit_care_watermark = mark
        return len(changed)

    def _mark(self, commit):
        """Everything that was written before this moment can be seen by this transaction."""
        mark = self.env["crm.touchpoint.engine"]._oldest_transaction()
        if commit:  # the view of the database must be younger than the mark
            self.env["ir.cron"]._commit_progress(0)
        return mark

    def _between(self, lower, upper):
        return lambda column: SQL(
            "%(column)s > %(lower)s AND %(column)s <= %(upper)s", column=column, lower=lower, upper=upper
        )

    def _recheck(self, rows):
        """Look again at a few rows, and at those that seemed to be the same as they."""
        for company, own in rows.exists().grouped("company_id").items():
            self._look_again(company, own.partner_id.ids)

    def _look_again(self, company, partner_ids):
        rows = self.env["crm.data.care"]
        base = [("company_id", "=", company.id)]
        own = rows.search([*base, ("partner_id", "in", partner_ids)])
        group = rows.search([*base, ("duplicate_id", "in", own.duplicate_id.ids)])
        ids = list({*partner_ids, *group.partner_id.ids})
        self._compute(company, lambda column: SQL("%s = ANY(%s)", column, ids))
        self._write_duplicates(company, ids)
        self._finish(company, ids)

    # -- completeness, mail, last contact ------------------------------------------------------------

    def _compute(self, company, contacts):
        """Write the rows of these contacts.

        :param contacts: turns the SQL of a column with a contact's id into the condition which ones
        """
        self.env.flush_all()
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        for statement in (
            SQL("DROP TABLE IF EXISTS crm_data_care_new"),
            SQL("CREATE TEMP TABLE crm_data_care_new ON COMMIT DROP AS %s", self._select(company, contacts)),
            SQL(
                """
                INSERT INTO crm_data_care AS c
                       (company_id, partner_id, %(names)s, needs_care, computed_on,
                        create_uid, create_date, write_uid, write_date)
                SELECT %(company)s, n.partner_id, %(new)s,
                       n.necessary_count > 0 OR n.outdated OR n.mail_state IS NOT NULL, now() AT TIME ZONE 'UTC',
                       %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM crm_data_care_new n
           ON CONFLICT (company_id, partner_id)
         DO UPDATE SET (%(names)s, computed_on, write_uid, write_date)
                     = (%(excluded)s, excluded.computed_on, excluded.write_uid, excluded.write_date)
                 WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
                """,
                names=names,
                company=company.id,
                new=SQL(", ").join(SQL.identifier("n", name) for name in COLUMNS),
                excluded=SQL(", ").join(SQL.identifier("excluded", name) for name in COLUMNS),
                current=SQL(", ").join(SQL.identifier("c", name) for name in COLUMNS),
                uid=self.env.uid,
            ),
            SQL(
                """
                DELETE FROM crm_data_care c WHERE c.company_id = %s AND %s
                   AND NOT EXISTS (SELECT FROM crm_data_care_new n WHERE n.partner_id = c.partner_id)
                """,
                company.id,
                contacts(SQL("c.partner_id")),
            ),
        ):
            self.env.cr.execute(statement)
        self.env["crm.data.care"].invalidate_model(flush=False)

    def _select(self, company, contacts):
        """Select one row per contact: what is missing, the last contact, and whether mail arrives.

        In are active customers and prospects with the persons of companies; out are our own people and
        companies, mere vendors, addresses of delivery or invoice, and shared contacts that only
        another company deals with.
        """
        terms = self.env["crm.data.care.field"]._sql_terms(company)
        weights = SQL(" + ").join(
            [SQL("0"), *(SQL("CASE WHEN %s THEN %s ELSE 0 END", asked, row.weight) for row, asked, _filled in terms)]
        )
        points = SQL(" + ").join(
            [
                SQL("0"),
                *(
                    SQL("CASE WHEN %s AND %s THEN %s ELSE 0 END", asked, filled, row.weight)
                    for row, asked, filled in terms
                ),
            ]
        )
        missing = SQL(", ").join(
            [
                SQL("NULL::int"),
                *(SQL("CASE WHEN %s AND NOT %s THEN %s END", asked, filled, row.id) for row, asked, filled in terms),
            ]
        )
        necessary = SQL(" + ").join(
            [
                SQL("0"),
                *(
                    SQL("CASE WHEN %s AND NOT %s THEN 1 ELSE 0 END", asked, filled)
                    for row, asked, filled in terms
                    if row.necessary
                ),
            ]
        )
        return SQL(
            """
            WITH own AS (
                SELECT t.partner_id, max(t.date) AS date FROM crm_touchpoint t
                 WHERE t.company_id = ANY(%(companies)s) AND t.partner_id <> t.commercial_partner_id AND %(touched)s
                 GROUP BY t.partner_id),
            found AS (
                SELECT res_partner.id AS partner_id, res_partner.commercial_partner_id,
                       CASE WHEN res_partner.id <> res_partner.commercial_partner_id THEN 'contact'
                            WHEN res_partner.is_company THEN 'company' ELSE 'person' END AS customer_type,
                       COALESCE(res_partner.user_id, customer.user_id) AS user_id,
                       COALESCE(res_partner.country_id, customer.country_id) AS country_id, v.value_class,
                       %(weights)s AS weights, %(points)s AS points, %(necessary)s AS necessary_count,
                       to_jsonb(array_remove(ARRAY[%(missing)s], NULL)) AS missing,
                       COALESCE(own.date, v.last_touchpoint) AS last_touchpoint, res_partner.create_date,
                       CASE WHEN COALESCE(res_partner.email, '') = '' THEN NULL
                            WHEN res_partner.message_bounce > 0 THEN 'bounced'
                            WHEN EXISTS (SELECT FROM mail_blacklist b
                                          WHERE b.active AND b.email = res_partner.email_normalized) THEN 'blacklisted'
                       END AS mail_state
                  FROM res_partner
                  JOIN res_partner customer ON customer.id = res_partner.commercial_partner_id
             LEFT JOIN crm_customer_value v ON v.partner_id = customer.id AND v.company_id = %(company)s
             LEFT JOIN own ON own.partner_id = res_partner.id
                 WHERE res_partner.active AND %(contacts)s
                   AND (res_partner.id = res_partner.commercial_partner_id
                        OR COALESCE(res_partner.type, 'contact') = 'contact')
                   AND (customer.company_id = ANY(%(companies)s) OR customer.company_id IS NULL
                        AND (v.id IS NOT NULL
                             OR NOT EXISTS (SELECT FROM crm_customer_value o WHERE o.partner_id = customer.id)))
                   AND (v.id IS NOT NULL OR customer.customer_rank > 0 OR COALESCE(customer.supplier_rank, 0) = 0)
                   AND NOT EXISTS (SELECT FROM res_company c WHERE c.partner_id = customer.id)
                   AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = res_partner.id AND NOT u.share))
            SELECT partner_id, commercial_partner_id, customer_type, user_id, country_id, value_class,
                   CASE WHEN weights > 0 THEN round(points::numeric / weights, 3)::float8 ELSE 1 END AS score,
                   CASE WHEN missing = '[]' THEN NULL ELSE missing END AS missing, necessary_count, last_touchpoint,
                   COALESCE(last_touchpoint, create_date) < (now() AT TIME ZONE 'UTC') - make_interval(months => %(months)s) AS outdated,
                   mail_state
              FROM found
            """,
            companies=self.env["crm.value.query"]._branches(company),
            touched=contacts(SQL("t.partner_id")),
            weights=weights,
            points=points,
            necessary=necessary,
            missing=missing,
            company=company.id,
            contacts=contacts(SQL("res_partner.id")),
            months=company.werthaltigkeit_care_outdated_months,
        )

    def _finish(self, company, partner_ids=None):
        """Say of each row whether it belongs on the work list; return the number of rows of the company."""
        needed = SQL(
            "((necessary_count > 0 OR outdated OR mail_state IS NOT NULL OR duplicate_id IS NOT NULL)"
            " AND (hidden_until IS NULL OR hidden_until <= %s))",
            company._werthaltigkeit_today(),
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_data_care SET needs_care = %(needed)s"
                " WHERE company_id = %(company)s AND %(few)s AND needs_care IS DISTINCT FROM %(needed)s",
                needed=needed,
                company=company.id,
                few=SQL("TRUE") if partner_ids is None else SQL("partner_id = ANY(%s)", partner_ids),
            )
        )
        self.env["crm.data.care"].invalidate_model(flush=False)
        if partner_ids is not None:
            return len(partner_ids)
        self.env.cr.execute("ANALYZE crm_data_care")
        return self.env["crm.data.care"].search_count([("company_id", "=", company.id)])

    # -- duplicates ---------------------------------------------------------------------------------

    def _write_duplicates(self, company, partner_ids=None):
        """Find the contacts that are probably the same, and write the groups where they changed."""
        found = self.env["crm.data.care.duplicate"]._find(company, partner_ids)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_data_care c SET duplicate_id = n.first, duplicate_reason = n.reason
                  FROM crm_data_care o
             LEFT JOIN unnest(%(ids)s::int[], %(firsts)s::int[], %(reasons)s::varchar[]) AS n (id, first, reason)
                    ON n.id = o.partner_id
                 WHERE c.id = o.id AND o.company_id = %(company)s AND %(few)s
                   AND (o.duplicate_id, o.duplicate_reason) IS DISTINCT FROM (n.first, n.reason)
                """,
                ids=[row[0] for row in found],
                firsts=[row[1] for row in found],
                reasons=[row[2] for row in found],
                company=company.id,
                few=SQL("TRUE") if partner_ids is None else SQL("o.partner_id = ANY(%s)", partner_ids),
            )
        )
        self.env["crm.data.care"].invalidate_model(flush=False)

    def _merge_partners(self, old_ids, new_id):
        """Drop the rows of contacts about to be merged into another, whose row is looked at again afterwards."""
        self.env["crm.data.care"].search([("partner_id", "in", old_ids)]).unlink()
        self.env["crm.data.care.distinct"]._merge_partners(old_ids, new_id)
