from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

CONCENTRATION = 0.80  # part of a group's value whose bringers are counted


class CrmCustomerGroupEngine(models.AbstractModel):
    """Finds the members of groups, set-based: what the rules select against what is there, in a few statements."""

    _name = "crm.customer.group.engine"
    _description = "Members of Customer Groups"

    @api.model
    def _cron_refresh(self):
        """Each night: the groups every company should have, their members, indicators, and the cohorts."""
        companies = self.env["res.company"].search([("parent_id", "=", False)])
        self.env["crm.customer.group.template"]._provide(companies)
        for company in companies:
            self._refresh_company(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _refresh_company(self, company):
        """Bring all that is known of a company's groups up to date; the order lines are read once."""
        groups = self.env["crm.customer.group"].search([("company_id", "=", company.id)])
        self._refresh(groups)
        self.env["crm.customer.group.figure.engine"]._compute(company)
        self.env["crm.customer.month.engine"]._rebuild(company, prepared=True)
        groups.write({"figures_on": fields.Datetime.now(), "figures_due": False})

    @api.model
    def _cron_due(self):
        """Every few minutes: the indicators that somebody waits for."""
        due = self.env["crm.customer.group"].search([("figures_due", "=", True)])
        for company, groups in due.grouped("company_id").items():
            self.env["crm.customer.group.figure.engine"]._compute(company, groups)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _ask_for_figures(self, groups):
        """Have the indicators of groups computed in the background."""
        groups.sudo().figures_due = True
        self.env.ref("crm_kundenbindung.ir_cron_customer_group_due").sudo()._trigger()

    @api.model
    def _refresh(self, groups):
        """Write members, movements and sums of these groups."""
        groups = groups.sudo()
        self.env.flush_all()
        for company, own in groups.grouped("company_id").items():
            self._select_members(company, own)
            self._write_members(company, own)
            self._write_sums(company, own)
        now = fields.Datetime.now()
        groups.refreshed_on = now
        self.env.flush_all()
        for name in ("crm.customer.group", "crm.customer.group.member", "crm.customer.group.move"):
            self.env[name].invalidate_model(flush=False)

    @api.model
    def _forget(self, groups):
        """Let the next refresh begin anew: nobody joined or left because the rule was changed."""
        groups.member_ids.unlink()
        groups.refreshed_on = False

    # -- members ----------------------------------------------------------------------------------

    def _select_members(self, company, groups):
        """Leave who belongs to which group in a temporary table."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_group_new"))
        self.env.cr.execute(SQL("CREATE TEMP TABLE crm_group_new (group_id int4, partner_id int4) ON COMMIT DROP"))
        for group in groups:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO crm_group_new SELECT DISTINCT %s, m.partner_id FROM (%s) m",
                    group.id,
                    self._members(group, company),
                )
            )
        self.env.cr.execute(SQL("ANALYZE crm_group_new"))

    def _members(self, group, company):
        """Select the customers of the contacts that the rule finds, or that were picked.

        Who objected to profiling is in no group made by a rule.
        """
        partners = self.env["res.partner"].with_context(allowed_company_ids=company.ids).with_company(company)
        if group.kind == "picked":
            domain, objected = Domain("id", "in", group.partner_ids.ids), SQL("TRUE")
        else:
            domain = self._bound(group._rule(), company)
            objected = SQL("q.partner_id NOT IN (%s)", self.env["crm.value.query"]._objectors())
        domain &= Domain("company_id", "in", [False, *self.env["crm.value.lines"]._branches(company)])
        query = partners._search(domain)
        customers = partners._field_to_sql(query.table, "commercial_partner_id", query)
        return SQL(
            "SELECT q.partner_id FROM (%s) q WHERE %s AND %s",
            query.select(SQL("%s AS partner_id", customers)),
            self.env["crm.kpi.engine"]._no_staff(SQL("q.partner_id")),
            objected,
        )

    def _bound(self, domain, company):
        """Bind what a rule asks of related records to the company: the engine sees all companies' records."""
        companies = [False, *self.env["crm.value.lines"]._branches(company)]

        def bind(condition, model):
            if condition.operator not in ("any", "not any", "any!", "not any!") or not isinstance(
                condition.value, (Domain, list, tuple)
            ):
                return condition
            comodel = self.env[model._fields[condition.field_expr].comodel_name]
            inner = Domain(condition.value).map_conditions(lambda c: bind(c, comodel))
            if "company_id" in comodel._fields and comodel._name != "res.partner":
                inner &= Domain("company_id", "in", companies)
            return Domain(condition.field_expr, condition.operator, inner)

        partners = self.env["res.partner"]
        return domain.optimize(partners).map_conditions(lambda condition: bind(condition, partners))

    def _write_members(self, company, groups):
        """Bring the members to what was found; who came and who went is kept, but not of a first search."""
        today = company._werthaltigkeit_today()
        common = {"groups": groups.ids, "company": company.id, "today": today}
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM crm_customer_group_member m
                     WHERE m.group_id = ANY(%(groups)s)
                       AND NOT EXISTS (SELECT FROM crm_group_new n WHERE n.group_id = m.group_id AND n.partner_id = m.partner_id)
                 RETURNING m.group_id, m.partner_id)
                INSERT INTO crm_customer_group_move (group_id, company_id, partner_id, date, kind)
                SELECT group_id, %(company)s, partner_id, %(today)s, 'left' FROM gone WHERE partner_id IS NOT NULL
                """,
                **common,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                WITH came AS (
                    INSERT INTO crm_customer_group_member (group_id, company_id, partner_id, since)
                    SELECT n.group_id, %(company)s, n.partner_id, %(today)s FROM crm_group_new n
               ON CONFLICT (group_id, partner_id) DO NOTHING
                 RETURNING group_id, partner_id)
                INSERT INTO crm_customer_group_move (group_id, company_id, partner_id, date, kind)
                SELECT c.group_id, %(company)s, c.partner_id, %(today)s, 'joined'
                  FROM came c JOIN crm_customer_group g ON g.id = c.group_id AND g.refreshed_on IS NOT NULL
                """,
                **common,
            )
        )

    # -- sums -------------------------------------------------------------------------------------

    def _write_sums(self, company, groups):
        """Write size, value, concentration and movement of the groups, all in one statement."""
        self.env.cr.execute(
            SQL(
                """
                WITH members AS (
                    SELECT m.group_id, v.revenue, v.db1, v.lifetime_value, GREATEST(v.rank_value, 0) AS value,
                           r.margin_at_risk, r.risk_known, GREATEST(r.potential, 0) AS potential, r.potential_known
                      FROM crm_customer_group_member m
                 LEFT JOIN crm_customer_value v ON v.partner_id = m.partner_id AND v.company_id = %(company)s
                 LEFT JOIN crm_retention r ON r.partner_id = m.partner_id AND r.company_id = %(company)s
                     WHERE m.group_id = ANY(%(groups)s)),
                ranked AS (
                    SELECT group_id, value, sum(value) OVER (PARTITION BY group_id ORDER BY value DESC ROWS UNBOUNDED PRECEDING)
                           - value AS above, sum(value) OVER (PARTITION BY group_id) AS total
                      FROM members WHERE value > 0),
                top AS (
                    SELECT group_id, count(*) FILTER (WHERE above < %(part)s * total) AS customers FROM ranked GROUP BY group_id),
                sums AS (
                    SELECT group_id, count(*) AS size, sum(revenue) AS revenue, sum(db1) AS db1, sum(lifetime_value) AS lifetime,
                           sum(margin_at_risk) FILTER (WHERE risk_known) AS at_risk,
                           sum(potential) FILTER (WHERE potential_known) AS potential
                      FROM members GROUP BY group_id),
                moves AS (
                    SELECT group_id, count(*) FILTER (WHERE kind = 'joined') AS joined, count(*) FILTER (WHERE kind = 'left') AS gone
                      FROM crm_customer_group_move WHERE group_id = ANY(%(groups)s) AND date >= %(month)s GROUP BY group_id),
                whole AS (SELECT sum(revenue) AS revenue FROM crm_customer_value WHERE company_id = %(company)s)
                UPDATE crm_customer_group g
                   SET member_count = COALESCE(s.size, 0), revenue = COALESCE(s.revenue, 0), db1 = s.db1,
                       db1_known = s.db1 IS NOT NULL, lifetime_value = s.lifetime,
                       margin_at_risk = s.at_risk, risk_known = s.at_risk IS NOT NULL,
                       potential = s.potential, potential_known = s.potential IS NOT NULL,
                       revenue_share = COALESCE(s.revenue / NULLIF(w.revenue, 0), 0),
                       concentration = COALESCE(t.customers::float8 / NULLIF(s.size, 0), 0),
                       joined_count = COALESCE(v.joined, 0), left_count = COALESCE(v.gone, 0)
                  FROM whole w, crm_customer_group o
             LEFT JOIN sums s ON s.group_id = o.id
             LEFT JOIN top t ON t.group_id = o.id
             LEFT JOIN moves v ON v.group_id = o.id
                 WHERE g.id = o.id AND o.id = ANY(%(groups)s)
                """,
                company=company.id,
                groups=groups.ids,
                part=CONCENTRATION,
                month=company._werthaltigkeit_today().replace(day=1),
            )
        )

    # -- what rules ask for --------------------------------------------------------------------------

    def _promoters(self, company, since):
        """Select the customers of a root company whose last answer since that day was 9 or 10."""
        self.env["crm.feedback.answer"].flush_model()
        return SQL(
            """
            (SELECT a.partner FROM (
                SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id AS partner, f.score
                  FROM crm_feedback_answer f JOIN res_partner p ON p.id = f.partner_id
                 WHERE f.kind = 'nps' AND f.answered_on >= %s AND f.company_id = ANY(%s)
                 ORDER BY p.commercial_partner_id, f.answered_on DESC, f.id DESC) a
              WHERE a.score >= 9)
            """,
            since,
            self.env["crm.value.lines"]._branches(company),
        )

    # -- merges -----------------------------------------------------------------------------------

    @api.model
    def _merge_customers(self, old_ids, new_id):
        """Leave the kept customer once in each group of customers about to be merged."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_customer_group_member m
                 USING (SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY partner_id = %s DESC, since, id) AS position
                          FROM crm_customer_group_member WHERE partner_id = ANY(%s)) d
                 WHERE d.id = m.id AND d.position > 1
                """,
                new_id,
                [*old_ids, new_id],
            )
        )
        self.env["crm.customer.group.member"].invalidate_model(flush=False)
