from odoo import api, fields, models

from .crm_measure_terms import TARGETS


class CrmMeasureLibrary(models.Model):
    """What an instrument brought in a customer group, over all finished measures; `crm.measure.library.engine` writes it."""

    _name = "crm.measure.library"
    _description = "Effect of an Instrument"
    _order = "target, low desc, id"
    _rec_name = "instrument_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    instrument_id = fields.Many2one("crm.measure.instrument", required=True, readonly=True, ondelete="cascade")
    group_id = fields.Many2one("crm.customer.group", required=True, readonly=True, ondelete="cascade", index=True)
    target = fields.Selection(TARGETS, "Indicator", required=True, readonly=True)
    measure_count = fields.Integer("Measures", readonly=True)
    treated_count = fields.Integer("Treated", readonly=True)
    effect = fields.Float(readonly=True, aggregator=None, help="Random-effects mean; rates as a part of 1, else in the unit of the indicator per customer.")  # fmt: skip
    low = fields.Float("From", readonly=True, aggregator=None)
    high = fields.Float("To", readonly=True, aggregator=None)
    effect_text = fields.Char("Effect in Words", compute="_compute_effect_text")
    proved = fields.Boolean(readonly=True, help="The interval leaves 0 out.")
    cost = fields.Monetary("Actual Cost", readonly=True)
    cost_each = fields.Monetary("Cost per Treated Customer", readonly=True, aggregator="avg")
    cost_additional = fields.Monetary(
        "Cost per Additional Customer", readonly=True, aggregator="avg", help="Only where more customers came again."
    )

    _combination_uniq = models.Constraint(
        "UNIQUE(company_id, instrument_id, group_id, target)", "An instrument has one effect per group and indicator."
    )

    @api.depends("effect", "low", "high", "target")
    @api.depends_context("lang")
    def _compute_effect_text(self):
        for row in self:
            words = self.env["crm.measure"].new({"company_id": row.company_id.id})
            low, high = (words._number_of(row.target, row[name], True) for name in ("low", "high"))
            row.effect_text = f"{words._figure_of(row.target, row.effect, True)} [{low} … {high}]"

    def action_view_results(self):
        """Open the evaluations the effect rests on."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_measure_result_action")
        domain = [(name, "=", self[name].id) for name in ("company_id", "instrument_id", "group_id")]
        domain += [("target", "=", self.target), ("final", "=", True), ("bounded", "=", True)]
        return dict(action, domain=domain, context={})
