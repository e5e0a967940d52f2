"""Texts that are really scripts: written into every field that takes text, none runs in the web client, in the portal, in a mail or a report."""

import itertools
import json

import pytest
from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

pytestmark = pytest.mark.accept
OURS = ("crm_werthaltigkeit", "crm_kundenbindung", "crm_controlling")
RUN = "top.xssRan=1"
SHAPES = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg><animate onbegin={} attributeName=x>", "<body onload={}>",
    "<details open ontoggle={}>x</details>", "<iframe srcdoc='<script>{}</script>'></iframe>", "<iframe src=javascript:{}>",
    "<a href=javascript:{}>x</a>", "<video><source onerror={}></video>", "<input autofocus onfocus={}>",
    "<math><mtext><script>{}</script></mtext></math>", "<object data=javascript:{}>", "<style onload={}></style>",
    "<marquee onstart={}>x</marquee>", "<t t-out='{}'/>", "{{{{ {} }}}}",
)  # fmt: skip
BREAKS = ("{}", '">{}', "'>{}", "</textarea></title></script>{}")
PAYLOADS = [after.format(shape.format(RUN)) for after, shape in itertools.product(BREAKS[:3], SHAPES)]
BROWSER = """
(async () => {
    const ran = [], wait = (ms) => new Promise((done) => setTimeout(done, ms));
    for (const url of %s) {
        const frame = document.createElement("iframe");
        frame.style.cssText = "width: 1300px; height: 900px";
        frame.src = url;
        document.body.append(frame);
        for (let turn = 0; turn < 60; turn++) {
            await wait(100);
            const page = frame.contentDocument;
            if (page && page.readyState === "complete" && page.querySelector(".o_view_controller > *, .o_action, #wrap, .o_dialog")) break;
        }
        await wait(250);
        if (window.xssRan) ran.push(url);
        window.xssRan = 0;
        frame.remove();
    }
    console.log(ran.length ? "SCRIPTS RAN " + ran.join(" ") : "test successful");
})();
"""


def scripts(source):
    """Return what would run in a page: elements whose script, handler or address is a payload."""
    found = []
    for element in html.fromstring(source or "<p/>").iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "script" and RUN in (element.text or ""):
            found.append(html.tostring(element)[:150])
        found += [
            f"{element.tag} {name}={value}"[:150]
            for name, value in element.attrib.items()
            if RUN in value
            and (name.startswith("on") or name == "srcdoc" or value.strip().lower().startswith("javascript:"))
        ]
    return found


@tagged("post_install", "-at_install")
class TestXss(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        assert len(PAYLOADS) >= 50
        cls.env["crm.werthaltigkeit.demo"].generate()
        cls.written = cls._poison()

    @classmethod
    def _poison(cls):
        """Put payloads into the texts of some records of each model, as somebody with all rights could."""
        payloads, written = itertools.cycle(PAYLOADS), 0
        names = [name for name in sorted(cls.env.registry) if cls._is_ours(name)]
        for name in [*names, "res.partner", "crm.lead", "product.template", "loyalty.program", "loyalty.reward"]:
            model = cls.env[name]
            if model._transient or not model._auto or model._abstract:
                continue
            texts = [
                field.name
                for field in model._fields.values()
                if field.type in ("char", "text", "html") and field.store and not field.compute and not field.related
                and field.name not in ("code", "domain", "model", "path", "lang", "tz", "email")
            ]  # fmt: skip
            for record in model.with_context(active_test=False).search([], limit=4, order="id desc"):
                for text in texts:
                    try:
                        with cls.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                            record[text] = next(payloads)
                            cls.env.flush_all()
                            written += 1
                    except Exception:  # refused: nothing to show
                        cls.env.invalidate_all(flush=False)
        return written

    @classmethod
    def _is_ours(cls, name):
        return cls.env.registry[name]._original_module in OURS

    def _urls(self):
        """Each action of the addons, and the form of its newest record."""
        data = self.env["ir.model.data"].search(
            [("module", "in", OURS), ("model", "in", ("ir.actions.act_window", "ir.actions.client"))]
        )
        for row in data:
            action = self.env[row.model].browse(row.res_id)
            yield f"/odoo/action-{row.complete_name}"
            if row.model == "ir.actions.act_window" and "form" in action.view_mode and action.target != "new":
                records = self.env[action.res_model].search([], limit=1, order="id desc")
                if records:
                    yield f"/odoo/action-{row.complete_name}/{records.id}"

    def test_web_client(self):
        self.assertGreater(self.written, 200)
        urls = list(self._urls())
        self.assertGreater(len(urls), 50)
        self.env.ref("base.user_admin").group_ids += self.env["res.groups"].search(
            [
                (
                    "id",
                    "in",
                    self.env["ir.model.data"]
                    .search([("module", "in", OURS), ("model", "=", "res.groups")])
                    .mapped("res_id"),
                )
            ]
        )
        for start in range(0, len(urls), 20):
            self.browser_js(
                "/odoo",
                BROWSER % json.dumps(urls[start : start + 20]),
                login="admin",
                timeout=240,
                error_checker=lambda message: "SCRIPTS RAN" in message,
            )

    def test_reports(self):
        data = self.env["ir.model.data"].search([("module", "in", OURS), ("model", "=", "ir.actions.report")])
        self.assertTrue(data)
        for row in data:
            report = self.env["ir.actions.report"].browse(row.res_id)
            records = self.env[report.model].search([], limit=2, order="id desc")
            if records:
                with self.subTest(report=row.name):
                    content, _kind = report._render_qweb_html(report, records.ids)
                    self.assertEqual(scripts(content), [])

    def test_mails_and_chatter(self):
        self.assertEqual([found for mail in self.env["mail.mail"].search([]) for found in scripts(mail.body_html)], [])
        bodies = self.env["mail.message"].search([], limit=3000, order="id desc").mapped("body")
        self.assertEqual([found for body in bodies for found in scripts(body)], [])
