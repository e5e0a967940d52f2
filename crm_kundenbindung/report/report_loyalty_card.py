from odoo import api, models

from ..qr import data_address


class ReportLoyaltyCard(models.AbstractModel):
    """Cards to print and hand out: stamps, rewards, and the QR code that opens the card on a phone."""

    _name = "report.crm_kundenbindung.report_loyalty_card"
    _description = "Printed Card"

    @api.model
    def _get_report_values(self, docids, data=None):
        cards = self.env["loyalty.card"].browse(docids)
        cards.check_access("read")
        return {
            "docs": cards,
            "face": lambda card: card._card_face(),
            "code": lambda card: data_address(card._card_url()),
        }
