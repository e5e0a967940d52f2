from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import formatLang

from ..stats import utility

# how much more the first criterion counts than the second (Saaty's scale, its odd steps)
RATIOS = {"first_much": 5.0, "first": 3.0, "equal": 1.0, "second": 1 / 3, "second_much": 1 / 5}


class CrmUtilityComparison(models.Model):
    """Which of two criteria counts more: many small judgements from which weights follow."""

    _name = "crm.utility.comparison"
    _description = "Comparison of Two Criteria"
    _order = "first_sequence, first_id, second_sequence, second_id"
    _rec_name = "first_id"

    analysis_id = fields.Many2one("crm.utility.analysis", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="analysis_id.company_id", store=True)
    first_id = fields.Many2one(
        "crm.utility.criterion", "First Criterion", required=True, ondelete="cascade", index=True,
        domain="[('analysis_id', '=', analysis_id)]",
    )  # fmt: skip
    second_id = fields.Many2one(
        "crm.utility.criterion", "Second Criterion", required=True, ondelete="cascade", index=True,
        domain="[('analysis_id', '=', analysis_id)]",
    )  # fmt: skip
    first_sequence = fields.Integer("Order of the First", related="first_id.sequence", store=True, aggregator=None)
    second_sequence = fields.Integer("Order of the Second", related="second_id.sequence", store=True, aggregator=None)
    preference = fields.Selection(
        [
            ("first_much", "the first counts much more"),
            ("first", "the first counts more"),
            ("equal", "both count the same"),
            ("second", "the second counts more"),
            ("second_much", "the second counts much more"),
        ],
        "Which Counts More?",
        help="More: three times as much. Much more: five times.",
    )

    _pair_uniq = models.UniqueIndex("(analysis_id, LEAST(first_id, second_id), GREATEST(first_id, second_id))")
    _two_criteria = models.Constraint("CHECK(first_id <> second_id)", "Compare two different criteria.")

    @api.constrains("analysis_id", "first_id", "second_id")
    def _check_analysis(self):
        for comparison in self:
            if (comparison.first_id | comparison.second_id).analysis_id != comparison.analysis_id:
                raise ValidationError(self.env._("Compare criteria of one analysis."))

    @api.model_create_multi
    def create(self, vals_list):
        comparisons = super().create(vals_list)
        comparisons.analysis_id._check_open()
        return comparisons

    def write(self, vals):
        self.analysis_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.analysis_id._check_open()

    def _preferences(self):
        """Return (criteria, what the comparisons say about them).

        :raise ValueError: where the comparisons do not connect all criteria
        """
        criteria = self.analysis_id.criterion_ids
        position = {criterion: index for index, criterion in enumerate(criteria)}
        pairs = {
            (position[row.first_id], position[row.second_id]): RATIOS[row.preference]
            for row in self
            if row.preference and row.first_id in position and row.second_id in position
        }
        return criteria, utility.preferences(len(criteria), pairs)

    def _take_weights(self):
        try:
            criteria, found = self._preferences()
        except ValueError as error:
            raise UserError(self.env._("Compare more pairs first: the weights do not follow from these.")) from error
        for criterion, weight in zip(criteria, utility.percentages(found.weights), strict=True):
            criterion.weight = weight

    def _words(self):
        """What the comparisons say, and whether they contradict each other."""
        _ = self.env._
        try:
            criteria, found = self._preferences()
        except ValueError:
            return _("Compare more pairs: the weights do not follow from these yet.")
        weights = ", ".join(
            _("%(criterion)s %(weight)s %%", criterion=criterion.name, weight=formatLang(self.env, weight, digits=1))
            for criterion, weight in zip(criteria, utility.percentages(found.weights), strict=True)
        )
        lines = [_("Weights from the comparisons: %s", weights)]
        if found.missing:
            lines.append(_("Not compared yet: %s pairs.", found.missing))
        if found.ratio is not None:
            percent = formatLang(self.env, 100 * found.ratio, digits=0)
            if found.ratio <= utility.CONSISTENT:
                lines.append(
                    _("The comparisons agree with each other (inconsistency %s %%, up to 10 %% is usual).", percent)
                )
            else:
                lines.append(
                    _("The comparisons contradict each other (inconsistency %s %%, more than 10 %%).", percent)
                )
        if found.worst and (found.ratio is None or found.ratio > utility.CONSISTENT):
            first, second = (criteria[index].name for index in found.worst)
            lines.append(_("Look at this pair again first: %(first)s and %(second)s.", first=first, second=second))
        for circle in found.circles[:3]:
            lines.append(_("In a circle: %s", " > ".join(criteria[index].name for index in (*circle, circle[0]))))
        return "\n".join(lines)
