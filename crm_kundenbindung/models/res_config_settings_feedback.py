from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_feedback = fields.Boolean(
        "Ask Customers for Feedback", implied_group="crm_kundenbindung.group_kundenbindung_feedback"
    )
    group_kundenbindung_heard = fields.Boolean(
        "What Employees Hear From Customers", implied_group="crm_kundenbindung.group_kundenbindung_heard"
    )
    group_kundenbindung_idea = fields.Boolean("Ideas", implied_group="crm_kundenbindung.group_kundenbindung_idea")
    kundenbindung_feedback_consent = fields.Selection(
        related="company_id.root_id.kundenbindung_feedback_consent", readonly=False
    )
    kundenbindung_feedback_minimum = fields.Integer(
        related="company_id.root_id.kundenbindung_feedback_minimum", readonly=False
    )
