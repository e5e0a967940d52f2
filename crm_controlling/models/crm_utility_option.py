from odoo import api, fields, models


class CrmUtilityOption(models.Model):
    """One of the ways that are compared."""

    _name = "crm.utility.option"
    _description = "Option of a Utility Analysis"
    _order = "sequence, id"

    analysis_id = fields.Many2one("crm.utility.analysis", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="analysis_id.company_id", store=True)
    name = fields.Char("Option", required=True)
    description = fields.Char()
    sequence = fields.Integer(default=10)
    measure_id = fields.Many2one(
        "crm.measure", ondelete="set null", index="btree_not_null", help="The measure this option would be."
    )

    _name_uniq = models.Constraint("UNIQUE(analysis_id, name)", "There is an option of this name already.")

    @api.model_create_multi
    def create(self, vals_list):
        options = super().create(vals_list)
        options.analysis_id._check_open()
        options.analysis_id._sync_scores()
        return options

    def write(self, vals):
        if vals.keys() - {"measure_id"}:
            self.analysis_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.analysis_id._check_open()
