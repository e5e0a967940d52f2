import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

CHANGE_INDEX_PREFIX = "crm_werthaltigkeit_change_"
BATCH = 200_000


class CrmTouchpointEngine(models.AbstractModel):
    """Runs the capture of touchpoints: what is read when, resumable, one faulty row stopping nobody.

    The past is read in ranges of ids, each committed. Afterwards a run reads what was written since
    the watermark: the start of the oldest transaction that was open when the last run began, because
    `write_date` is the start of a transaction and such a one may commit late.
    """

    _name = "crm.touchpoint.engine"
    _description = "Capture of Touchpoints"

    @api.model
    def _cron_capture(self):
        """Each minute: the past of new sources, then what changed; commits after every batch."""
        self._run_all(commit=True)

    @api.model
    def _cron_clean(self):
        """Each night: touchpoints whose record was deleted, and set-aside sources once more."""
        sources = self.env["crm.touchpoint.source"].search([])
        sources.filtered(lambda s: s.state in ("faulty", "missing")).write({"state": "new", "reason": False})
        for position, source in enumerate(sources):
            self._guarded(source, self._remove_deleted, source)
            self.env["ir.cron"]._commit_progress(1, remaining=len(sources) - position - 1)
        for statement in self.env["crm.unchecked.engine"]._orphans() + self.env["crm.touchpoint.query"]._orphans():
            self._execute(statement)
        # a run killed between its batches and its end left this undone for what it had captured
        self._complete_run(self.env.cr.now() - timedelta(days=2))

    @api.model
    def _refresh(self):
        """Capture what is new within the request of a user; return how many sources still read the past.

        The request has an old view of the database, so it moves no watermark. What is still reading
        the past goes on in the background.
        """
        sources = self.env["crm.touchpoint.source"].search([])
        for source in sources.filtered(lambda s: s.state == "live"):
            self._guarded(source, self._capture_changes, source)
            self._guarded(source, self._remove_deleted, source)
        self._complete_run(self.env.cr.now())
        self.env.ref("crm_werthaltigkeit.ir_cron_touchpoint")._trigger()
        return len(sources.filtered(lambda s: s.state == "new"))

    @api.model
    def _run_all(self, commit=False):
        """Read every source; return the number of rows written.

        :param commit: commit after each batch (cron, shell); tests and requests leave it off
        """
        mark = self._oldest_transaction()
        if commit:  # the view of the database must be younger than the mark
            self.env["ir.cron"]._commit_progress(0)
        started = self.env.cr.now()
        written = analyzed = 0
        sources = self.env["crm.touchpoint.source"].search([])
        since = min(sources.filtered("watermark").mapped("watermark"), default=mark)
        for position, source in enumerate(sources):
            more, time_left = True, 1.0
            while more and time_left:
                if not source.try_lock_for_update():
                    break  # another worker reads this source
                rows, more = self._guarded(source, self._step, source, mark) or (0, False)
                written += rows
                if written > 2 * analyzed + 1_000:  # plans made for a table that was far smaller would cost minutes
                    self.env["crm.value.engine"]._analyze_grown("crm_touchpoint")
                    analyzed = written
                if commit:
                    remaining = len(sources) - position - (not more)
                    time_left = self.env["ir.cron"]._commit_progress(int(not more), remaining=remaining)
            if not time_left:
                break
        self._complete_run(started, since)
        if commit:
            self.env["ir.cron"]._commit_progress(0)
        return written

    def _guarded(self, source, method, *args):
        """Run a step of one source; a faulty row is set aside with its reason and stops nobody else."""
        try:
            if missing := source._missing():
                if source.state != "missing" or source.reason != missing:
                    source.write({"state": "missing", "reason": missing})
                return None
            if source.state == "missing":
                source.write({"state": "new", "reason": False})
            if source.state == "faulty":
                return None
            with self.env.cr.savepoint():
                return method(*args)
        except (
            psycopg2.errors.SerializationFailure,
            psycopg2.errors.LockNotAvailable,
            psycopg2.errors.DeadlockDetected,
        ):
            raise  # Odoo retries these
        except Exception as error:  # whatever the definition of a row causes belongs to the row
            _logger.warning("Source of touchpoints “%s” set aside: %s", source.name, error)
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:500]
            source.write({"state": "faulty", "reason": reason})
            return None

    @api.model
    def _oldest_transaction(self):
        """Return the start of the oldest open transaction of this database (naive UTC).

        Read on a connection of its own: this transaction may have taken its snapshot already.
        """
        with self.env.registry.cursor() as cr:
            cr.execute("""
                SELECT COALESCE(min(xact_start), now()) AT TIME ZONE 'UTC' FROM pg_stat_activity
                 WHERE datname = current_database() AND xact_start IS NOT NULL AND backend_type = 'client backend'
            """)
            return cr.fetchone()[0].replace(microsecond=0)

    # -- one source ---------------------------------------------------------------------------

    def _step(self, source, mark):
        """Read one batch of a source's past, or all its changes; return (rows written, more to do)."""
        if source.state == "live":
            rows = self._capture_changes(source)
            source.write({"watermark": mark, "last_run": fields.Datetime.now()})
            return rows, False
        if not source.watermark:
            self._ensure_change_index(source)
            source.watermark = mark
        ids = self._next_ids(source)
        if not ids:
            source.write({"state": "live", "last_run": fields.Datetime.now(), "reason": False})
            self.env.ref("crm_werthaltigkeit.ir_cron_value")._trigger()  # values do not wait for their turn
            return 0, True  # what changed while the past was read follows at once
        rows = self._insert(source, ids, past=True)
        source.last_id = ids[-1]  # of a list, or of a range
        return rows, True

    def _next_ids(self, source):
        """Return the range of ids that holds the next rows of the source's table, matching or not."""
        rows = SQL(
            "SELECT id FROM %s WHERE id > %s ORDER BY id LIMIT %s",
            SQL.identifier(self.env[source.model]._table),
            source.last_id,
            BATCH,
        )
        [(last,)] = self.env.execute_query(SQL("SELECT max(id) FROM (%s) r", rows))
        return range(source.last_id + 1, last + 1) if last else range(0)

    def _capture_changes(self, source):
        """Capture the records written since the watermark; return rows written."""
        ids = self._changed_ids(source)
        rows = 0
        for start in range(0, len(ids), BATCH):
            chunk = ids[start : start + BATCH]
            rows += self._insert(source, chunk)
            if source.remove_unmatched:
                rows += self._remove_unmatched(source, chunk)
        return rows

    def _changed_ids(self, source):
        """Return ids of the records that may have changed since the watermark, sorted."""
        since = SQL("%s", source.watermark)
        model = self.env[source.model].sudo().with_context(active_test=False)
        parts = []
        if model._log_access:
            parts.append(self._ids_where(model, "", "write_date", SQL(">= %s", since)))
        parts += [
            self._ids_where(model, path, "write_date", SQL(">= %s", since)) for path in source._paths("watch_path")
        ]
        for path in source._paths("date_path")[:1]:
            *links, last = path.split(".")
            if source.scheduled:
                due = SQL("BETWEEN %s AND (now() AT TIME ZONE 'UTC')", since)
                parts.append(self._ids_where(model, ".".join(links), last, due))
            if source.lookback_days:
                recent = SQL(">= (now() AT TIME ZONE 'UTC') - make_interval(days => %s)", source.lookback_days)
                parts.append(self._ids_where(model, ".".join(links), last, recent))
        if not parts:  # nothing tells what changed: read everything
            parts.append(SQL("SELECT id FROM %s", SQL.identifier(model._table)))
        return [row[0] for row in self.env.execute_query(SQL("%s ORDER BY 1", SQL(" UNION ").join(parts)))]

    def _ids_where(self, model, path, column, condition):
        """Select the ids of `model` whose field `column`, behind the many2one path, meets the condition."""
        query = model._search([], bypass_access=True)
        target, alias = model, model._table
        for name in filter(None, path.split(".")):
            target, alias = target._fields[name].join(target, alias, query)
        query.add_where(SQL("%s %s", target._field_to_sql(alias, column, query), condition))
        return query.select()

    def _insert(self, source, ids, past=False):
        """Write the touchpoints of these records; a record that cannot be written is set aside alone.

        :param ids: a list, or a range that may have gaps
        """
        try:
            with self.env.cr.savepoint():
                return sum(
                    self._execute(statement)
                    for statement in self.env["crm.touchpoint.query"]._upserts(source, ids, past)
                )
        except (psycopg2.DataError, psycopg2.IntegrityError) as error:
            if len(ids) > 1:
                middle = len(ids) // 2
                return self._insert(source, ids[:middle], past) + self._insert(source, ids[middle:], past)
            reason = self.env._("Record %(id)s: %(error)s", id=ids[0], error=str(error).strip().splitlines()[0])
            source.write({"skipped_ids": sorted({*(source.skipped_ids or []), ids[0]})[-1000:], "reason": reason[:500]})
            return 0

    def _execute(self, statement):
        """Run a statement that writes; return the rows it wrote."""
        for field in statement.to_flush:
            self.env[field.model_name].flush_model([field.name])
        self.env.cr.execute(statement)
        return self.env.cr.rowcount

    def _ensure_change_index(self, source):
        """Index what tells a change on the source's table: the minute's run must not scan it."""
        model = self.env[source.model]
        tables = {model._table} if model._log_access else set()
        for path in source._paths("watch_path"):
            target = model
            for name in path.split("."):
                target = self.env[target._fields[name].comodel_name]
            tables.add(target._table)
        self._index_changes(tables)

    def _index_changes(self, tables):
        for table in tables:
            name = SQL.identifier(f"{CHANGE_INDEX_PREFIX}{table}"[:63])
            self.env.cr.execute(SQL("CREATE INDEX IF NOT EXISTS %s ON %s (write_date)", name, SQL.identifier(table)))

    # -- what goes ----------------------------------------------------------------------------

    def _remove_deleted(self, source):
        """Remove the touchpoints whose record was deleted; return how many."""
        gone = SQL(
            "NOT EXISTS (SELECT FROM %s r WHERE r.id = t.record_id)", SQL.identifier(self.env[source.model]._table)
        )
        removed = self._remove(SQL("t.source_id = %s AND %s", source.id, gone))
        self._execute(SQL("DELETE FROM crm_touchpoint_annotation t WHERE t.source_id = %s AND %s", source.id, gone))
        return removed

    def _remove_unmatched(self, source, ids):
        """Remove touchpoints whose record left the domain, where the row is switched to do so."""
        model = self.env[source.model].sudo().with_context(active_test=False)
        domain = Domain(source._parsed_domain()) & Domain("id", "in", ids)
        matching = model._search(domain, bypass_access=True)
        if source.scheduled:  # moved into the future: it has not happened yet
            date = self.env["crm.touchpoint.query"]._path(model, matching, source._paths("date_path")[0])
            matching.add_where(SQL("%s <= (now() AT TIME ZONE 'UTC')", date))
        return self._remove(
            SQL(
                "t.source_id = %s AND t.record_id = ANY(%s) AND t.record_id NOT IN %s",
                source.id,
                ids,
                matching.subselect(),
            )
        )

    def _remove(self, condition):
        """Delete touchpoints and mark their customers' values for the next run."""
        return self._execute(
            SQL(
                """
                WITH removed AS (DELETE FROM crm_touchpoint t WHERE %s RETURNING t.commercial_partner_id),
                     marked AS (UPDATE crm_customer_value v SET stale = TRUE FROM removed
                                 WHERE v.partner_id = removed.commercial_partner_id AND NOT v.stale)
                SELECT 1 FROM removed
                """,
                condition,
            )
        )

    # -- what follows from the rest -----------------------------------------------------------

    def _complete_run(self, started, since=None):
        """After the sources: leads that became customers, moved contacts, journey stages, new rates.

        :param started: what was captured since then is new
        :param since: contacts written since then may have moved to another company; None: any may
        """
        self.env.flush_all()
        moved = SQL("p.write_date >= %s", since) if since else SQL("TRUE")
        for statement in self.env["crm.touchpoint.query"]._completions(SQL("t.write_date >= %s", started), moved):
            self._execute(statement)
        self._update_costs()
        self.env.invalidate_all()

    def _complete(self, ids):
        """The same for touchpoints that somebody logged by hand."""
        for statement in self.env["crm.touchpoint.query"]._completions(SQL("t.id = ANY(%s)", list(ids))):
            self._execute(statement)
        self._execute(self.env["crm.touchpoint.query"]._cost_update(SQL("t.id = ANY(%s)", list(ids))))

    def _update_costs(self):
        """Value all touchpoints anew of the channels and kinds whose rates changed."""
        for model, column in (("crm.touchpoint.channel", "channel_id"), ("crm.touchpoint.kind", "kind_id")):
            changed = self.env[model].with_context(active_test=False).search([("cost_outdated", "=", True)])
            if changed:
                condition = SQL("%s = ANY(%s)", SQL.identifier("t", column), changed.ids)
                self._execute(self.env["crm.touchpoint.query"]._cost_update(condition))
                changed.cost_outdated = False

    # -- merges -------------------------------------------------------------------------------

    def _move_records(self, model, old_ids, new_id):
        """Let the touchpoints of merged records belong to the record that stays, none lost.

        The slot keeps which record each came from, so that its key stays its own.
        """
        self.env.flush_all()
        for statement in self.env["crm.touchpoint.query"]._moves(model, list(old_ids), new_id):
            self._execute(statement)
        self.env.invalidate_all(flush=False)
