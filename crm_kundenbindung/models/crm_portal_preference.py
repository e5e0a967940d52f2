from odoo import api, models
from odoo.fields import Command, Domain

from .res_partner_reach import FREQUENCIES


class CrmPortal(models.AbstractModel):
    """How a customer wants to hear from us, and about what."""

    _inherit = "crm.portal"

    @api.model
    def _channels(self):
        """The ways that are offered, and the one that is noted already."""
        offered = self.env["crm.touchpoint.channel"].sudo().search([("customer_choice", "=", True)])
        return offered | self._partner().werthaltigkeit_channel_id

    @api.model
    def _interests(self):
        return self.env["crm.interest"].sudo().search([])

    @api.model
    def _frequencies(self):
        return self.env["res.partner"].sudo()._fields["kundenbindung_frequency"]._description_selection(self.env)

    @api.model
    def _prefer(self, channel_id, frequency, interest_ids):
        """Keep what the customer chose; anything that was not offered is taken for no choice."""
        partner, interests = self._partner(), self._interests()
        channel = self._channels().filtered(lambda c: c.id == channel_id)
        chosen = interests.filtered(lambda interest: interest.id in interest_ids)
        offered = partner.werthaltigkeit_interest_ids & interests
        partner.write(
            {
                "werthaltigkeit_channel_id": channel.id,
                "kundenbindung_frequency": frequency if frequency in dict(FREQUENCIES) else False,
                "werthaltigkeit_interest_ids": [
                    *(Command.unlink(interest.id) for interest in offered - chosen),
                    *(Command.link(interest.id) for interest in chosen - offered),
                ],
            }
        )
        return partner

    @api.model
    def _recommendations(self):
        """What could suit the customer, best first; only for who agreed to it."""
        if self._last_word("profiling") != "given":
            return self.env["crm.product.recommendation"]
        return self._own("crm.product.recommendation", Domain("product_id.active", "=", True), limit=10)
