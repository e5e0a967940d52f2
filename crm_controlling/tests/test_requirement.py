import csv
import io

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

EXPORTED = (
    "id",
    "number",
    "specification_id/id",
    "name",
    "category_id/id",
    "priority",
    "acceptance",
    "goal_id/id",
    "measure_id/id",
    "criterion_id/id",
)


class RequirementCase(TransactionCase):
    """A specification with three requirements, one of them traced to goal, measure and criterion."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
        cls.company = cls.env.company
        cls.manager = new_test_user(cls.env, "requirement_manager", groups="crm_controlling.group_controlling_manager")
        cls.user = new_test_user(cls.env, "requirement_user", groups="crm_controlling.group_controlling_user")
        cls.goal = cls.env["crm.goal"].create(
            {"name": "Every second comes again", "kpi_id": cls.env["crm.kpi"].search([], limit=1).id, "target": 0.5}
        )
        cls.measure = cls.env["crm.measure"].create(
            {"name": "Stamp card", "instrument_id": cls.env["crm.measure.instrument"].search([], limit=1).id}
        )
        analysis = cls.env["crm.utility.analysis"].create(
            {"name": "Which card?", "criterion_ids": [(0, 0, {"name": "Without training"})]}
        )
        cls.criterion = analysis.criterion_ids
        cls.specification = cls.env["crm.specification"].create({"name": "Customer Card"})
        cls.requirements = cls._add(
            {
                "name": "Stamps are seen at the counter",
                "priority": "must",
                "acceptance": "A new colleague finds them within five seconds.",
                "category_id": cls.env.ref("crm_controlling.requirement_category_function").id,
                "goal_id": cls.goal.id,
                "measure_id": cls.measure.id,
                "criterion_id": cls.criterion.id,
            },
            {"name": "A lost card is replaced"},
            {"name": "Points never expire silently"},
        )

    @classmethod
    def _add(cls, *vals_list):
        return cls.env["crm.requirement"].create([{"specification_id": cls.specification.id, **v} for v in vals_list])

    def _export(self, requirements=None):
        """Export as Odoo does with "I want to update data"; return the lines of a CSV file as dicts."""
        rows = (requirements or self.requirements).with_context(import_compat=True).export_data(list(EXPORTED))["datas"]
        return [dict(zip(EXPORTED, (value or "" for value in row), strict=True)) for row in rows]

    def _import(self, rows, user=None, **context):
        """Import through the wizard, from a CSV file; return its messages."""
        fields = list(rows[0])
        file = io.StringIO()
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(fields)
        writer.writerows([row.get(name, "") for name in fields] for row in rows)
        wizard = (
            self.env["base_import.import"]
            .with_user(user or self.manager)
            .with_context(**context)
            .create({"res_model": "crm.requirement", "file": file.getvalue().encode(), "file_type": "text/csv"})
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True, "encoding": "utf-8"}
        return wizard.execute_import(fields, fields, options)


@tagged("post_install", "-at_install")
class TestRequirement(RequirementCase):
    def test_numbers_are_given_once(self):
        self.assertEqual(self.requirements.mapped("code"), ["R-001", "R-002", "R-003"])
        self.requirements[2].unlink()
        self.assertEqual(self._add({"name": "Next"}).number, 4, "the number of a deleted one never comes again")
        given = self._add({"name": "Given", "number": 50}, {"name": "After"})
        self.assertEqual(given.mapped("number"), [50, 51])
        other = self.env["crm.specification"].create({"name": "Other"})
        self.assertEqual(self.env["crm.requirement"].create({"specification_id": other.id, "name": "First"}).number, 1)

    def test_numbers_never_change(self):
        first = self.requirements[0]
        first.number = 1
        with self.assertRaises(UserError):
            first.number = 9
        with self.assertRaises(UserError):
            first.specification_id = self.env["crm.specification"].create({"name": "Other"})
        for number in (-1, 100_000, 2**40):
            with self.assertRaises(ValidationError):
                self._add({"name": "Bad", "number": number})
        with self.assertRaises(ValidationError):
            self._add({"name": "Twice", "number": 2})
            self.env.flush_all()

    def test_traced_both_ways(self):
        self.assertEqual(self.requirements.mapped("traced"), [True, False, False])
        self.assertEqual(self.specification.untraced_count, 2)
        for record in (self.goal, self.measure):
            self.assertEqual(record.requirement_count, 1)
            action = record.action_view_requirements()
            self.assertEqual(self.env["crm.requirement"].search(action["domain"]), self.requirements[0])
        action = self.specification.action_view_untraced()
        self.assertEqual(self.env["crm.requirement"].search(action["domain"]), self.requirements[1:])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.criterion.unlink()
            self.env.flush_all()

    def test_what_was_agreed_is_not_deleted(self):
        self.requirements[0].state = "agreed"
        with self.assertRaises(UserError):
            self.requirements[0].unlink()
        self.requirements[0].state = "dropped"
        self.assertEqual(self.specification.requirement_count, 2)

    def test_round_trip_keeps_numbers_and_links(self):
        rows = self._export()
        self.assertEqual([row["number"] for row in rows], [1, 2, 3])
        rows[0]["acceptance"] = "Three seconds."
        rows[1]["priority"] = "Could"
        rows.append({"specification_id/id": rows[0]["specification_id/id"], "name": "New one", "priority": "must"})
        found = self._import(rows)
        self.assertFalse(found["messages"])
        self.assertEqual(found["ids"][:3], self.requirements.ids)
        first = self.requirements[0]
        self.assertEqual(first.acceptance, "Three seconds.")
        self.assertEqual(self.requirements[1].priority, "could")
        self.assertEqual(
            (first.goal_id, first.measure_id, first.criterion_id), (self.goal, self.measure, self.criterion)
        )
        self.assertEqual(self.specification.requirement_ids.sorted("number").mapped("number"), [1, 2, 3, 4])
        self.assertEqual(self._export(), [{**row} for row in rows[:3]], "a second export says the same")

    def test_plain_spreadsheet_by_number(self):
        """A file somebody typed: the number finds the requirement, names find goal and criterion."""
        rows = [
            {"number": "2", "name": "A lost card is replaced at once", "priority": "Must", "criterion_id": "Which card? / Without training", "goal_id": ""},
            {"number": "", "name": "Without number", "goal_id": self.goal.name},
            {"number": "12", "name": "With a number of its own"},
        ]  # fmt: skip
        found = self._import(rows, default_specification_id=self.specification.id)
        self.assertFalse(found["messages"])
        second = self.requirements[1]
        self.assertEqual((second.name, second.priority), ("A lost card is replaced at once", "must"))
        self.assertEqual(second.criterion_id, self.criterion)
        numbers = {r.name: r.number for r in self.specification.requirement_ids}
        self.assertEqual(numbers["With a number of its own"], 12)
        self.assertEqual(len(numbers), 5)
        self.assertEqual(
            self.specification.requirement_ids.filtered(lambda r: r.name == "Without number").goal_id, self.goal
        )
        rows = [{"specification_id": "Customer Card", "number": "2", "name": "By the name of the specification"}]
        self.assertFalse(self._import(rows)["messages"])
        self.assertEqual(second.name, "By the name of the specification")

    def test_bad_rows_are_named_and_nothing_is_written(self):
        before = self._export()
        rows = self._export()
        rows[0]["name"] = "Changed"
        rows[1]["priority"] = "very"
        rows[2]["goal_id/id"] = "__export__.nothing"
        rows.append({"specification_id/id": rows[0]["specification_id/id"], "name": "", "priority": "must"})
        found = self._import(rows)
        self.assertFalse(found["ids"])
        bad = {message["rows"]["from"] for message in found["messages"] if message["type"] == "error"}
        self.assertLessEqual({1, 2}, bad)
        self.env.invalidate_all()
        self.assertEqual(self._export(), before)

    def test_bad_numbers_are_named(self):
        for number in ("nine", "1e309", "NaN", "-4", "4.5", "=1+1", "99999999999999999999"):
            with self.subTest(number=number):
                rows = [{"number": "7", "name": "Good"}, {"number": number, "name": "Bad"}]
                found = self._import(rows, default_specification_id=self.specification.id)
                self.assertTrue(found["messages"])
                self.assertFalse(found["ids"])
        self.assertEqual(len(self.specification.requirement_ids), 3)

    def test_number_twice_in_a_file(self):
        rows = [{"number": "7", "name": "One"}, {"number": "7", "name": "Two"}]
        found = self._import(rows, default_specification_id=self.specification.id)
        self.assertTrue(found["messages"])
        self.assertEqual(len(self.specification.requirement_ids), 3)

    def test_pdf(self):
        self.requirements[0].description = "Bold <b>and</b> ünïcode"
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = report._render_qweb_pdf("crm_controlling.report_specification", self.specification.ids)
        self.assertEqual(kind, "pdf")
        text = " ".join(
            "\n".join(page.extract_text() for page in PdfFileReader(io.BytesIO(pdf)).pages).replace("\xa0", " ").split()
        )
        for part in (
            "Customer Card",
            "R-001 Stamps are seen at the counter",
            "R-003",
            "within five seconds",
            "Every second comes again",
            "Which card? / Without training",
            "Bold <b>and</b> ünïcode",
            "Nobody said yet what it is good for.",
        ):
            self.assertIn(part, text)

    def test_roles(self):
        own = self.requirements[1].with_user(self.user)
        own.write({"process_before": "By hand"})
        self.env["crm.requirement"].with_user(self.user).create(
            {"specification_id": self.specification.id, "name": "From the counter"}
        )
        for call in (own.unlink, lambda: self.specification.with_user(self.user).write({"name": "Mine"})):
            with self.assertRaises(AccessError):
                call()

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        foreign = self.env["crm.specification"].create({"name": "Foreign", "company_id": other.id})
        requirement = self.env["crm.requirement"].create({"specification_id": foreign.id, "name": "Secret"})
        self.assertNotIn(requirement, self.env["crm.requirement"].with_user(self.manager).search([]))
        self.assertFalse(self.env["crm.specification"].with_user(self.manager).search([("id", "=", foreign.id)]))
        with self.assertRaises(AccessError):
            self.env["crm.requirement"].with_user(self.user).create(
                {"specification_id": foreign.id, "name": "Intruder"}
            )
        with self.assertRaises(ValidationError):
            requirement.goal_id = self.goal
        found = self._import([{"specification_id": "Foreign", "number": "1", "name": "Taken over"}])
        self.assertTrue(found["messages"])
        self.assertEqual(requirement.name, "Secret")
