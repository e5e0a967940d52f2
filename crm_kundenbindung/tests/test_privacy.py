import json

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .common import LedgerCase

SECRETS = (
    "Zacharias Quittenbaum",
    "quittenbaum",
    "Mirabellenallee",
    "0151 7766554",
    "+491517766554",
    "Lieblingskuchen",
)


class PrivacyCase(LedgerCase):
    """A customer of whom every kind of record says something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Zacharias Quittenbaum",
                "email": "z.quittenbaum@example.com",
                "phone": "0151 7766554",
                "street": "Mirabellenallee 3",
                "city": "Kiel",
                "comment": "mag Lieblingskuchen",
                "werthaltigkeit_goal": "Lieblingskuchen backen",
                "kundenbindung_salutation": "Lieber Quittenbaum,",
            }
        )
        cls.order = cls._order(cls.person, [(cls.tyres, 2)])
        cls.invoice = cls._invoice(cls.order)
        cls.person.message_post(
            body="Quittenbaum rief an, Lieblingskuchen", subject="Quittenbaum", author_id=cls.person.id
        )
        cls.person.with_context(tracking_disable=False).email = "zq.quittenbaum@example.com"
        cls.env["crm.touchpoint"].create({"partner_id": cls.person.id, "note": "Lieblingskuchen von Quittenbaum"})
        cls.env["crm.consent"].create(
            {"partner_id": cls.person.id, "purpose": "mail", "origin": "Quittenbaum am Telefon"}
        )
        cls.env["crm.complaint"].create(
            {"name": "Quittenbaum: Bremsen", "partner_id": cls.person.id, "description": "Lieblingskuchen"}
        )
        cls.env["crm.promise"].create(
            {"name": "Quittenbaum anrufen", "partner_id": cls.person.id, "due_date": fields.Date.today()}
        )
        cls.env["crm.idea"].create({"name": "Idee von Quittenbaum", "partner_id": cls.person.id})
        cls.env["crm.lead"].create(
            {"name": "Anfrage", "partner_id": cls.person.id, "contact_name": "Zacharias Quittenbaum"}
        )
        outreach = cls.env["crm.outreach"].create(
            {
                "name": "Herbst",
                "target": "picked",
                "partner_ids": cls.person.ids,
                "subject": "Hallo {{ object.last_name }}",
            }
        )
        outreach.action_check()
        outreach.action_send()
        outreach._send_mails()
        cls.env.flush_all()
        cls.env["crm.touchpoint.engine"]._run_all()
        cls.values._rebuild()
        captured = cls.env["crm.touchpoint"].search(
            [("commercial_partner_id", "=", cls.person.id), ("source_id", "!=", False)], limit=1
        )
        captured.note = "Lieblingskuchen notiert"

    def _tables(self):
        names = [m._table for m in self.env["crm.privacy.engine"]._own_models()]
        return [
            *names,
            "res_partner",
            "mail_message",
            "mail_tracking_value",
            "mail_mail",
            "crm_lead",
            "rating_rating",
            "survey_user_input",
        ]

    def _left(self):
        """Return {table.column: rows} of texts that still tell about the person."""
        self.env.flush_all()
        left = {}
        for table in self._tables():
            columns = self.env.execute_query(
                SQL(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
                    " AND data_type IN ('character varying', 'text', 'jsonb')",
                    table,
                )
            )
            for (column,) in columns:
                condition = SQL(" OR ").join(
                    SQL("%s::text ILIKE %s", SQL.identifier(column), f"%{secret}%") for secret in SECRETS
                )
                extra = SQL(" AND model IS DISTINCT FROM 'account.move'") if table == "mail_message" else SQL()
                count = self.env.execute_query(
                    SQL("SELECT count(*) FROM %s WHERE (%s)%s", SQL.identifier(table), condition, extra)
                )[0][0]
                if count:
                    left[f"{table}.{column}"] = count
        return left

    def _sums(self):
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT (SELECT count(*) FROM crm_touchpoint), (SELECT sum(cost) FROM crm_touchpoint), (SELECT sum(amount) FROM loyalty_ledger),
                       (SELECT sum(revenue) FROM crm_customer_value), (SELECT sum(amount_total) FROM sale_order),
                       (SELECT sum(amount_total) FROM account_move), (SELECT count(*) FROM crm_consent), (SELECT count(*) FROM crm_complaint),
                       (SELECT count(*) FROM mail_message WHERE model = 'account.move' AND body IS NOT NULL)
                """
            )
        )


@tagged("post_install", "-at_install")
class TestPrivacy(PrivacyCase):
    """Nothing personal stays, every sum does."""

    def test_anonymise_leaves_nothing_and_keeps_sums(self):
        self.assertGreater(len(self._left()), 10)
        sums, name = self._sums(), self.invoice.name
        wizard = self.env["crm.privacy.anonymise"].with_user(self.manager).create({"partner_id": self.person.id})
        self.assertIn("§ 147 AO", wizard.preview)
        wizard.sure = True
        wizard.action_anonymise()
        self.env.invalidate_all()
        self.assertEqual(self._left(), {})
        self.assertEqual(self._sums(), sums)
        self.assertEqual((self.invoice.name, self.invoice.state), (name, "posted"))
        self.assertFalse(self.person.active)
        log = self.env["crm.privacy.log"].search([], limit=1)
        self.assertEqual((log.action, log.contact_number, log.user_id), ("anonymise", self.person.id, self.manager))
        self.assertProved()

    def test_captured_again_nothing_comes_back(self):
        self.person.with_user(self.manager)._privacy_anonymise()
        self.env["crm.touchpoint.source"].search([]).write({"state": "new", "last_id": 0, "watermark": False})
        self.env.flush_all()
        self.env["crm.touchpoint.engine"]._run_all()
        self.values._rebuild()
        self.assertEqual(self._left(), {})

    def test_managers_only_and_never_our_own_people(self):
        for method in (
            "action_kundenbindung_privacy_export",
            "action_kundenbindung_anonymise",
            "_privacy_anonymise",
            "_privacy_export",
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.person.with_user(self.user), method)()
        with self.assertRaisesRegex(Exception, "own people"):
            self.user.partner_id.with_user(self.manager)._privacy_anonymise()

    def test_export_lists_everything(self):
        data = self.person.with_user(self.manager)._privacy_export()
        text = json.dumps(data, ensure_ascii=False, default=str)
        for word in (*SECRETS[:4], "Lieblingskuchen", self.order.name, self.invoice.name):
            self.assertIn(word, text)
        self.assertNotIn("Petra Klein", text)
        self.assertEqual(self.env["crm.privacy.log"].search([], limit=1).action, "export")

    def test_paper_speaks_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.person.kundenbindung_birthday = "1980-02-29"
        person = self.person.with_user(self.manager).with_context(lang="de_DE")
        machine, paper = person._privacy_export(), person._privacy_export(for_people=True)
        self.assertEqual(machine.keys(), paper.keys())
        self.assertIn("1980-02-29", str(machine))
        self.assertIn("29.02.1980", str(paper))
        self.assertNotIn("1980-02-29", str(paper))
        for title, rows in machine.items():  # a 0 is an answer, too: nothing is left out on paper
            self.assertEqual([row.keys() for row in paper[title]], [row.keys() for row in rows])
        self.assertTrue(all(type(value) is str for rows in paper.values() for row in rows for value in row.values()))

    def test_every_personal_row_is_found_by_privacy_lookup(self):
        """Odoo's privacy lookup finds rows by many2one fields to contacts, but not those that cascade."""
        engine = self.env["crm.privacy.engine"]
        for model in engine._own_models():
            links = engine._links(model)
            if links and engine._texts(model):
                with self.subTest(model=model._name):
                    self.assertTrue(any(model._fields[link].ondelete != "cascade" for link in links))


@tagged("post_install", "-at_install")
class TestPrivacyHttp(PrivacyCase, HttpCase):
    def test_json(self):
        self.manager.password = self.manager.login
        self.env.flush_all()
        self.authenticate(self.manager.login, self.manager.login)
        answer = self.url_open(f"/kundenbindung/privacy/{self.person.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Quittenbaum", answer.text)
        for path in ("0", "999999999", "99999999999999"):
            self.assertEqual(self.url_open(f"/kundenbindung/privacy/{path}").status_code, 404)
        self.user.password = self.user.login
        self.authenticate(self.user.login, self.user.login)
        self.assertEqual(self.url_open(f"/kundenbindung/privacy/{self.person.id}").status_code, 404)
