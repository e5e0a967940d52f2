import threading

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import BaseCase, get_db_name, tagged


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Real transactions on connections of their own; everything they made is removed again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.made = []
        self.addCleanup(self._remove)

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for model, ids in reversed(self.made):
                env[model].browse(ids).exists().unlink()
            env["crm.touchpoint.engine"]._refresh()

    def _run(self):
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["crm.touchpoint.engine"]._run_all(commit=True)

    def _touchpoints(self, model, res_id):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["crm.touchpoint"].search_count([("res_model", "=", model), ("res_id", "=", res_id)])

    def test_transaction_that_commits_late_is_not_missed(self):
        """A lead written before a run but committed after it is captured by the next run."""
        self._run()
        with self.registry.cursor() as late:
            env = api.Environment(late, SUPERUSER_ID, {"tracking_disable": True})
            lead = env["crm.lead"].create({"name": "Late", "email_from": "late@example.com"})
            env.flush_all()
            self.made.append(("crm.lead", lead.ids))
            self._run()
            self.assertEqual(self._touchpoints("crm.lead", lead.id), 0)
            late.commit()
        self._run()
        self.assertEqual(self._touchpoints("crm.lead", lead.id), 1)

    def test_two_workers_capture_each_record_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            leads = env["crm.lead"].create(
                [{"name": f"Parallel {i}", "email_from": f"p{i}@example.com"} for i in range(50)]
            )
            self.made.append(("crm.lead", leads.ids))
        errors = []

        def worker():
            try:
                self._run()
            except Exception as error:  # told to the test
                errors.append(error)

        threads = [threading.Thread(target=worker) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self._run()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            captured = env["crm.touchpoint"].search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
            self.assertEqual(sorted(captured.mapped("res_id")), sorted(leads.ids))
        self.assertFalse([error for error in errors if "serialize" not in str(error)], "only what Odoo retries")

    def test_event_delivered_five_times_at_once_is_one_touchpoint(self):
        """Each delivery in a transaction of its own, tried again as Odoo does with a request."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            partner = env["res.partner"].create({"name": "Delivered"})
            self.made.append(("res.partner", partner.ids))
        barrier, ids, retried, errors = threading.Barrier(5), [], [], []
        row = {"external_system": "shop", "external_ref": "five-times", "partner_id": partner.id}

        def deliver():
            try:
                for attempt in range(5):
                    try:
                        with self.registry.cursor() as cr:
                            env = api.Environment(cr, SUPERUSER_ID, {})
                            env["res.company"].search([])  # the snapshot of the transaction begins here
                            if not attempt:
                                barrier.wait(30)
                            [touchpoint_id] = env["crm.touchpoint"].log_external([row])
                        ids.append(touchpoint_id)
                        return
                    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                        retried.append(attempt)
            except Exception as error:  # told to the test
                errors.append(error)

        threads = [threading.Thread(target=deliver) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.made.append(("crm.touchpoint", list(set(ids))))
        self.assertFalse(errors)
        self.assertTrue(retried, "they met")
        self.assertEqual(len(ids), 5)
        self.assertEqual(len(set(ids)), 1)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env["crm.touchpoint"].search_count([("external_ref", "=", "five-times")]), 1)
