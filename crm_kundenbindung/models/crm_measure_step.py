from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_measure import MANAGER_GROUP

PERCENT = {"repurchase"}  # indicators that are rates


class CrmMeasure(models.Model):
    """The steps of a measure, and what the screen says before it starts."""

    _inherit = "crm.measure"

    # -- before it starts -------------------------------------------------------------------------

    @api.depends("expected_count", "expected_mean", "expected_deviation", "control_share", "wanted_effect", "target")
    @api.depends_context("lang")
    def _compute_plan_text(self):
        for measure in self:
            measure.plan_text = measure._plan_words()

    def _plan_words(self):
        """Say the smallest effect that can be found, and how many customers the effect hoped for would need."""
        _, count = self.env._, self.expected_count
        if not count:
            return False
        if not self.control_share:
            return _("Without a control group no effect can be proved, however many customers take part.")
        from ..stats import uplift

        control = round(count * self.control_share)
        smallest = uplift.detectable(self.expected_deviation, count - control, control)
        if not smallest:
            return _("The past of these customers tells nothing about this indicator yet.")
        words = [
            _(
                "%(count)s customers, %(control)s of them as control group; in a period of this length before: %(mean)s.",
                count=count,
                control=control,
                mean=self._figure(self.expected_mean),
            ),
            _("The smallest effect that is found in 4 of 5 cases: %s.", self._figure(smallest, difference=True)),
        ]
        if self.wanted_effect:
            difference = self.wanted_effect / (100 if self.target in PERCENT else 1)
            deviation = self.expected_deviation
            if self.target in PERCENT:
                deviation = uplift.rate_deviation(min(max(self.expected_mean + difference / 2, 0), 1))
            if deviation:
                treated, control = uplift.needed(deviation, difference, self.control_share)
                words.append(
                    _(
                        "To find %(effect)s you would need %(treated)s treated customers and %(control)s in the control group.",
                        effect=self._figure(difference, difference=True),
                        treated=treated,
                        control=control,
                    )
                )
        return "\n".join(words)

    def _figure(self, value, difference=False):
        return self._figure_of(self.target, value, difference)

    def _figure_of(self, target, value, difference=False):
        """A value of an indicator in words; a difference with its sign and unit."""
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        sign = "+" if difference and value > 0 else ""
        if target in PERCENT:
            unit = self.env._("pp") if difference else "%"
            return f"{sign}{lang.format('%.1f', 100 * value)} {unit}"
        if target in ("revenue", "db2"):
            return sign + self.currency_id.format(value)
        if target == "satisfaction":
            return self.env._("%s points of 100", sign + lang.format("%.1f", value))
        return sign + lang.format("%.2f", value)

    # -- steps ------------------------------------------------------------------------------------

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

    def action_adopt(self):
        """What worked becomes the way things are done."""
        self._check_manager()
        self._check_state("evaluated")
        self._internal().write({"state": "adopted"})

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

    # -- opens ------------------------------------------------------------------------------------

    def action_view_participants(self):
        self.ensure_one()
        return self._action_participants([])

    def action_view_treated(self):
        self.ensure_one()
        return self._action_participants([("arm", "=", "treated")])

    def action_view_control(self):
        self.ensure_one()
        return self._action_participants([("arm", "=", "control")])

    def action_view_results(self):
        """Open all evaluations, the interim ones too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_measure_result_action")
        return dict(action, domain=[("measure_id", "=", self.id)], context={}, display_name=self.name)

    def _action_participants(self, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Participants: %s", self.name),
            "res_model": "crm.measure.participant",
            "views": [(False, "list"), (False, "pivot")],
            "domain": [("measure_id", "=", self.id), *domain],
            "context": {},
        }
