import base64
import io

import qrcode

from odoo import api, models


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
            "code": lambda card: self._code(card._card_url()),
        }

    def _code(self, text):
        """A QR code as data address; drawn by the library of Odoo's two-factor login, which needs no graphics system."""
        stream = io.BytesIO()
        qrcode.make(text, box_size=8, border=2).save(stream, format="PNG")
        return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
