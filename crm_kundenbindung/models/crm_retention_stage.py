from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STAGES = ("prospect", "new", "growing", "loyal", "at_risk", "lapsed", "won_back")
THRESHOLDS = ("days", "months", "intervals", "probability", "purchases")


class CrmRetentionStage(models.Model):
    """A stage of the relationship life cycle and the thresholds at which a customer enters it.

    The stages are fixed, their names and thresholds are the company's. Which thresholds a stage uses
    stands in `USES`; `crm.retention.engine` reads them.
    """

    _name = "crm.retention.stage"
    _description = "Stage of the Life Cycle"
    _order = "sequence, id"

    USES = {
        "new": ("days",),
        "growing": ("purchases",),
        "loyal": ("purchases",),
        "at_risk": ("intervals", "days", "months", "probability"),
        "lapsed": ("intervals", "days", "months", "probability"),
        "won_back": ("days",),
    }

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True, help="Technical name that reports and automation rules rely on.")
    sequence = fields.Integer(default=10)
    icon = fields.Char(default="fa-circle-o", help="Font Awesome class shown beside the name.")
    rule = fields.Char("Who Belongs Here", compute="_compute_rule")
    days = fields.Integer(
        help="New: days since the first purchase. Won back: days since the purchase that ended the lapse."
        " At risk and lapsed: never earlier than that many days after the last purchase."
    )
    months = fields.Integer(
        "Months Without a Rhythm", help="Months since the last purchase, for customers with fewer than three purchases."
    )
    intervals = fields.Float(
        "Own Intervals",
        digits=(16, 1),
        help="Time since the last purchase, in the customer's own mean intervals between purchases.",
    )
    probability = fields.Float(
        "Probably Still Buys Below",
        help="Or as soon as the probability of further purchases falls below; only where the model stands. 0: not used.",
    )
    purchases = fields.Integer(help="Distinct days with a purchase from which on a customer belongs here.")
    uses_days = fields.Boolean(compute="_compute_uses")
    uses_months = fields.Boolean(compute="_compute_uses")
    uses_intervals = fields.Boolean(compute="_compute_uses")
    uses_probability = fields.Boolean(compute="_compute_uses")
    uses_purchases = fields.Boolean(compute="_compute_uses")

    _code_uniq = models.Constraint("UNIQUE(code)", "Another stage has this code already.")
    _thresholds = models.Constraint(
        "CHECK(days >= 0 AND months >= 0 AND intervals >= 0 AND purchases >= 0 AND probability BETWEEN 0 AND 1)",
        "Thresholds are not negative, and a probability lies between 0 and 100 %.",
    )

    @api.depends("code")
    def _compute_uses(self):
        for stage in self:
            for name in THRESHOLDS:
                stage[f"uses_{name}"] = name in self.USES.get(stage.code, ())

    @api.depends("code", *THRESHOLDS)
    @api.depends_context("lang")
    def _compute_rule(self):
        for stage in self:
            stage.rule = stage._rule_words()

    def _rule_words(self):
        _ = self.env._
        return {
            "prospect": _("Has not bought yet."),
            "new": _("First purchase at most %s days ago, or one purchase only and not overdue.", self.days),
            "growing": _("Keeps the own rhythm, with at least %s days with a purchase.", self.purchases),
            "loyal": _("Keeps the own rhythm, with at least %s days with a purchase.", self.purchases),
            "at_risk": self._overdue_words(),
            "lapsed": self._overdue_words(),
            "won_back": _("Bought again after having lapsed, at most %s days ago.", self.days),
        }.get(self.code, "")

    def _overdue_words(self):
        _ = self.env._
        words = [
            _("longer away than %s own intervals", f"{self.intervals:g}"),
            _("%s months without a purchase where there is no rhythm yet", self.months),
        ]
        if self.probability:
            words.append(_("probability of further purchases below %s %%", round(100 * self.probability)))
        found = _(" or ").join(words)
        conditions = found[:1].upper() + found[1:]
        return _("%(conditions)s; never within %(days)s days.", conditions=conditions, days=self.days)

    @api.constrains(*THRESHOLDS)
    def _check_order(self):
        """Whoever has lapsed was at risk before."""
        stages = self.sudo().search([("code", "in", ("at_risk", "lapsed", "growing", "loyal"))]).grouped("code")
        risk, lapsed = stages.get("at_risk"), stages.get("lapsed")
        if (
            risk
            and lapsed
            and (
                risk.intervals >= lapsed.intervals
                or risk.months >= lapsed.months
                or not risk.intervals
                or not risk.months
                or (risk.probability and lapsed.probability >= risk.probability)
            )
        ):
            raise ValidationError(
                self.env._(
                    "A customer lapses later than they get at risk: more intervals, more months, a lower probability."
                )
            )
        growing, loyal = stages.get("growing"), stages.get("loyal")
        if growing and loyal and not 2 <= growing.purchases < loyal.purchases:
            raise ValidationError(self.env._("Loyal takes more purchases than growing, and growing at least 2."))

    def write(self, vals):
        result = super().write(vals)
        if set(vals) & set(THRESHOLDS):
            self.env["crm.computation"].sudo()._request("retention")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        raise UserError(self.env._("The stages are fixed: rename one, or change its thresholds."))
