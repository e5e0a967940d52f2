from odoo import models
from odoo.tools import SQL


class CrmPrivacyEngine(models.AbstractModel):
    """Appointments stand in Odoo's calendar, too: with a name, a telephone number, an address to fetch something from."""

    _inherit = "crm.privacy.engine"

    def _empty(self, partners):
        """Leave the time and the service in the calendar, nothing about the person."""
        self.env.flush_all()
        touched = self._execute(
            SQL(
                """
                UPDATE calendar_event e SET name = '#' || e.id, description = NULL, location = NULL, notes = NULL
                  FROM crm_booking b
                 WHERE b.event_id = e.id AND (b.partner_id = ANY(%s) OR b.commercial_partner_id = ANY(%s))
                """,
                partners.ids,
                partners.ids,
            )
        )
        return touched + super()._empty(partners)
