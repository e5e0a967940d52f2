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

    def _do_or_set_aside(self, rows, work, set_aside):
        """Do `work(rows)` in a savepoint; where it fails, in halves, until the bad row stands alone.

        :param set_aside: function of the bad row and the reason in one line
        """
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                work(rows)
                self.env.flush_all()
        except RETRIED:
            raise
        except Exception as error:  # whatever is wrong belongs to a row: find it
            self.env.invalidate_all()
            if len(rows) == 1:
                reason = (str(error).strip() or type(error).__name__).splitlines()[0][:500]
                _logger.info("%s set aside: %s", rows, reason)
                set_aside(rows, reason)
                return
            half = len(rows) // 2
            self._do_or_set_aside(rows[:half], work, set_aside)
            self._do_or_set_aside(rows[half:], work, set_aside)
