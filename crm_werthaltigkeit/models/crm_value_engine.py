from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..stats import abc, rfm

BATCH = 100_000
KNOWN_COST_LIMIT = 0.80  # below this share of revenue with known cost no margin is shown


class RankRow(NamedTuple):
    """What the ranking needs of a customer, as `_ranking_input` selects it."""

    id: int
    revenue: float
    known: float  # revenue with known cost
    db1: float | None
    margin_known: bool
    purchases: int
    last_order: date | None
    no_profiling: bool
    anonymous: bool
    has_documents: bool


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
        self.env.cr.execute("ANALYZE crm_customer_value")  # plans made for an empty table would cost minutes
        count = self._rank(company)
        if run.refit or self.env["crm.value.model"]._current(company)._is_due():
            self.env["crm.value.model.engine"]._refit(company)
        self.env["crm.value.expectation.engine"]._expect(company)
        self.env["crm.value.analysis.engine"]._refresh(company)
        run.write({"state": "done", "progress": 1.0, "customers": count, "finished_on": fields.Datetime.now()})
        run._tell()
        if commit:
            self.env["ir.cron"]._commit_progress(1, remaining=0)
        return True

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
            self._rank(company)
            ids = self.env["crm.customer.value"].search(
                [("company_id", "=", company.id), ("partner_id", "in", changed)]
            ).ids
            self.env["crm.value.expectation.engine"]._expect(company, ids)
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

    def _rank(self, company):
        """Score and class all customers of a company against each other; return their number.

        Figures that nobody reacts to are written set-based. Classes that change are written through
        the ORM, so that automation rules see them; the first class of a customer is set with the row.
        """
        query = self.env["crm.value.query"]
        rows = [RankRow(*row) for row in self.env.execute_query(query._ranking_input(company))]
        if rows:
            self.env.cr.execute(query._write_ranking(self._ranked(company, rows)))
        self.env["crm.customer.value"].invalidate_model(flush=False)
        self._write_classes(company)
        return len(rows)

    def _ranked(self, company, rows):
        """Return the columns of the ranking for each row, in the order that `_write_ranking` takes."""
        revenue = sum(abs(row.revenue) for row in rows)
        by_margin = bool(revenue) and sum(abs(row.known) for row in rows) / revenue >= KNOWN_COST_LIMIT
        rate = self._average_rate(rows) if by_margin else None
        values = [self._rank_value(row, rate) for row in rows]
        limits = (company.werthaltigkeit_limit_a / 100, company.werthaltigkeit_limit_b / 100)
        ranking = abc.classify(
            [0.0 if row.anonymous else value for row, value in zip(rows, values, strict=True)], limits
        )
        scores = self._scores(rows, values, company._werthaltigkeit_today())
        return [
            (
                row.id,
                value,
                "db1" if by_margin else "revenue",
                ranking.share[i],
                ranking.cumulated[i],
                *scores.get(row.id, (None,) * 3),
                "-".join(map(str, scores[row.id])) if row.id in scores else None,
                ranking.classes[i] if row.has_documents and not row.no_profiling and not row.anonymous else None,
            )
            for i, (row, value) in enumerate(zip(rows, values, strict=True))
        ]

    def _scores(self, rows, values, today):
        """Return {row id: (recency, frequency, monetary)} of everybody who bought in the period."""
        scored = [
            (row, value)
            for row, value in zip(rows, values, strict=True)
            if row.purchases and not row.no_profiling and not row.anonymous
        ]
        recency = rfm.scores([(today - row.last_order).days for row, _value in scored], higher_is_better=False)
        frequency = rfm.scores([row.purchases for row, _value in scored])
        monetary = rfm.scores([value for _row, value in scored])
        return {row.id: triple for (row, _value), *triple in zip(scored, recency, frequency, monetary, strict=True)}

    def _average_rate(self, rows):
        """Contribution margin per revenue over the customers whose costs are known."""
        revenue = sum(row.revenue for row in rows if row.margin_known)
        return sum(row.db1 for row in rows if row.margin_known) / revenue if revenue else 0.0

    def _rank_value(self, row, rate):
        """What a customer ranks by: margin, at the average rate where the own costs are unknown."""
        if rate is None:
            return row.revenue
        return row.db1 if row.margin_known else row.revenue * rate

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
