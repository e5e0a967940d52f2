from odoo import api, models

from .crm_measure_terms import PERCENT


class CrmMeasure(models.Model):
    """What the screen says before a measure starts: the smallest effect it can find, and what a chosen one would need."""

    _inherit = "crm.measure"

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
        uplift = self.env["crm.measure.engine"]._statistics()
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
        if self.group_size > count:
            words.insert(
                1,
                self.env._(
                    "%s customers of the group take no part: they are in another measure, objected, or may not be contacted this way.",
                    self.group_size - count,
                ),
            )
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

    def _number_of(self, target, value, difference=False):
        """A value of an indicator without its unit; a difference with its sign."""
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        sign = "+" if difference and value > 0 else ""
        if target in PERCENT:
            return sign + lang.format("%.1f", 100 * value)
        return sign + lang.format("%.1f" if target == "satisfaction" else "%.2f", value)

    def _figure_of(self, target, value, difference=False):
        """A value of an indicator in words; a difference with its sign and unit."""
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        sign = "+" if difference and value > 0 else ""
        if target in PERCENT:
            unit = self.env._("pp") if difference else "%"
            return f"{self._number_of(target, value, difference)} {unit}"
        if target in ("revenue", "db2"):
            return sign + self.currency_id.format(value)
        if target == "satisfaction":
            return self.env._("%s points of 100", sign + lang.format("%.1f", value))
        return sign + lang.format("%.2f", value)
