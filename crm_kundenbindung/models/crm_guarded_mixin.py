from odoo import models


class CrmGuardedMixin(models.AbstractModel):
    """Rows that a job works off: what goes wrong with some is set aside with its reason and stops nobody else."""

    _name = "crm.guarded.mixin"
    _description = "Set Aside What Fails"

    def _guarded(self, work):
        """Do `work` for these rows in a savepoint; return whether it went well. What may be tried again is raised."""
        reason = self.env["crm.batch"]._try(self, work)
        if reason:
            self._set_aside(reason)
        return not reason

    def _set_aside(self, reason):
        """Note on these rows why nothing was done."""
        raise NotImplementedError
