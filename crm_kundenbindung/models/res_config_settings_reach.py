from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_reach = fields.Boolean(
        "Contact Groups of Customers", implied_group="crm_kundenbindung.group_kundenbindung_reach"
    )
    kundenbindung_pressure_count = fields.Integer(
        related="company_id.root_id.kundenbindung_pressure_count", readonly=False
    )
    kundenbindung_pressure_days = fields.Integer(
        related="company_id.root_id.kundenbindung_pressure_days", readonly=False
    )
    kundenbindung_existing_customer = fields.Boolean(
        related="company_id.root_id.kundenbindung_existing_customer", readonly=False
    )
    kundenbindung_calls_per_day = fields.Integer(
        related="company_id.root_id.kundenbindung_calls_per_day", readonly=False
    )
