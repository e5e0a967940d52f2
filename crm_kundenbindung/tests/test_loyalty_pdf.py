import io

from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from .test_stamps import StampCase


@tagged("post_install", "-at_install")
class TestLoyaltyPdf(StampCase):
    """Cards and valuations on paper say what they should."""

    def setUp(self):
        super().setUp()
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("no wkhtmltopdf")

    def _text(self, name, record):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content = report._render_qweb_pdf(f"crm_kundenbindung.action_report_{name}", record.ids)[0]
        pages = PdfReader(io.BytesIO(content)).pages
        self.assertEqual(len(pages), 1)
        width, height = (float(side) / 72 * 25.4 for side in pages[0].mediabox[2:])
        return " ".join(pages[0].extract_text().split()), (round(width), round(height))

    def test_a_stamp_card(self):
        text, size = self._text("loyalty_card", self._stamp_card(4))
        self.assertEqual(size, (148, 105), "A6, across")
        for words in ("Stamps", self.customer.name, self.company.name, "Coffee", "Full Tank", "Scan the code"):
            self.assertIn(words, text)
        self.assertNotIn(" 3 ", f" {text} ", "its field is ticked")
        self.assertIn(" 7 ", f" {text} ")

    def test_a_customer_card_with_tiers(self):
        self.env["loyalty.tier"].create({"name": "Gold", "program_id": self.program.id, "threshold": 0})
        card = self._card(self.customer, 1250)
        self.env["loyalty.tier.engine"]._compute(self.company)
        text, _size = self._text("loyalty_card", card)
        for words in ("1,250 points", "Tier Gold", "100"):
            self.assertIn(words, text)

    def test_a_valuation(self):
        self._card(self.customer, 150)
        valuation = self.env["loyalty.valuation"].create({})
        valuation.action_compute()
        text, size = self._text("loyalty_valuation", valuation)
        self.assertEqual(size[0], 210 if self.company.paperformat_id.format == "A4" else size[0])
        for words in ("Valuation of Open Points", "Draft", "Customer Card", "150.00", "15.00", "Total"):
            self.assertIn(words, text)
        valuation.action_confirm()
        self.assertIn("confirmed by", self._text("loyalty_valuation", valuation)[0])
