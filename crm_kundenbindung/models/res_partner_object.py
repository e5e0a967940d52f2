from odoo import api, fields, models

from .res_partner_retention import USER_GROUP


class ResPartner(models.Model):
    """From the contact to what the customer owns; counted in the one statement of the facts."""

    _inherit = "res.partner"

    kundenbindung_object_count = fields.Integer(
        "Objects", compute="_compute_kundenbindung_object_count", groups=USER_GROUP
    )

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_object_count(self):
        for partner in self:
            partner.kundenbindung_object_count = (partner.kundenbindung_facts or {}).get("objects", 0)

    def action_kundenbindung_objects(self):
        self.ensure_one()
        return self._action_kundenbindung(
            "crm_kundenbindung.crm_customer_object_action",
            display_name=self.env._("Objects of %s", self.commercial_partner_id.display_name),
        )
