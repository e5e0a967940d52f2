import json
import re

from odoo.tests import HttpCase, tagged

from .test_stamps import StampCase

# Odoo's own library for scanning reads the code back, in the browser for which it was made.
DECODE = """
(async () => {
    const load = document.createElement("script");
    load.src = "/web/static/lib/zxing-library/zxing-library.js";
    await new Promise((resolve, reject) => Object.assign(load, {onload: resolve, onerror: reject}) && document.head.append(load));
    const image = document.createElement("img");
    image.src = %s;
    await image.decode();
    const result = await new ZXing.BrowserQRCodeReader().decodeFromImageElement(image);
    if (result.getText() === %s) {
        console.log("test successful");
    } else {
        console.error("the code says " + result.getText());
    }
})().catch((error) => console.error(String(error)));
"""


@tagged("post_install", "-at_install")
class TestStampsHttp(StampCase, HttpCase):
    """The desk in a browser, and the card on paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.user.lang = cls.customer.lang = "en_US"
        cls.program.active = False

    def test_stamp_and_redeem(self):
        card = self._stamp_card(9)
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "crm_kundenbindung_stamp_card", login=self.user.login)
        self.assertEqual(self._statement(card)[-2:], [("earned", 1, 10), ("redeemed", -10, 0)])
        given = self.env["loyalty.reward.given"].search([("card_id", "=", card.id)])
        self.assertEqual((given.reward_id, given.user_id), (self.tank, self.user))
        self.assertProved()

    def test_code_on_the_printed_card_opens_the_card(self):
        card = self._stamp_card(4)
        reports = self.env["ir.actions.report"].with_user(self.user)
        content = reports._render_qweb_html("crm_kundenbindung.report_loyalty_card", card.ids)[0].decode()
        for expected in (self.customer.name, "Stamps", "Coffee", "Car Wash", "Full Tank"):
            self.assertIn(expected, content)
        self.assertEqual(content.count("✓"), 4)
        [image] = re.findall(r'<img[^>]*alt="QR"[^>]*>', content)
        code = re.search(r'src="(data:image/png;base64,[^"]+)"', image)[1]
        self.browser_js("/web/login", DECODE % (json.dumps(code), json.dumps(card._card_url())))

    def test_pdf_of_a_card_and_of_a_valuation(self):
        card = self._stamp_card(4)
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = reports._render_qweb_pdf("crm_kundenbindung.report_loyalty_card", card.ids)
        self.assertEqual((kind, pdf[:5]), ("pdf", b"%PDF-"))
        valuation = self.env["loyalty.valuation"].create({"company_id": self.company.id})
        valuation.action_compute()
        content = reports._render_qweb_html("crm_kundenbindung.report_loyalty_valuation", valuation.ids)[0].decode()
        self.assertIn("Draft", content)
        self.assertIn("Stamps", content)
        pdf, kind = reports._render_qweb_pdf("crm_kundenbindung.report_loyalty_valuation", valuation.ids)
        self.assertEqual((kind, pdf[:5]), ("pdf", b"%PDF-"))
        valuation.action_confirm()
        content = reports._render_qweb_html("crm_kundenbindung.report_loyalty_valuation", valuation.ids)[0].decode()
        self.assertNotIn("Draft", content)
