from odoo import api, fields, models

from .res_partner_retention import USER_GROUP


class ResPartner(models.Model):
    """From the contact to the customer's appointments; counted in the one statement of the facts."""

    _inherit = "res.partner"

    kundenbindung_booking_count = fields.Integer(
        "Customer Appointments to Come", compute="_compute_kundenbindung_booking_count", groups=USER_GROUP
    )

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_booking_count(self):
        for partner in self:
            partner.kundenbindung_booking_count = (partner.kundenbindung_facts or {}).get("bookings", 0)

    def action_kundenbindung_bookings(self):
        self.ensure_one()
        return self._action_kundenbindung(
            "crm_kundenbindung.crm_booking_action",
            display_name=self.env._("Appointments of %s", self.commercial_partner_id.display_name),
        )

    def _booking_place(self):
        """Name and address in one line, for a calendar."""
        self.ensure_one()
        return ", ".join(filter(None, (self.name, self._booking_address())))

    def _booking_address(self):
        """Where to fetch something: street and town in one line."""
        self.ensure_one()
        town = " ".join(filter(None, (self.zip, self.city)))
        return ", ".join(filter(None, (self.street, town)))
