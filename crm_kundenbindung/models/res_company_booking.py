from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_booking_kept_days = fields.Integer(
        "Appointments Count as Kept After (Days)",
        default=2,
        help="So many days after an appointment it counts as kept if nobody said otherwise. 0: only a person says so.",
    )

    _kundenbindung_booking_kept_days = models.Constraint(
        "CHECK(kundenbindung_booking_kept_days >= 0)", "Days after an appointment cannot be negative."
    )

    @api.model
    @api.private
    def _kundenbindung_switched_on(self, area):
        """Whether an area of the app ("booking", "object") is switched on in Settings; also asked by public pages."""
        group = self.env.ref(f"crm_kundenbindung.group_kundenbindung_{area}")
        return group in self.env.ref("base.group_user").sudo().all_implied_ids
