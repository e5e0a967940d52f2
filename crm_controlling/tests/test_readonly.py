from psycopg2.errors import ReadOnlySqlTransaction

from odoo import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .board import BoardCase
from .readonly import readonly_calls, readonly_methods


@tagged("post_install", "-at_install")
class TestReadonly(BoardCase):
    """What is declared as reading only writes nothing, in all three addons: it may run on a replica."""

    def test_nothing_is_written(self):
        self.env["crm.utility.analysis"].create({"name": "Which card?"})
        self.env["crm.value.assessment"].create({"name": "Who is worth it?"})
        calls = readonly_calls(self.env)
        self.assertEqual(readonly_methods(self.env), calls.keys(), "a new one is tried here too")
        boss = new_test_user(
            self.env,
            "readonly_boss",
            groups="crm_controlling.group_controlling_manager,sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.env.flush_all()
        for (model, method), arguments in calls.items():
            with self.subTest(model=model, method=method), self._readonly():
                self.env.invalidate_all()
                self.assertIsNotNone(call_kw(self.env[model].with_user(boss), method, arguments, {}))

    def test_a_write_would_be_refused(self):
        with self.assertRaises(ReadOnlySqlTransaction), mute_logger("odoo.sql_db"), self._readonly():
            self.goal.write({"name": "Other"})
            self.env.flush_all()

    def _readonly(self):
        """A savepoint in which PostgreSQL refuses to write."""
        savepoint = self.env.cr.savepoint()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        return savepoint
