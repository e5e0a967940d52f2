import logging

import psycopg2

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

ENGINES = {"data_care": "crm.data.care.engine", "recommendation": "crm.recommendation.engine"}
SWITCHES = {
    "data_care": "crm_werthaltigkeit.group_werthaltigkeit_data_care",
    "recommendation": "crm_werthaltigkeit.group_werthaltigkeit_recommendation",
}


class CrmComputation(models.Model):
    """A computation in the background beside that of the values: what, for which company, how far it is.

    An engine offers `_continue(computation, commit)`, which returns whether it is done, and
    `_update(company, commit)` for what changed in between.
    """

    _name = "crm.computation"
    _description = "Computation in the Background"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        [("data_care", "Data Care"), ("recommendation", "Recommendations")], "Computation", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    user_ids = fields.Many2many("res.users", string="Tell When Done", readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        default="waiting",
        required=True,
        readonly=True,
    )
    last_id = fields.Integer(
        "Computed Up To", readonly=True, help="Last contact that was computed; a killed run goes on there."
    )
    row_count = fields.Integer("Rows", readonly=True)
    note = fields.Char(readonly=True, help="What kept the computation from its full result.")
    started_on = fields.Datetime(readonly=True)
    finished_on = fields.Datetime(readonly=True)

    @api.model
    def _request(self, kind, companies=None, user=None):
        """Ask for a computation per root company; an open request is joined, not doubled.

        Whatever is switched off in Settings is not computed.
        """
        if not self._enabled(kind):
            return self.browse()
        companies = companies or self.env["res.company"].search([("parent_id", "=", False)])
        open_ones = self.search(
            [("kind", "=", kind), ("state", "in", ("waiting", "running")), ("company_id", "in", companies.ids)]
        )
        missing = companies - open_ones.company_id
        computations = open_ones | self.create([{"kind": kind, "company_id": company.id} for company in missing])
        if user:
            computations.user_ids |= user
        self.env.ref("crm_werthaltigkeit.ir_cron_computation").sudo()._trigger()
        return computations

    @api.model
    def _engines(self):
        """Return {kind: engine}; upper floors add theirs, which are asked for by what they follow from."""
        return dict(ENGINES)

    @api.model
    def _enabled(self, kind):
        """Whether it is switched on in Settings: anybody has the group of the switch."""
        group = self.env.ref(SWITCHES[kind])
        return bool(self.env["res.users"].sudo().search_count([("all_group_ids", "in", group.ids)], limit=1))

    @api.model
    def _compute_now(self, kind, company):
        """Compute at once, in this transaction; return the finished computation."""
        computation = self.create([{"kind": kind, "company_id": company.id}])
        computation._guarded()
        return computation

    @api.model
    def _cron_nightly(self):
        """Each night everything: months pass, and nothing that slipped through stays."""
        for kind in ENGINES:
            self._request(kind)

    @api.model
    def _cron_work(self):
        """Each few minutes: what was asked for, else what changed."""
        waiting = self.search([("state", "in", ("waiting", "running"))], order="id")
        for computation in waiting:
            if computation.try_lock_for_update() and not computation._guarded(commit=True):
                return  # out of time; the cron is called again and goes on
        for kind, name in ENGINES.items():
            if not self._enabled(kind):
                continue
            engine = self.env[name]
            known = self.search([("kind", "=", kind), ("state", "=", "done")]).company_id
            for company in known:
                engine._update(company, commit=True)
                self.env["ir.cron"]._commit_progress(1)

    def _guarded(self, commit=False):
        """Go on with a computation; one that fails is set aside with its reason and stops nobody else."""
        self.ensure_one()
        if self.state == "waiting":
            self.write({"state": "running", "started_on": fields.Datetime.now(), "last_id": 0})
        try:
            done = self.env[self._engines()[self.kind]]._continue(self, commit)
        except (
            psycopg2.errors.SerializationFailure,
            psycopg2.errors.LockNotAvailable,
            psycopg2.errors.DeadlockDetected,
        ):
            raise  # Odoo retries these
        except Exception as error:  # whatever it is must not keep the others waiting
            if not commit:
                raise
            _logger.exception("%s of company %s failed", self.kind, self.company_id.id)
            self.env.cr.rollback()
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:500]
            self.write({"state": "failed", "note": reason, "finished_on": fields.Datetime.now()})
            self.env["ir.cron"]._commit_progress(1)
            return True
        if done:
            self.write({"state": "done", "finished_on": fields.Datetime.now()})
            self._tell()
            if commit:
                self.env["ir.cron"]._commit_progress(1, remaining=0)
        return done

    def _notification(self):
        """Client action that says the computation goes on in the background."""
        message = self.env._("Computed in the background. You will be told when it is done.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "info"},
        }

    def _tell(self):
        """Tell everybody who asked that it is done, and what was missing."""
        for computation in self:
            for user in computation.user_ids:
                told = computation.with_context(lang=user.lang)
                kind = dict(told._fields["kind"]._description_selection(told.env))[computation.kind]
                message = computation.note or told.env._("%s: computed.", kind)
                user._bus_send(
                    "simple_notification", {"type": "warning" if computation.note else "success", "message": message}
                )

    @api.autovacuum
    def _gc_computations(self):
        """Keep the last finished one per company and kind: it says since when there is something to update."""
        latest = self._read_group([("state", "=", "done")], ["kind", "company_id"], ["id:max"])
        self.search(
            [
                ("state", "in", ("done", "failed")),
                ("finished_on", "<", "now -30d"),
                ("id", "not in", [found for *_key, found in latest]),
            ]
        ).unlink()
