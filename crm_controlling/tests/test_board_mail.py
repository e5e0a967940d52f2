import io
import json
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open
from odoo.tools.pdf import PdfFileReader

from .board import BoardCase


@tagged("post_install", "-at_install")
class TestBoardMail(BoardCase):
    """The board as PDF by mail, once per month and person; figures in Odoo's digest; the spreadsheet dashboard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.werthaltigkeit_as_of = "2026-06-30"
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.reader, cls.german = (
            new_test_user(cls.env, login, groups="crm_controlling.group_controlling_user", email=f"{login}@example.com", lang=lang)
            for login, lang in (("reader", "en_US"), ("leserin", "de_DE"))
        )  # fmt: skip
        cls.company.controlling_report_user_ids = [Command.set((cls.reader | cls.german).ids)]
        cls.reports = cls.env["crm.board.mail"]

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_controlling.ir_cron_board_mail").method_direct_trigger()

    def _mails(self):
        return self.env["mail.mail"].sudo().search([("subject", "like", self.company.name)]).filtered("attachment_ids")

    def test_each_person_once_a_month(self):
        self._run_cron()
        self.assertEqual(
            set(self._mails().mapped("email_to")), {self.reader.email_formatted, self.german.email_formatted}
        )
        self._run_cron()
        self.assertEqual(len(self._mails()), 2)
        self.company.werthaltigkeit_as_of = "2026-07-01"
        self.assertEqual(len(self.reports._due()), 2)

    def test_a_killed_run_goes_on(self):
        """Who was served before the kill is not served again."""
        company, user, month = self.reports._due()[0]
        self.reports._send_once(company, user, month)
        self.reports._send_once(company, user, month)
        self.assertEqual(len(self._mails()), 1)
        self._run_cron()
        self.assertEqual(len(self._mails()), 2)

    def test_who_may_not_see_the_board_gets_no_report(self):
        outsider = new_test_user(self.env, "outsider", groups="base.group_user", email="outsider@example.com")
        self.company.controlling_report_user_ids = outsider
        self._run_cron()
        self.assertFalse(self._mails())
        self.assertTrue(self.reports.search([("user_id", "=", outsider.id)]).note)

    def test_one_failure_does_not_stop_the_others(self):
        def fail(reports, company, user, month):
            if user == self.reader:
                raise ValueError("no paper")
            return send(reports, company, user, month)

        send = type(self.reports)._send
        self.patch(type(self.reports), "_send", fail)
        with self.assertLogs("odoo.addons.crm_controlling.models.crm_board_mail", "ERROR"):
            self._run_cron()
        self.assertEqual(self._mails().mapped("email_to"), [self.german.email_formatted])
        self.assertEqual(self.reports.search([("user_id", "=", self.reader.id)]).note, "no paper")

    def test_pdf_tells_what_the_board_tells(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("no wkhtmltopdf")
        self._figure("year", 0.34, previous=0.30)
        self.reports.with_context(force_report_rendering=True)._send(
            self.company, self.reader, self.today.replace(day=1)
        )
        (attachment,) = self._mails().attachment_ids
        pdf = PdfFileReader(io.BytesIO(attachment.raw))
        text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
        self.assertEqual(len(pdf.pages), 1)
        for wanted in ("More repeat buyers", "40.0 %", "Off plan", "reached with 64", "Repurchase Rate", "34.0 %", "better",
                       "Best GmbH", "Class A", "Customers by Class"):  # fmt: skip
            self.assertIn(wanted, text)

    def test_digest(self):
        active = self.env.ref("crm_werthaltigkeit.kpi_active_customers")
        self._figure("year", 42, kpi=active)
        self._figure("year", 0.345)
        digest = self.env.ref("digest.digest_digest_default")
        kpis = {kpi["kpi_name"]: kpi for kpi in digest._compute_kpis(self.company, self.manager)}
        self.assertEqual(kpis["kpi_crm_active_customers"]["kpi_col1"]["value"], 42)
        self.assertEqual(kpis["kpi_crm_repurchase_rate"]["kpi_col1"]["value"], "34.50")
        self.assertIn("600", kpis["kpi_crm_margin_at_risk"]["kpi_col1"]["value"])
        self.assertEqual(kpis["kpi_crm_goals_red"]["kpi_col1"]["value"], 1)
        self.assertTrue(kpis["kpi_crm_goals_red"]["kpi_action"].startswith("crm_controlling.crm_board_action"))
        seller = {kpi["kpi_name"] for kpi in digest._compute_kpis(self.company, self.user)}
        self.assertFalse(seller & {"kpi_crm_goals_red", "kpi_crm_margin_at_risk"})

    def test_digest_leaves_out_what_is_not_known(self):
        self.env["crm.customer.group.figure"].search([("company_id", "=", self.company.id)]).unlink()
        self.env["crm.board.sum"].sudo().search([("company_id", "=", self.company.id)]).risk_known = False
        digest = self.env.ref("digest.digest_digest_default")
        shown = {kpi["kpi_name"] for kpi in digest._compute_kpis(self.company, self.manager)}
        self.assertIn("kpi_crm_goals_red", shown)
        self.assertFalse(shown & {"kpi_crm_active_customers", "kpi_crm_repurchase_rate", "kpi_crm_margin_at_risk"})

    def test_digest_shows_a_trend(self):
        """What a column is compared with is measured as of its day: an order of five days ago was not there a week ago."""
        active = self.env.ref("crm_werthaltigkeit.kpi_active_customers")
        day = self.today - timedelta(days=7)
        digest = self.env.ref("digest.digest_digest_default").with_user(self.manager)
        before = digest._measured_of_year(self.company, active, day)
        newcomer = self.env["res.partner"].create({"name": "Newcomer"})
        self._order(newcomer, [(self.tyres, 1)], days_ago=5)
        now = digest._measured_of_year(self.company, active, self.today)
        self.assertEqual(digest._measured_of_year(self.company, active, day), before)
        self.assertEqual(now, digest._measured_of_year(self.company, active, self.today - timedelta(days=1)))
        self._figure("year", now, kpi=active)
        kpis = {kpi["kpi_name"]: kpi for kpi in digest._compute_kpis(self.company, self.manager)}
        figures = kpis["kpi_crm_active_customers"]
        self.assertEqual(figures["kpi_col1"]["margin"], 0.0)
        self.assertEqual({figures[f"kpi_col{n}"]["value"] for n in (1, 2, 3)}, {now})
        self.assertGreater(now, before)
        wanted = round(100 * (now - before) / before, 2) if before else 0.0
        self.assertAlmostEqual(figures["kpi_col2"]["margin"], wanted, 1)

    def test_spreadsheet_names_fields_that_exist(self):
        with file_open("crm_controlling/data/files/controlling_dashboard.json") as file:
            sheet = json.load(file)
        for source in sheet["lists"].values():
            model = self.env[source["model"]].with_user(self.reader)
            model.search_read(source["domain"], source["columns"], limit=1)
        for pivot in sheet["pivots"].values():
            model = self.env[pivot["model"]].with_user(self.reader)
            rows = [row["fieldName"] for row in pivot["rows"]]
            model.formatted_read_group(pivot["domain"], rows, [measure["id"] for measure in pivot["measures"]])
        for figure in sheet["sheets"][0]["figures"]:
            meta = figure["data"]["metaData"]
            found = self.env[meta["resModel"]].with_user(self.reader)
            found.formatted_read_group(
                figure["data"]["searchParams"]["domain"], meta["groupBy"], [f"{meta['measure']}:avg"]
            )
