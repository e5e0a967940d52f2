from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_measure = fields.Boolean(
        "Measures With a Control Group", implied_group="crm_kundenbindung.group_kundenbindung_measure"
    )
    kundenbindung_measure_minimum = fields.Float(
        related="company_id.root_id.kundenbindung_measure_minimum", readonly=False
    )
    kundenbindung_measure_manager_id = fields.Many2one(
        related="company_id.root_id.kundenbindung_measure_manager_id", readonly=False
    )
