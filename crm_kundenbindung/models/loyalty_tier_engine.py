from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_werthaltigkeit.models.crm_value_engine import KNOWN_COST_LIMIT

BATCH = 1000  # customers whose tier is changed at once
# what of the ledger counts as earned
EARNING = ("earned", "clawed_back", "event", "referral")


class LoyaltyTierEngine(models.AbstractModel):
    """Computes in which tier customers are, from the purchases that the indicators read; never a figure of its own.

    A few statements per company, whatever the number of customers. Upgrades follow through the ORM in batches, so that
    automation rules see them; a downgrade is only prepared.
    """

    _name = "loyalty.tier.engine"
    _description = "Computation of Tiers"

    # -- when ---------------------------------------------------------------------------------------

    @api.model
    def _wake(self):
        """Have what changed computed soon."""
        if self.env["loyalty.tier"].sudo().search_count([], limit=1):
            self.env.ref("crm_kundenbindung.ir_cron_tier").sudo()._trigger()

    @api.model
    def _ask_again(self, companies):
        """A definition changed: compute everybody of these companies at the next run."""
        companies.sudo().kundenbindung_tier_watermark = False
        self._wake()

    @api.model
    def _companies(self):
        return self.env["loyalty.tier"].sudo().search([]).company_id

    @api.model
    def _cron_nightly(self):
        """Each night everybody: the period moves on, and grace periods end."""
        companies = self._companies()
        companies.kundenbindung_tier_watermark = False
        return self._cron_changed()

    @api.model
    def _cron_changed(self):
        """Whoever bought, got points or got a card since the last run; everybody where nothing was computed yet."""
        companies = self._companies()
        for position, company in enumerate(companies):
            mark = self.env["crm.touchpoint.engine"]._oldest_transaction()
            # The view of the database must be younger than the mark.
            self.env["ir.cron"]._commit_progress(0)
            self._update(company)
            company.kundenbindung_tier_watermark = mark
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - position - 1):
                return

    @api.model
    def _update(self, company):
        """Compute who changed since the company's watermark; return how many, None for everybody."""
        since = company.kundenbindung_tier_watermark
        if not since:
            return self._compute(company)
        self.env.flush_all()
        changed = [row[0] for row in self.env.execute_query(self._changed(company, since))]
        if changed:
            self._compute(company, partner_ids=changed)
        return len(changed)

    def _changed(self, company, since):
        """Select the customers whose value, points or cards were written since."""
        return SQL(
            """
            SELECT v.partner_id FROM crm_customer_value v
             WHERE v.company_id = %(company)s AND v.computed_on >= %(since)s AND v.partner_id IS NOT NULL
             UNION
            SELECT p.commercial_partner_id
              FROM loyalty_card c JOIN res_partner p ON p.id = c.partner_id
             WHERE c.program_id = ANY(%(programs)s)
               AND (c.create_date >= %(since)s
                    OR EXISTS (SELECT FROM loyalty_ledger l WHERE l.card_id = c.id AND l.create_date >= %(since)s))
            """,
            company=company.id,
            since=since,
            programs=self._programs(company).ids,
        )

    def _programs(self, company):
        tiers = self.env["loyalty.tier"].sudo().search([("company_id", "=", company.id)])
        return tiers.program_id.filtered("active")

    # -- what ---------------------------------------------------------------------------------------

    @api.model
    def _compute(self, company, programs=None, partner_ids=None):
        """Compute figures and tiers of these customers of a company (all), and let upgrades take effect."""
        programs = (programs or self._programs(company)) & self._programs(company)
        if not programs:
            return
        self.env.flush_all()
        self._follow_customers(company)
        self.env.cr.execute(self._add_members(company, programs, partner_ids))
        self._read_days(company, programs, partner_ids)
        self.env.cr.execute(self._figures(company, programs, partner_ids))
        self.env["loyalty.tier.member"].invalidate_model(flush=False)
        self._upgrade(company, programs, partner_ids)

    def _figure_again(self, members):
        """Compute these members anew."""
        for company, rows in members.grouped("company_id").items():
            self._compute(company, rows.program_id, rows.partner_id.ids)

    def _of(self, column, partner_ids):
        return SQL("%s = ANY(%s)", column, list(partner_ids)) if partner_ids is not None else SQL("TRUE")

    def _add_members(self, company, programs, partner_ids):
        """Every customer with a card has a row."""
        return SQL(
            """
            INSERT INTO loyalty_tier_member (program_id, company_id, partner_id, downgrade, level_before, create_uid, create_date,
                                             write_uid, write_date)
            SELECT DISTINCT c.program_id, %(company)s, p.commercial_partner_id, 'none', -1, %(user)s, %(now)s, %(user)s, %(now)s
              FROM loyalty_card c JOIN res_partner p ON p.id = c.partner_id
             WHERE c.active AND c.program_id = ANY(%(programs)s) AND %(customers)s
       ON CONFLICT (program_id, company_id, partner_id) DO NOTHING
            """,
            company=company.id,
            user=self.env.uid,
            now=SQL("now() AT TIME ZONE 'UTC'"),
            programs=programs.ids,
            customers=self._of(SQL("p.commercial_partner_id"), partner_ids),
        )

    def _read_days(self, company, programs, partner_ids):
        """Purchases per customer and day of those who have a row, as the indicators read them."""
        if not set(programs.mapped("tier_basis")) - {"points"}:
            return
        tomorrow = company._werthaltigkeit_today() + relativedelta(days=1)
        self.env["crm.kpi.engine"]._prepare_days(
            company,
            tomorrow,
            lambda column: SQL(
                "%(column)s IN (SELECT partner_id FROM loyalty_tier_member WHERE company_id = %(company)s AND program_id = ANY(%(programs)s)"
                " AND partner_id IS NOT NULL AND %(customers)s)",
                column=column,
                company=company.id,
                programs=programs.ids,
                customers=self._of(SQL("partner_id"), partner_ids),
            ),
        )

    def _figure(self, company, program):
        """Select customer and figure of one programme; customers that are missing here have reached nothing."""
        start = company._werthaltigkeit_today() - relativedelta(months=program.tier_months)
        if program.tier_basis == "points":
            return SQL(
                """
                SELECT p.commercial_partner_id AS customer, sum(l.amount)::float8 AS figure, TRUE AS known
                  FROM loyalty_ledger l JOIN loyalty_card c ON c.id = l.card_id JOIN res_partner p ON p.id = c.partner_id
                 WHERE l.program_id = %(program)s AND l.cause IN %(causes)s AND l.company_id = ANY(%(companies)s)
                   AND l.moment >= %(start)s::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC'
                 GROUP BY p.commercial_partner_id
                """,
                program=program.id,
                causes=EARNING,
                companies=self.env["crm.value.lines"]._branches(company),
                start=start,
                zone=company._werthaltigkeit_tz(),
            )
        places = company.currency_id.decimal_places
        figures = {
            "revenue": SQL("round(sum(revenue)::numeric, %s)", places),
            "margin": SQL("round((sum(revenue) - sum(cost))::numeric, %s)", places),
            "visits": SQL("count(*) FILTER (WHERE gross > 0)"),
        }
        known = (
            SQL("sum(sold) = 0 OR sum(known) >= %s * sum(sold)", KNOWN_COST_LIMIT)
            if program.tier_basis == "margin"
            else SQL("TRUE")
        )
        return SQL(
            "SELECT customer, (%s)::float8 AS figure, %s AS known FROM crm_kpi_day WHERE day >= %s GROUP BY customer",
            figures[program.tier_basis],
            known,
            start,
        )

    def _figures(self, company, programs, partner_ids):
        """Write figure, computed tier, what is missing to the next, and how far a downgrade is."""
        today = company._werthaltigkeit_today()
        parts = SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT m.id, %(grace)s AS grace, COALESCE(f.figure, 0) AS figure,
                       COALESCE(f.known, TRUE) AND m.partner_id NOT IN (%(objectors)s) AS known
                  FROM loyalty_tier_member m LEFT JOIN (%(figure)s) f ON f.customer = m.partner_id
                 WHERE m.program_id = %(program)s AND m.company_id = %(company)s AND %(customers)s
                """,
                grace=program.tier_grace_days,
                figure=self._figure(company, program),
                objectors=self.env["crm.value.query"]._objectors(),
                program=program.id,
                company=company.id,
                customers=self._of(SQL("m.partner_id"), partner_ids),
            )
            for program in programs
        )
        return SQL(
            """
            WITH figures AS (%(parts)s),
            tiers AS (
                SELECT t.id, t.program_id, t.threshold FROM loyalty_tier t WHERE t.active AND t.company_id = %(company)s),
            found AS (
                SELECT m.id, f.figure, f.known, f.grace, held.threshold AS held, reached.id AS computed, reached.threshold,
                       m.tier_manual_id AS manual, m.below_since, m.kept_until, m.program_id
                  FROM figures f JOIN loyalty_tier_member m ON m.id = f.id
                  LEFT JOIN loyalty_tier held ON held.id = m.tier_id
                  LEFT JOIN LATERAL (
                    SELECT t.id, t.threshold FROM tiers t
                     WHERE t.program_id = m.program_id AND t.threshold <= GREATEST(f.figure, 0) AND f.known
                       AND EXISTS (SELECT FROM loyalty_card c JOIN res_partner p ON p.id = c.partner_id
                                    WHERE c.program_id = m.program_id AND c.active AND p.commercial_partner_id = m.partner_id)
                     ORDER BY t.threshold DESC LIMIT 1) reached ON TRUE),
            below AS (
                SELECT n.*, n.known AND n.manual IS NULL AND n.held IS NOT NULL AND n.held > COALESCE(n.threshold, -1) AS is_below
                  FROM found n),
            new AS (
                SELECT b.id, CASE WHEN b.known THEN b.figure END AS figure, b.known, b.computed, nxt.id AS next,
                       CASE WHEN b.known THEN nxt.threshold - GREATEST(b.figure, 0) END AS missing,
                       CASE WHEN b.is_below THEN COALESCE(b.below_since, %(today)s) END AS below_since,
                       CASE WHEN b.is_below THEN b.kept_until END AS kept_until,
                       CASE WHEN NOT b.is_below THEN 'none'
                            WHEN b.kept_until >= %(today)s OR COALESCE(b.below_since, %(today)s) + b.grace > %(today)s THEN 'grace'
                            ELSE 'due' END AS downgrade
                  FROM below b
                  LEFT JOIN LATERAL (
                    SELECT t.id, t.threshold FROM tiers t
                     WHERE t.program_id = b.program_id AND t.threshold > GREATEST(b.figure, b.held, 0) AND b.known
                     ORDER BY t.threshold LIMIT 1) nxt ON TRUE)
            UPDATE loyalty_tier_member m
               SET (figure, figure_known, tier_computed_id, next_tier_id, missing, below_since, kept_until, downgrade,
                    computed_on, write_date)
                 = (COALESCE(n.figure, 0), n.known, n.computed, n.next, COALESCE(n.missing, 0), n.below_since, n.kept_until, n.downgrade,
                    now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')
              FROM new n
             WHERE n.id = m.id
               AND (m.figure, m.figure_known, m.tier_computed_id, m.next_tier_id, m.missing, m.below_since, m.kept_until, m.downgrade)
                   IS DISTINCT FROM
                   (COALESCE(n.figure, 0), n.known, n.computed, n.next, COALESCE(n.missing, 0), n.below_since, n.kept_until, n.downgrade)
            """,
            parts=parts,
            company=company.id,
            today=SQL("%s::date", today),
        )

    # -- taking effect --------------------------------------------------------------------------------

    def _upgrade(self, company, programs, partner_ids):
        """Let higher tiers count at once, and give the price lists that tiers say."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.tier_computed_id, array_agg(m.id ORDER BY m.id)
                  FROM loyalty_tier_member m
                  JOIN loyalty_tier t ON t.id = m.tier_computed_id
                  LEFT JOIN loyalty_tier held ON held.id = m.tier_id
                 WHERE m.company_id = %s AND m.program_id = ANY(%s) AND m.tier_manual_id IS NULL AND %s
                   AND (held.id IS NULL OR held.threshold < t.threshold)
                 GROUP BY m.tier_computed_id ORDER BY m.tier_computed_id
                """,
                company.id,
                programs.ids,
                self._of(SQL("m.partner_id"), partner_ids),
            )
        )
        members = self.env["loyalty.tier.member"].sudo()
        for tier_id, ids in rows:
            for start in range(0, len(ids), BATCH):
                members.browse(ids[start : start + BATCH])._change(
                    self.env["loyalty.tier"].sudo().browse(tier_id), "upgrade"
                )
        self.env.flush_all()
        members.browse(
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT m.id FROM loyalty_tier_member m LEFT JOIN loyalty_tier t ON t.id = m.tier_id
                     WHERE m.company_id = %s AND m.program_id = ANY(%s) AND m.partner_id IS NOT NULL AND %s
                       AND m.given_pricelist_id IS DISTINCT FROM t.pricelist_id
                    """,
                    company.id,
                    programs.ids,
                    self._of(SQL("m.partner_id"), partner_ids),
                )
            )
        )._sync_pricelist()

    # -- customers who are merged, or become part of another ---------------------------------------------

    def _follow_customers(self, company):
        """Who became a contact of another customer brings the tier along; rows without a contact go."""
        moved = self.env.execute_query(
            SQL(
                """
                SELECT m.partner_id, p.commercial_partner_id FROM loyalty_tier_member m JOIN res_partner p ON p.id = m.partner_id
                 WHERE m.company_id = %s AND p.commercial_partner_id <> p.id GROUP BY 1, 2
                """,
                company.id,
            )
        )
        for old_id, new_id in moved:
            self._merge_customers([old_id], new_id)
        self.env.cr.execute(
            SQL("DELETE FROM loyalty_tier_member WHERE company_id = %s AND partner_id IS NULL", company.id)
        )

    def _merge_customers(self, old_ids, new_id):
        """Keep one row per programme and company of customers about to be merged, with the highest tier of them all.

        A tier set by hand stays set where it is the highest; the next run computes the figures of the two together.
        """
        members = self.env["loyalty.tier.member"].sudo().search([("partner_id", "in", [*old_ids, new_id])])
        for rows in members.grouped(lambda m: (m.program_id, m.company_id)).values():
            kept = rows.filtered(lambda m: m.partner_id.id == new_id)[:1] or rows[:1]
            highest = rows.filtered("tier_id").sorted(lambda m: m.tier_id.threshold)[-1:]
            if kept.partner_id.id != new_id:
                # What was given to the other contact stays there: the customer who stays gets its own.
                kept.write(
                    {
                        "partner_id": new_id,
                        "given_pricelist_id": False,
                        "pricelists_before": False,
                        "level_before": -1,
                        "below_since": False,
                        "downgrade": "none",
                    }
                )
            tier, manual = highest.tier_id, highest.tier_manual_id
            (rows - kept).unlink()
            if tier and tier != kept.tier_id:
                kept._change(tier, "merge")
                kept.tier_manual_id = manual
        self.env.flush_all()
