import logging

import psycopg2

from odoo import models

_logger = logging.getLogger(__name__)

RETRIED = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.DeadlockDetected,
)


class CrmGuardedMixin(models.AbstractModel):
    """Rows that a job works off: what goes wrong with some is set aside with its reason and stops nobody else."""

    _name = "crm.guarded.mixin"
    _description = "Set Aside What Fails"

    def _guarded(self, work):
        """Do `work` for these rows in a savepoint; return whether it went well. What may be tried again is raised."""
        try:
            with self.env.cr.savepoint():
                work()
                self.env.flush_all()
            return True
        except RETRIED:
            raise
        except Exception as error:  # whatever is wrong with a template or a contact belongs to these rows
            self.env.invalidate_all()
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:500]
            _logger.info("%s %s set aside: %s", self._name, self.ids, reason)
            self._set_aside(reason)
            return False

    def _set_aside(self, reason):
        """Note on these rows why nothing was done."""
        raise NotImplementedError
