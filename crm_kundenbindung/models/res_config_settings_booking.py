from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_booking = fields.Boolean(
        "Appointments", implied_group="crm_kundenbindung.group_kundenbindung_booking"
    )
    group_kundenbindung_object = fields.Boolean(
        "Customers' Objects", implied_group="crm_kundenbindung.group_kundenbindung_object"
    )
    kundenbindung_booking_kept_days = fields.Integer(
        related="company_id.kundenbindung_booking_kept_days", readonly=False
    )
