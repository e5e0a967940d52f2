from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from .crm_measure_terms import TOKEN

FEWEST_CONTROL = 20  # customers left out from whom on they are compared: fewer say next to nothing
STANDING_FIELDS = {"standing_stage_id", "standing_share"}


class CrmMeasure(models.Model):
    """Whether a standing rule still works: those who entered in a half-year are compared with those left out for good."""

    _inherit = "crm.measure"

    standing_days = fields.Integer(
        "Compared Over (Days)",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Of each customer the days after they entered; as many as the measure took in which the effect was found.",
    )
    standing_due = fields.Boolean(compute="_compute_standing_text")
    standing_text = fields.Char("When It Is Compared", compute="_compute_standing_text")

    @api.depends("standing", "state", "result_ids")
    @api.depends_context("lang")
    def _compute_standing_text(self):
        for measure in self:
            measure.standing_text, measure.standing_due = False, False
            if measure.standing and measure.state == "running":
                entered = self.env["crm.measure.engine"].sudo()._entered(measure.sudo())
                measure.standing_text = measure._standing_words(entered)
                measure.standing_due = (
                    bool(entered.ready) and entered.ready <= measure.company_id._werthaltigkeit_today()
                )

    def _standing_words(self, entered):
        """Say when the next customers are compared, or what is missing."""
        if not entered.ready:
            return self.env._(
                "%(count)s customers have been left out since %(since)s. From %(fewest)s on they are compared with the treated, at the end of a half-year, each over %(days)s days.",
                count=entered.control,
                since=format_date(self.env, entered.since),
                fewest=FEWEST_CONTROL,
                days=self.standing_days,
            )
        return self.env._(
            "Who entered from %(since)s to %(until)s is compared on %(ready)s, when each has been watched for %(days)s days; %(count)s of them were left out so far.",
            since=format_date(self.env, entered.since),
            until=format_date(self.env, entered.until),
            ready=format_date(self.env, entered.ready),
            days=self.standing_days,
            count=entered.control,
        )

    def write(self, vals):
        by_hand = self.env.context.get("measure_token") is not TOKEN
        if by_hand and STANDING_FIELDS & vals.keys() and any(measure.standing for measure in self.sudo()):
            raise AccessError(
                self.env._("A rule that runs keeps its stage and who is left out: else the two groups are not alike.")
            )
        return super().write(vals)
