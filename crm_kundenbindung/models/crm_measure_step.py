from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .crm_measure_terms import MANAGER_GROUP


class CrmMeasure(models.Model):
    """The steps of a measure, from the idea to what became of it."""

    _inherit = "crm.measure"

    def action_assess(self):
        """Open the value assessment of the measure."""
        self.ensure_one()
        return self.env["crm.value.assessment"]._assess(self)

    def action_estimate(self):
        """Look how the group did before, for the smallest effect that can be found."""
        self.check_access("write")
        for measure in self:
            measure._check_plan()
            measure.env["crm.measure.engine"].sudo()._estimate(measure.sudo())

    def action_plan(self):
        """Put an idea forward: a manager is asked to approve it."""
        self.check_access("write")
        for measure in self:
            measure._check_state("idea", "assessed")
            measure._check_plan()
            measure.env["crm.measure.engine"].sudo()._estimate(measure.sudo())
            measure.sudo()._internal().write({"state": "assessed" if measure.assessed else "idea"})
            manager = measure.company_id.sudo().kundenbindung_measure_manager_id
            if manager:
                measure.sudo().activity_schedule(
                    "crm_kundenbindung.mail_activity_measure_approve",
                    user_id=manager.id,
                    note=self.env._("Please approve this measure, or say what is missing."),
                )

    def action_approve(self):
        """A manager approves; only then it may start."""
        self._check_manager()
        for measure in self:
            measure._check_state("idea", "assessed")
            measure._check_plan()
            if measure.below_minimum and not measure.override_reason:
                raise UserError(
                    self.env._(
                        "“%(measure)s” does not reach the minimum score of %(minimum)s. Assess it, or enter why it runs nevertheless.",
                        measure=measure.name,
                        minimum=measure.company_id.sudo().kundenbindung_measure_minimum,
                    )
                )
            if not measure.expected_count:
                measure.env["crm.measure.engine"].sudo()._estimate(measure.sudo())
            measure._internal().write(
                {"state": "planned", "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()}
            )
            measure.sudo().activity_feedback(["crm_kundenbindung.mail_activity_measure_approve"])

    def action_start(self):
        """Draw the participants; from now on they stay as they are."""
        self.check_access("write")
        for measure in self:
            measure._check_state("planned")
            measure.env["crm.measure.engine"].sudo()._draw(measure.sudo())

    def action_evaluate(self):
        """Compare treated and control customers: after the end, or at a look agreed on beforehand."""
        self.check_access("write")
        for measure in self:
            measure._check_state("running", "evaluated")
            measure.env["crm.measure.engine"].sudo()._evaluate(measure.sudo())

    def action_drop(self):
        """Give it up, at whatever stage; what was measured stays."""
        self._check_manager()
        self._check_state("idea", "assessed", "planned", "running", "evaluated")
        self._internal().write({"state": "dropped"})

    def _check_manager(self):
        self.check_access("write")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("A manager decides about this."))

    def _check_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for measure in self:
            if measure.state not in states:
                raise UserError(
                    self.env._(
                        "“%(measure)s” is at the stage “%(state)s”: this step is not possible there.",
                        measure=measure.name,
                        state=labels[measure.state],
                    )
                )

    def _check_plan(self):
        for measure in self:
            if not (measure.group_id and measure.date_start and measure.date_end):
                raise UserError(self.env._("Enter customer group, start and end of “%s” first.", measure.name))

    def _note_assessment(self):
        """An idea whose assessment is done is assessed; below the minimum it stays an idea."""
        self.invalidate_recordset(["score", "assessed", "below_minimum"])
        ideas = self.filtered(
            lambda measure: measure.state == "idea" and measure.assessed and not measure.below_minimum
        )
        ideas._internal().write({"state": "assessed"})
