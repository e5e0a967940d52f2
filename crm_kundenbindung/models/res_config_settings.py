from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_kundenbindung_service = fields.Boolean(
        "Complaints, Promises and Trust",
        implied_group="crm_kundenbindung.group_kundenbindung_service",
        group="crm_kundenbindung.group_kundenbindung_user",
    )
    kundenbindung_complaint_alias_name = fields.Char(
        related="company_id.kundenbindung_complaint_alias_name", readonly=False
    )
    kundenbindung_promise_reminder_days = fields.Integer(
        related="company_id.kundenbindung_promise_reminder_days", readonly=False
    )
    kundenbindung_promise_broken_days = fields.Integer(
        related="company_id.kundenbindung_promise_broken_days", readonly=False
    )
    kundenbindung_promise_per_person = fields.Boolean(
        related="company_id.kundenbindung_promise_per_person", readonly=False
    )

    def action_kundenbindung_complaint_aliases(self):
        """Open all addresses that make complaints; one per team is a row with the team as its default."""
        model_id = self.env["ir.model"]._get_id("crm.complaint")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Addresses of Complaints"),
            "res_model": "mail.alias",
            "views": [(False, "list"), (False, "form")],
            "domain": [("alias_model_id", "=", model_id)],
            "context": {"default_alias_model_id": model_id},
        }
