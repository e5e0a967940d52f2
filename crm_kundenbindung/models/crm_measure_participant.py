from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.crm_werthaltigkeit.models.crm_customer_value import VALUE_CLASSES
from odoo.addons.crm_werthaltigkeit.models.unchecked_many2one import UncheckedMany2one

from .crm_measure_terms import TOKEN


class CrmMeasureParticipant(models.Model):
    """A customer in a measure: treated or left out by chance; drawn once at the start by `crm.measure.engine`."""

    _name = "crm.measure.participant"
    _description = "Participant of a Measure"
    _order = "measure_id desc, id"
    _rec_name = "partner_id"

    measure_id = fields.Many2one("crm.measure", required=True, readonly=True, ondelete="cascade", index=True)
    measure_state = fields.Selection(related="measure_id.state")
    company_id = UncheckedMany2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    arm = fields.Selection(
        [("treated", "Treated"), ("control", "Control")], readonly=True, help="Empty: takes no part."
    )
    value_class = fields.Selection(VALUE_CLASSES, readonly=True, help="On the day of the draw.")
    stage_id = UncheckedMany2one(
        "crm.retention.stage", "Life-Cycle Stage", readonly=True, ondelete="restrict", help="On the day of the draw."
    )
    excluded = fields.Selection(
        [
            ("busy", "In another measure with this indicator"),
            ("contact", "May not be contacted this way"),
            ("objected", "Objected to profiling"),
            ("group", "No longer in the customer group"),
        ],
        "Left Out Because",
        readonly=True,
    )
    treated_on = fields.Date(help="Can be imported: export the list, fill it in, import it again.")
    outcome_known = fields.Boolean("Evaluated", readonly=True)
    outcome = fields.Float(readonly=True, aggregator="avg", help="Target indicator from start to end.")
    outcome_before = fields.Float(
        "Before", readonly=True, aggregator="avg", help="In a period of the same length before."
    )
    margin = fields.Float("CM II", readonly=True, help="From start to end, in the currency of the company.")
    margin_before = fields.Float("CM II Before", readonly=True, help="In a period of the same length before.")

    _customer_uniq = models.Constraint("UNIQUE(measure_id, partner_id)", "A customer takes part in a measure once.")

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def _internal(self):
        return self.with_context(measure_token=TOKEN)

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get("measure_token") is not TOKEN:
            raise AccessError(self.env._("Participants are drawn by chance when the measure starts."))
        return super().create(vals_list)

    def write(self, vals):
        if self and self.env.context.get("measure_token") is not TOKEN:
            if vals.keys() - {"treated_on", "id"}:  # an import names the id
                raise AccessError(
                    self.env._("Who was drawn stays drawn: choosing afterwards would be choosing the result.")
                )
            self._check_treatable()
        return super().write(vals)
