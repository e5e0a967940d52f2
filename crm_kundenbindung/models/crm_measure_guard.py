from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .crm_measure_terms import FROZEN_FIELDS, MANAGER_GROUP, STEP_FIELDS, TOKEN


class CrmMeasure(models.Model):
    """What nobody changes past the steps of a measure: stage, participants, approval, and the plan once it was drawn."""

    _inherit = "crm.measure"

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("measure_token") is not TOKEN and any(
            STEP_FIELDS & vals.keys() - {"state"} or vals.get("state", "idea") != "idea" for vals in vals_list
        ):
            raise AccessError(self.env._("A measure starts as an idea."))
        measures = super().create(vals_list)
        measures.filtered("override_reason")._check_override()
        return measures

    def write(self, vals):
        if self.env.context.get("measure_token") is not TOKEN:
            if STEP_FIELDS & vals.keys():
                raise AccessError(
                    self.env._("Stage, participants and approval of a measure come about by its own steps.")
                )
            if FROZEN_FIELDS & vals.keys() and any(measure.drawn_on for measure in self.sudo()):
                raise UserError(
                    self.env._(
                        "The participants are drawn: group, period, indicator and control group stay as they are."
                    )
                )
            if FROZEN_FIELDS & vals.keys() and self.filtered("approved_by_id"):
                self._internal().write({"state": "idea", "approved_by_id": False, "approved_on": False})
        if "override_reason" in vals:
            self._check_override()
        return super().write(vals)

    def _check_override(self):
        """Only a manager lets a measure run against its assessment, and says why."""
        if self and not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a manager may let a measure run in spite of its assessment."))
        self.sudo()._internal().write({"override_by_id": self.env.uid})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_drawn(self):
        if any(measure.drawn_on for measure in self.sudo()):
            raise UserError(self.env._("A measure that ran is archived, not deleted: what was learned from it stays."))

    def _internal(self):
        return self.with_context(measure_token=TOKEN)
