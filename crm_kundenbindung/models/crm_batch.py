import logging

import psycopg2

from odoo import models

_logger = logging.getLogger(__name__)

RETRIED = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.DeadlockDetected,
)


class CrmBatch(models.AbstractModel):
    """Work on many rows where one bad row must stop nobody else."""

    _name = "crm.batch"
    _description = "Work in Batches"

    def _try(self, rows, work):
        """Do `work()` for these rows in a savepoint; return None, or why it failed, in one line.

        What may be tried again (a lock, a conflict) is raised: the next run sees to it.
        """
        try:
            with self.env.cr.savepoint():
                work()
                self.env.flush_all()
            return None
        except RETRIED:
            raise
        except Exception as error:  # whatever is wrong with a template or a contact belongs to these rows
            self.env.invalidate_all()
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:500]
            _logger.info("%s set aside: %s", rows, reason)
            return reason

    def _do_or_set_aside(self, rows, work, set_aside):
        """Do `work(rows)`; where it fails, in halves, until the bad row stands alone.

        :param set_aside: function of the bad row and the reason in one line
        """
        reason = self._try(rows, lambda: work(rows)) if rows else None
        if reason and len(rows) == 1:
            set_aside(rows, reason)
        elif reason:
            half = len(rows) // 2
            self._do_or_set_aside(rows[:half], work, set_aside)
            self._do_or_set_aside(rows[half:], work, set_aside)
