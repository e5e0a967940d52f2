from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestConsent(WerthaltigkeitCase):
    def test_append_only(self):
        consent = (
            self.env["crm.consent"]
            .with_user(self.user)
            .create({"partner_id": self.customer.id, "purpose": "mail", "state": "given", "origin": "form"})
        )
        self.assertEqual(consent.user_id, self.user)
        for record in (consent, consent.with_user(self.manager), consent.sudo()):
            with self.assertRaises(AccessError):
                record.state = "withdrawn"
            with self.assertRaises(AccessError):
                record.unlink()

    def test_objection_to_profiling_ends_scores_not_history(self):
        """Who objected keeps a history and sums, but has neither scores nor a class; the last word counts."""
        self._order(self.customer, [(self.tyres, 4)])
        self._order(self.other, [(self.tyres, 1)])
        self._capture()
        self.values._rebuild(self.company)
        value = self._value(self.customer)
        self.assertEqual(value.value_class, "A")
        value.with_user(self.manager)._override_class("B", "told so")
        consent = {"partner_id": self.customer.id, "purpose": "profiling"}
        self.env["crm.consent"].create(dict(consent, state="withdrawn"))
        self.assertTrue(self.customer.werthaltigkeit_no_profiling)
        self.values._update(self.company)
        self.env.invalidate_all()
        self.assertRecordValues(value, [{"value_class": False, "rfm": False, "recency_score": 0, "revenue": 400.0}])
        self.assertTrue(self._touchpoints(self.customer))
        self.assertNotIn(
            self.customer, self.env["res.partner"].search([("werthaltigkeit_value_class", "in", ("A", "B", "C"))])
        )
        self.env["crm.consent"].create(dict(consent, state="given", date="2099-01-01"))
        self.values._update(self.company)
        self.env.invalidate_all()
        self.assertTrue(value.rfm)
