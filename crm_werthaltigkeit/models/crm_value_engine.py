from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 500_000  # customers; every batch reads all order lines
TOLERANCE = 0.001  # part of itself by which a share may be out of date until the complete run of the night
KNOWN_COST_LIMIT = 0.80  # below this share of revenue with known cost no margin is shown


class CrmValueEngine(models.AbstractModel):
    """Computes customer values: a few statements per batch of customers, then one ranking per company.

    A complete run goes through the contacts in ranges of ids, each committed; an incremental run
    computes the customers whose documents, touchpoints or master data were written since the last.
    """

    _name = "crm.value.engine"
    _description = "Computation of Customer Values"

    @api.model
    def _cron_values(self):
        """Each few minutes: complete runs that were asked for, else the customers that changed."""
        runs = self.env["crm.value.run"].search([("state", "!=", "done")], order="id")
        for run in runs:
            if run.try_lock_for_update() and not self._continue(run, commit=True):
                return  # out of time; the cron is called again and goes on
        for company in self._companies() - runs.company_id:
            self._update(company, commit=True)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _cron_rebuild(self):
        """Each night everything: the period moves on, and nothing that slipped through stays."""
        self.env["crm.value.run"]._request(self._companies())

    @api.model
    def _companies(self):
        return self.env["res.company"].search([("parent_id", "=", False)])

    @api.model
    def _rebuild(self, companies=None):
        """Compute everything at once, in this transaction; return the number of value rows."""
        runs = self.env["crm.value.run"]._request(companies or self._companies())
        for run in runs:
            self._continue(run)
        return sum(runs.mapped("customers"))

    def _continue(self, run, commit=False):
        """Go on with a complete run until it is done (True) or the cron's time is up (False)."""
        company = run.company_id
        query = self.env["crm.value.query"].with_company(company)
        if run.state == "waiting":
            mark = self.env["crm.touchpoint.engine"]._oldest_transaction()
            if commit:
                self.env["ir.cron"]._commit_progress(0)
            self.env["crm.touchpoint.engine"]._index_changes(query._changing_tables())
            run.write({"state": "running", "started_on": fields.Datetime.now(), "last_id": 0})
            company.sudo().werthaltigkeit_value_watermark = mark
        highest = query._highest_partner()
        while run.last_id < highest:
            upper = query._upper_partner(run.last_id, BATCH)
            self._compute(company, self._between(run.last_id, upper))
            run.write({"last_id": upper, "progress": upper / highest})
            if commit and not self.env["ir.cron"]._commit_progress(1, remaining=1):
                return False
        self._compute(company, None)
        self._analyze_grown("crm_customer_value")
        refit = run.refit or self.env["crm.value.model"]._current(company)._is_due()
        count = self._rank_and_expect(company, refit)
        self.env["crm.value.analysis.engine"]._refresh(company)
        run.write({"state": "done", "progress": 1.0, "customers": count, "finished_on": fields.Datetime.now()})
        run._tell()
        if commit:
            self.env["ir.cron"]._commit_progress(1, remaining=0)
        return True

    def _analyze_grown(self, table):
        """Tell the planner when a table is far from what it was: plans made for an empty one would cost minutes."""
        name = SQL.identifier(table)
        [(known, there)] = self.env.execute_query(
            SQL("SELECT reltuples, (SELECT count(*) FROM %s) FROM pg_class WHERE oid = %s::regclass", name, table)
        )
        if abs(known - there) > 0.2 * there:
            self.env.cr.execute(SQL("ANALYZE %s", name))

    def _between(self, lower, upper):
        return lambda column: SQL(
            "%(column)s > %(lower)s AND %(column)s <= %(upper)s", column=column, lower=lower, upper=upper
        )

    @api.model
    def _update(self, company, commit=False):
        """Compute the customers that changed since the last run; return how many."""
        mark = self.env["crm.touchpoint.engine"]._oldest_transaction()
        if commit:  # the view of the database must be younger than the mark
            self.env["ir.cron"]._commit_progress(0)
        query = self.env["crm.value.query"].with_company(company)
        self.env.flush_all()
        changed = [row[0] for row in self.env.execute_query(query._changed(company))]
        if changed:
            self._compute(company, lambda column: SQL("%s = ANY(%s)", column, changed))
            self._compute(company, None)
            ids = (
                self.env["crm.customer.value"]
                .search([("company_id", "=", company.id), ("partner_id", "in", changed)])
                .ids
            )
            self._rank_changed(company, ids)
        company.sudo().werthaltigkeit_value_watermark = mark
        return len(changed)

    def _compute(self, company, customers):
        """Write the figures of these customers.

        :param customers: turns the SQL of a column with a customer's id into the condition which
            customers to compute; None for the anonymous line
        """
        self.env.flush_all()
        query = self.env["crm.value.query"].with_company(company)
        for statement in query._figures(company, customers):
            self.env.cr.execute(statement)
        self.env["crm.customer.value"].invalidate_model(flush=False)

    # -- ranking ------------------------------------------------------------------------------

    def _rank_and_expect(self, company, refit=False):
        """Rank all customers of a company and say what may be expected of them, in one write; return their number.

        Figures that nobody reacts to are written set-based. Classes, dates and flags that change are
        written through the ORM, so that automation rules see them; the first class of a customer is
        set with the row.
        """
        ranking, expectation = self.env["crm.value.ranking"], self.env["crm.value.expectation.engine"]
        by_margin, count = ranking._ranked(company)
        if refit:
            self.env["crm.value.model.engine"]._refit(company)
        expectation._prepare(company, by_margin)
        ranking._apply(expected=expectation._columns())
        self._write_classes(company)
        expectation._write_changes()
        return count

    def _rank_changed(self, company, ids):
        """The same after a few customers changed: the shares of all others may lag a little until the night."""
        ranking, expectation = self.env["crm.value.ranking"], self.env["crm.value.expectation.engine"]
        by_margin = ranking._place(company, ids)
        ranking._apply(TOLERANCE)
        self._write_classes(company)
        expectation._expect(company, ids, by_margin)

    def _write_classes(self, company):
        """Make the new class the effective one, through the ORM, in one write per change of class."""
        changed = self.env["crm.customer.value"].browse(
            row[0] for row in self.env.execute_query(self.env["crm.value.query"]._changed_classes(company))
        )
        today = company._werthaltigkeit_today()
        for (before, after), values in changed.grouped(lambda v: (v.value_class, v.value_class_computed)).items():
            values.write({"value_class": after, "value_class_before": before, "class_changed_on": today})

    # -- merges -------------------------------------------------------------------------------

    def _merge_customers(self, old_ids, new_id):
        """Keep one value row per company of customers about to be merged, and have it computed anew."""
        self.env.flush_all()
        for statement in self.env["crm.value.query"]._merges([*old_ids, new_id], new_id):
            self.env.cr.execute(statement)
        self.env["crm.customer.value"].invalidate_model(flush=False)
